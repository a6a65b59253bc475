//! A receiver of Knowrithm webhooks on hyper alone: `cargo run -p hyper-receiver`.

use std::convert::Infallible;
use std::future::pending;
use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
use std::io::{self, Write};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::service::{Service, service_fn};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use knowrithm_events::Event;
use receiver_support::{Setup, announce, shutdown};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use tower_webhook::{BufferedBody, Verifier};
use tower_webhook_hyper::VerifyService;

/// How long a connection may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How many requests one HTTP/2 connection may have under way, each of them with a body up to the limit in memory: a sender
/// of webhooks needs a few, and hyper's default is 200.
const MAX_STREAMS: u32 = 16;

/// How long no connection may have failed for an outage to be over.
const OUTAGE: Duration = Duration::from_mins(1);

type Answer = Result<Response<Full<Bytes>>, Infallible>;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // In a service of your own: `SigningSecret::from_env("KNOWRITHM_WEBHOOK_SECRET")?`.
    let setup = Setup::from_env()?;

    let webhook = VerifyService::new(service_fn(receive), Verifier::knowrithm(setup.secret.clone()));
    let app = service_fn(move |request| route(webhook.clone(), request));

    let listener = TcpListener::bind(setup.address).await?;
    let (stopped, grace_over) = shutdown()?;
    setup.greet(listener.local_addr()?);
    tokio::select! {
        () = serve(listener, app, stopped) => {}
        () = grace_over => {}
    }
    Ok(())
}

/// Answers what is no webhook without reading its body.
async fn route<S>(webhook: S, request: Request<Incoming>) -> Answer
where
    S: Service<Request<Incoming>, Response = Response<Full<Bytes>>, Error = Infallible>,
{
    match (request.uri().path(), request.method()) {
        ("/webhooks/knowrithm", &Method::POST) => webhook.call(request).await,
        ("/webhooks/knowrithm", _) => {
            let mut response = empty(StatusCode::METHOD_NOT_ALLOWED);
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            Ok(response)
        }
        _ => Ok(empty(StatusCode::NOT_FOUND)),
    }
}

/// Gets here only with a body that Knowrithm signed.
async fn receive(request: Request<BufferedBody>) -> Answer {
    let (status, kind, text) = match Event::from_slice(request.body().bytes()) {
        Ok(event) => {
            announce(&event);
            let text = json!({ "status": "success" }).to_string();
            (StatusCode::OK, "application/json", text)
        }
        Err(error) => {
            let text = format!("the verified body is no event: {error}");
            (StatusCode::BAD_REQUEST, "text/plain; charset=utf-8", text)
        }
    };
    let mut response = empty(status).map(|_| Full::from(text));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(response)
}

fn empty(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

/// Serves HTTP/1.1 and HTTP/2 until the process is told to stop, and then until the requests under way are answered.
async fn serve<S>(listener: TcpListener, app: S, stopped: impl Future<Output = ()>)
where
    S: Service<Request<Incoming>, Response = Response<Full<Bytes>>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let mut server = auto::Builder::new(TokioExecutor::new());
    server
        .http1()
        .timer(TokioTimer::new())
        // Who has sent a request and says that nothing more will come still gets its answer.
        .half_close(true)
        .header_read_timeout(HEAD_TIMEOUT);
    server
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .keep_alive_interval(HEAD_TIMEOUT);

    let connections = GracefulShutdown::new();
    let mut stopped = pin!(stopped);
    let mut failed = None;
    loop {
        let stream = tokio::select! {
            stream = accept(&listener, &mut failed) => stream,
            () = &mut stopped => break,
        };

        let heard = Arc::new(AtomicBool::new(false));
        let app = service_fn({
            let (app, heard) = (app.clone(), heard.clone());
            move |request| {
                heard.store(true, Ordering::Relaxed);
                app.call(request)
            }
        });
        let connection = connections.watch(server.serve_connection(TokioIo::new(stream), app).into_owned());
        tokio::spawn(async move {
            tokio::select! {
                // It ends in an error when the peer hangs up or talks no HTTP: nothing to be done about it.
                _ = connection => {}
                // hyper's own timeout starts only when the version of HTTP is known.
                () = silence(&heard) => {}
            }
        });
    }
    drop(listener);
    connections.shutdown().await;
}

/// Waits for the next connection. When there can be none it says so, once an outage: `failed` is when the last one was.
async fn accept(listener: &TcpListener, failed: &mut Option<Instant>) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            // Of that one connection: its peer has gone already.
            Err(error) if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) => {}
            Err(error) => {
                let before = failed.replace(Instant::now());
                // In the middle of an outage, each connection that ends lets one in.
                if before.is_none_or(|before| before.elapsed() > OUTAGE) {
                    // Who reads this may be gone, and that is no reason to stop.
                    let _ = writeln!(io::stderr(), "Cannot accept connections: {error}");
                }
                // Most often there are too many open files; connections that end give some back.
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Waits until a connection has been silent for too long; for ever when a request came in time.
async fn silence(heard: &AtomicBool) {
    sleep(HEAD_TIMEOUT).await;
    if heard.load(Ordering::Relaxed) {
        pending::<()>().await;
    }
}
