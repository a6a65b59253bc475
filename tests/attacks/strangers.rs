//! Strangers that open a connection and then do less than a client should.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use crate::http2;
use crate::post::{FORGED, head};

#[derive(Clone, Copy, Debug)]
pub(crate) enum Stranger {
    Silent,
    HalfAHead,
    /// One more byte of an endless head each second.
    SlowHead,
    /// Sends nothing after the answer to a request.
    IdleHttp1,
    /// The same; what the protocol asks of it, such as the answer to a PING, it does.
    IdleHttp2,
    /// Sends all of a body but its last byte.
    HeldBody,
    /// Reads no answers.
    Deaf,
}

impl Stranger {
    /// Those without a request in progress.
    pub(crate) const IDLE: [Self; 5] = [
        Self::Silent,
        Self::HalfAHead,
        Self::SlowHead,
        Self::IdleHttp1,
        Self::IdleHttp2,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Silent => "a silent connection",
            Self::HalfAHead => "half a head",
            Self::SlowHead => "a head, a byte a second",
            Self::IdleHttp1 => "an idle HTTP/1.1 connection",
            Self::IdleHttp2 => "an idle HTTP/2 connection",
            Self::HeldBody => "a body held back",
            Self::Deaf => "pipelining, never reading",
        }
    }

    /// Connects, and returns how long the server lets it, if that is at most `patience`.
    pub(crate) async fn stay(self, to: SocketAddr, path: &str, patience: Duration) -> Option<Duration> {
        let start = Instant::now();
        // An error is a way to be cut off.
        let _ = timeout(patience, self.be_strange(to, path)).await.ok()?;
        Some(start.elapsed())
    }

    async fn be_strange(self, to: SocketAddr, path: &str) -> anyhow::Result<()> {
        if let Self::IdleHttp2 = self {
            let (_sender, driver) = http2::connect(to).await?;
            return Ok(driver.await?);
        }
        if let Self::Deaf = self {
            return deaf(to, path).await;
        }
        let mut stream = TcpStream::connect(to).await?;
        let half = format!("POST {path} HTTP/1.1\r\nHost: test\r\nX-Half: ");
        match self {
            Self::HalfAHead | Self::SlowHead => stream.write_all(half.as_bytes()).await?,
            Self::IdleHttp1 => stream.write_all(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n").await?,
            Self::HeldBody => stream.write_all((head(path, FORGED, 2) + "{").as_bytes()).await?,
            _ => {}
        }
        let mut answers = [0; 1024];
        loop {
            tokio::select! {
                read = stream.read(&mut answers) => if read? == 0 { return Ok(()) },
                () = sleep(Duration::from_secs(1)), if matches!(self, Self::SlowHead) => stream.write_all(b"x").await?,
            }
        }
    }
}

/// Sends requests without an end, and never reads. Returns when the server cuts it off.
pub(crate) async fn deaf(to: SocketAddr, path: &str) -> anyhow::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4096)?;
    let mut stream = socket.connect(to).await?;
    let requests = head(path, FORGED, 0).repeat(64);
    loop {
        stream.write_all(requests.as_bytes()).await?;
    }
}
