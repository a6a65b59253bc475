//! The server, its limits, and the loop that accepts connections.

use std::pin::pin;
use std::time::Duration;

use http::{Request, Response};
use http_body::Body as HttpBody;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_service::Service;

use crate::accept::Accept;
use crate::body::{Body, Discard};
use crate::connection::Settings;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Longer times count as this one, because a moment so far away must be representable.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Serves a tower service over HTTP/1.1 and HTTP/2, within limits for each connection and for all of them.
///
/// The [crate page](crate) has an example, and a table of the limits.
#[derive(Debug)]
#[must_use = "it does nothing until `serve` is called and awaited"]
pub struct Server {
    listener: TcpListener,
    connections: usize,
    grace: Duration,
    settings: Settings,
}

impl Server {
    /// A server that accepts connections from this listener, with the default limits.
    pub fn new(listener: TcpListener) -> Self {
        Self {
            listener,
            connections: 512,
            grace: Duration::from_secs(8),
            settings: Settings {
                streams: 16,
                head_timeout: Duration::from_secs(10),
                write_timeout: Duration::from_secs(30),
                discard: Discard {
                    bytes: 32 * 1024 * 1024,
                    time: Duration::from_secs(30),
                },
                #[cfg(feature = "tls")]
                tls: None,
            },
        }
    }

    /// How many connections are open at a time; 512 by default, and 1 at least.
    ///
    /// Further ones wait, unaccepted, until one ends. Choose a number below the process's limit on open files, which is
    /// often 1,024.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.connections = connections.clamp(1, tokio::sync::Semaphore::MAX_PERMITS);
        self
    }

    /// How many requests an HTTP/2 connection may have in progress at a time; 16 by default.
    ///
    /// Each may hold a body in memory.
    pub fn max_streams(mut self, streams: u32) -> Self {
        self.settings.streams = streams;
        self
    }

    /// How long a connection lasts without a request in progress; 10 s by default.
    ///
    /// It bounds the TLS handshake together with the first head, each further head, and the time between requests. A
    /// request is in progress from the end of its head until its answer is sent and its body is read or discarded. How
    /// long a body may take is for the service to say: `VerifyLayer` does.
    pub fn head_timeout(mut self, time: Duration) -> Self {
        self.settings.head_timeout = time.min(LONGEST);
        self
    }

    /// How long the peer may take nothing of an answer; 30 s by default. Then the connection ends.
    ///
    /// Progress is seen in steps of tens of KiB, the share of the system's buffer. A service that makes its answer
    /// slowly is not meant by this limit.
    pub fn write_timeout(mut self, time: Duration) -> Self {
        self.settings.write_timeout = time.min(LONGEST);
        self
    }

    /// How long requests in progress have after the shutdown began; 8 s by default. Then their connections are cut off.
    pub fn grace(mut self, time: Duration) -> Self {
        self.grace = time.min(LONGEST);
        self
    }

    /// How many bytes of a body that the service did not read are read and discarded, and for how long; 32 MiB and 30 s
    /// by default. Then the connection ends, and also when the sender pauses for 3 s.
    ///
    /// Senders that write the whole body before they read the answer see a broken pipe instead of a status without it.
    /// HTTP/2 does not need it.
    pub fn discard(mut self, bytes: u64, time: Duration) -> Self {
        let time = time.min(LONGEST);
        self.settings.discard = Discard { bytes, time };
        self
    }

    /// Serves HTTPS: with a `rustls::ServerConfig`, or with [`PemFiles`](crate::tls::PemFiles).
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: impl Into<crate::tls::Tls>) -> Self {
        self.settings.tls = Some(tls.into());
        self
    }

    /// Serves until `shutdown` completes and the requests in progress are answered, or the [grace](Self::grace) ends.
    ///
    /// Each request is served by a clone of `service`, and has the [`PeerAddress`](crate::PeerAddress) in its
    /// extensions.
    /// No connection is open, and no request in progress, when it returns. When its future is dropped, all of them are
    /// cancelled, and end soon after.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime with time and I/O enabled. A panic of the service ends its connection only, or
    /// its stream over HTTP/2.
    pub async fn serve<S, B>(self, service: S, shutdown: impl Future<Output = ()>)
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<Error>,
        B: HttpBody + Send + 'static,
        B::Data: Send,
        B::Error: Into<Error>,
    {
        let stop = CancellationToken::new();
        let mut connections = JoinSet::new();
        let tracker = TaskTracker::new();
        let mut accept = Accept::new(self.listener, self.connections, stop.clone());
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                Some(_) = connections.join_next() => {}
                (connection, slot) = accept.next() => {
                    let (settings, service, tracker) = (self.settings.clone(), service.clone(), tracker.clone());
                    connections.spawn(async move {
                        connection.serve(settings, service, tracker).await;
                        drop(slot);
                    });
                }
            }
        }
        drop(accept);
        stop.cancel();
        let ended = async { while connections.join_next().await.is_some() {} };
        let _ = timeout(self.grace, ended).await;
        connections.shutdown().await;
        tracker.close();
        tracker.wait().await;
    }
}
