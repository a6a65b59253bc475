//! Receives Knowrithm webhooks on hyper alone: `cargo run -p hyper-receiver`.
//!
//! It listens on 127.0.0.1, on the port in `PORT` (5000). Without `KNOWRITHM_WEBHOOK_SECRET` it makes a secret for this
//! run, and prints a `curl` command that posts a signed event. It prints the reason when it refuses a request.
//!
//! The server has a timeout for request heads and a limit on HTTP/2 streams, and answers clients that half-close their
//! connection. For production, add TLS and a limit on connections, and move slow work to a queue, as `inbox` does.

use std::io::{Write, stdout};
use std::{env, pin::pin, sync::Arc, time::Duration};

use anyhow::Context;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::{Service, service_fn};
use hyper::{Method, Request, Response, header::ALLOW, header::CONTENT_TYPE};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::{conn::auto, graceful::GracefulShutdown};
use knowrithm_events::{Event, Kind, samples};
use tokio::time::{sleep, timeout};
use tokio::{net::TcpListener, signal, sync::Notify};
use tower_webhook::{BufferedBody, ConfigError, Rejection, SigningSecret, Verifier, scheme::Knowrithm, sign::Signer};
use tower_webhook_hyper::VerifyService;

type Answer = Result<Response<Full<Bytes>>, hyper::http::Error>;

/// How long a connection may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let port = env::var("PORT").map_or(Ok(5000), |port| port.parse());
    let listener = TcpListener::bind(("127.0.0.1", port.context("PORT is not a port number")?)).await?;
    let url = format!("http://{}/webhooks/knowrithm", listener.local_addr()?);
    let secret = match SigningSecret::from_env("KNOWRITHM_WEBHOOK_SECRET") {
        Err(ConfigError::MissingVariable { .. }) => sample_secret(&url)?,
        secret => secret?,
    };
    let verifier = Verifier::knowrithm(secret);
    let connections = GracefulShutdown::new();
    let _ = writeln!(stdout(), "Listening on {url}");
    tokio::select! { () = serve(listener, &connections, verifier) => {}, () = stop() => {} }
    // Requests in progress have 8 s to finish; a second signal stops at once.
    let grace = sleep(Duration::from_secs(8));
    tokio::select! { () = connections.shutdown() => {}, () = grace => {}, () = stop() => {} }
    Ok(())
}

/// Accepts connections, and serves HTTP/1.1 and HTTP/2 on them. Never completes.
async fn serve(listener: TcpListener, connections: &GracefulShutdown, verifier: Verifier) {
    let mut server = auto::Builder::new(TokioExecutor::new());
    server.http1().half_close(true);
    server
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT);
    server
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(HEAD_TIMEOUT);
    // Each stream may hold a body of 2 MiB in memory, and hyper's default is 200 streams.
    server.http2().max_concurrent_streams(16);
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // Most often there are too many open files, until connections end.
            Err(error) => {
                let _ = writeln!(stdout(), "cannot accept a connection: {error}");
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (verifier, first_head) = (verifier.clone(), Arc::new(Notify::new()));
        let has_head = first_head.clone();
        let service = service_fn(move |request| {
            has_head.notify_one();
            route(verifier.clone(), request)
        });
        let connection = connections.watch(server.serve_connection(TokioIo::new(stream), service).into_owned());
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            // hyper's own timeout starts only after the bytes that tell HTTP/1.1 from HTTP/2.
            tokio::select! {
                _ = &mut connection => return,
                head = timeout(HEAD_TIMEOUT, first_head.notified()) => if head.is_err() { return },
            }
            let _ = connection.await;
        });
    }
}

/// Verifies webhooks, and prints the reason of a refusal, which is in the response's extensions.
async fn route(verifier: Verifier, request: Request<Incoming>) -> Answer {
    match (request.uri().path(), request.method()) {
        ("/webhooks/knowrithm", &Method::POST) => {
            let response = VerifyService::new(service_fn(receive), verifier).call(request).await?;
            if let Some(rejection) = response.extensions().get::<Rejection>() {
                let _ = writeln!(stdout(), "refused: {}", rejection.code());
            }
            Ok(response)
        }
        ("/webhooks/knowrithm", _) => Response::builder()
            .status(405)
            .header(ALLOW, "POST")
            .body(Full::default()),
        _ => Response::builder().status(404).body(Full::default()),
    }
}

/// Handles an event. Only bodies that Knowrithm signed get here.
async fn receive(request: Request<BufferedBody>) -> Answer {
    let Ok(event) = Event::from_slice(request.body().bytes()) else {
        return Response::builder()
            .status(400)
            .body(Full::from("the body is not an event"));
    };
    // Escaped, so that a name cannot control the terminal.
    let text = |text: Option<&str>| text.unwrap_or("-").escape_debug().to_string();
    let detail = match &event.kind {
        Kind::LeadCreated(lead) => {
            let [first, last, email] = [&lead.first_name, &lead.last_name, &lead.email].map(|it| text(it.as_deref()));
            format!("\n  -> New lead received: {first} {last} ({email})")
        }
        Kind::ConversationEnded(ended) if ended.rating().is_none_or(|rating| rating <= 2.0) => {
            let id = text(ended.id.as_deref());
            format!("\n  -> Low rating received for conversation {id}. Notifying support.")
        }
        _ => String::new(),
    };
    // `println!` would panic if stdout is closed.
    let _ = writeln!(stdout(), "Received valid webhook event: {}{detail}", text(event.name()));
    Response::builder()
        .header(CONTENT_TYPE, "application/json")
        .body(Full::from(r#"{"status":"success"}"#))
}

/// Makes a random secret, and prints a command that posts an event signed with it.
fn sample_secret(url: &str) -> anyhow::Result<SigningSecret> {
    let mut random = [0; 32];
    getrandom::fill(&mut random)?;
    let secret = SigningSecret::new(random)?;
    let sample = samples().iter().find(|sample| sample.name == "lead.created");
    let body = sample.context("there is no sample of this event")?.json;
    let headers = Signer::new(Knowrithm, &secret).headers(body);
    let signature = headers["x-knowrithm-signature"].to_str()?;
    let json = "-H 'Content-Type: application/json'";
    let curl = format!("curl -i '{url}' {json} -H 'X-Knowrithm-Signature: {signature}' -d '{body}'");
    let _ = writeln!(stdout(), "Post a signed event:\n\n{curl}\n");
    Ok(secret)
}

/// Completes at SIGINT or SIGTERM.
async fn stop() {
    #[cfg(unix)]
    if let Ok(mut terminate) = signal::unix::signal(signal::unix::SignalKind::terminate()) {
        tokio::select! { _ = terminate.recv() => return, _ = signal::ctrl_c() => return }
    }
    let _ = signal::ctrl_c().await;
}
