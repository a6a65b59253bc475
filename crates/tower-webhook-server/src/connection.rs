//! One connection, from its first byte to its end.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::header::EXPECT;
use http::{Request, Response, Version};
use hyper::body::Incoming;
use hyper::service::Service as HyperService;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto;
use hyper_util::service::{TowerToHyperService, TowerToHyperServiceFuture};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
#[cfg(feature = "tls")]
use tokio::time::sleep;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_service::Service;

use crate::activity::{Activity, Exchange, Limits, Verdict};
use crate::answer::{Answer, AnswerBody};
use crate::body::{Body, Discard};
use crate::io::Io;
use crate::peer::PeerAddress;
use crate::tasks::Tasks;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// What hyper keeps of an HTTP/1 connection at most, in bytes: the head of a request, or a piece of its body.
const BUFFER: usize = 16 * 1024;

/// The most of an HTTP/2 head, in bytes as HTTP/2 counts them: each header adds 32 to its own. In memory it may be
/// three times as large.
const HEADERS: u32 = 8 * 1024;

/// How much a peer may send on an HTTP/2 stream, and on a connection, before the service has read it, in bytes. hyper's
/// own are 1 MiB.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 128 * 1024;

/// How much the system keeps of the answers at most, in bytes: it tells of progress only when it has sent a third.
const SEND_BUFFER: usize = 64 * 1024;

/// How long a connection stays without a request after it was asked to end.
const LINGER: Duration = Duration::from_secs(1);

/// What is the same for all connections.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) streams: u32,
    pub(crate) head_timeout: Duration,
    pub(crate) write_timeout: Duration,
    pub(crate) discard: Discard,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<crate::tls::Tls>,
}

impl Settings {
    /// How long a connection lasts without a request after it was asked to end.
    fn linger(&self) -> Duration {
        LINGER.min(self.head_timeout / 10)
    }

    fn limits(&self) -> Limits {
        Limits {
            idle: self.head_timeout.saturating_sub(self.linger()),
            write: self.write_timeout,
            stopping: false,
        }
    }
}

/// A connection that was accepted.
pub(crate) struct Connection {
    pub(crate) stream: TcpStream,
    pub(crate) peer: SocketAddr,
    pub(crate) activity: Arc<Activity>,
    /// Asks it to end when it has no request in progress.
    pub(crate) stop: CancellationToken,
}

impl Connection {
    /// Serves it until its end. Whatever ends it is the doing of the peer, and of no interest to the operator.
    pub(crate) async fn serve<S, B>(self, settings: Settings, service: S, tracker: TaskTracker)
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<Error>,
        B: http_body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Error>,
    {
        // Best effort: without them an answer is late, or a slow reader is noticed later.
        let _ = self.stream.set_nodelay(true);
        let _ = socket2::SockRef::from(&self.stream).set_send_buffer_size(SEND_BUFFER);
        let exchanges = Exchanges {
            service: TowerToHyperService::new(service),
            peer: self.peer,
            activity: self.activity.clone(),
            discard: settings.discard,
            tasks: Tasks::new(tracker),
        };
        let io = Io::new(self.stream, self.activity.clone());
        #[cfg(feature = "tls")]
        if let Some(tls) = &settings.tls {
            let handshake = tokio_rustls::TlsAcceptor::from(tls.0.clone()).accept(io);
            let limits = settings.limits();
            let io = tokio::select! {
                io = handshake => io.ok(),
                // Nothing is lost by its end: there is no request yet.
                () = self.stop.cancelled() => None,
                () = sleep(limits.idle.min(limits.write)) => None,
            };
            if let Some(io) = io {
                serve_http(io, &self.activity, &self.stop, &settings, exchanges).await;
            }
            return;
        }
        serve_http(io, &self.activity, &self.stop, &settings, exchanges).await;
    }
}

async fn serve_http<S, B>(
    io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    activity: &Activity,
    stop: &CancellationToken,
    settings: &Settings,
    exchanges: Exchanges<S>,
) where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<Error>,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Error>,
{
    let tasks = exchanges.tasks.clone();
    let _guard = tasks.guard();
    let mut server = auto::Builder::new(tasks);
    server.http1().half_close(true).max_buf_size(BUFFER);
    server
        .http2()
        .max_concurrent_streams(settings.streams)
        .max_header_list_size(HEADERS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW);
    let mut connection = pin!(server.serve_connection(TokioIo::new(io), exchanges));

    let mut limits = settings.limits();
    // At once, because the time for the first head began before the TLS handshake.
    let mut look = pin!(sleep_until(Instant::now()));
    loop {
        tokio::select! {
            _ = connection.as_mut() => return,
            () = stop.cancelled(), if !limits.stopping => {}
            () = look.as_mut() => match activity.check(Instant::now(), limits) {
                Verdict::Until(moment) => {
                    look.as_mut().reset(moment);
                    continue;
                }
                Verdict::Idle if !limits.stopping => {}
                Verdict::Idle | Verdict::Stalled => return,
            }
        }
        // It ends at once where HTTP allows it. A request that is under way now may still be served.
        limits.stopping = true;
        connection.as_mut().graceful_shutdown();
        limits.idle = settings.linger();
        look.as_mut().reset(Instant::now() + limits.idle);
    }
}

/// The service of one connection, for hyper.
struct Exchanges<S> {
    service: TowerToHyperService<S>,
    peer: SocketAddr,
    activity: Arc<Activity>,
    discard: Discard,
    tasks: Tasks,
}

impl<S, B> HyperService<Request<Incoming>> for Exchanges<S>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone,
{
    type Response = Response<AnswerBody<B>>;
    type Error = S::Error;
    type Future = Answer<TowerToHyperServiceFuture<S, Request<Body>>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let exchange = Exchange::begin(&self.activity);
        let is_http1 = request.version() < Version::HTTP_2;
        let (mut head, incoming) = request.into_parts();
        head.extensions.insert(PeerAddress(self.peer));
        let discard = is_http1.then(|| (self.discard, self.tasks.clone()));
        let is_awaited = head.headers.contains_key(EXPECT);
        let body = Body::new(incoming, discard, is_awaited, exchange.clone());
        let request = Request::from_parts(head, body);
        Answer::new(self.service.call(request), exchange)
    }
}
