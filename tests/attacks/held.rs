//! Attackers that send bodies behind forged signatures, all but the last byte, and wait.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::child::Receiver;
use crate::http2::{connect, hold};
use crate::post::{FORGED, head, status};
use crate::process;
use crate::reach::{BODY, MIB};

/// How often an attacker tries again with each request that was answered.
const TRIES: usize = 3;

/// How long the attackers may need to send their bodies. The receivers give up after 30 s.
const SENDING: Duration = Duration::from_secs(25);

/// The most streams of a connection, where the server names no limit.
const MOST_STREAMS: usize = 1000;

/// Attackers at work. They leave when this is dropped.
pub(crate) struct Held {
    attackers: JoinSet<()>,
    tally: Tally,
}

#[derive(Clone, Debug, Default)]
struct Tally {
    sent: Arc<AtomicU64>,
    answered: Arc<AtomicU64>,
}

impl Held {
    /// Holds back one body on each of so many connections of HTTP/1.1.
    pub(crate) fn http1(receiver: &Receiver, connections: usize, tries: Option<usize>) -> Self {
        let (mut attackers, tally) = (JoinSet::new(), Tally::default());
        let content = content();
        let (to, path) = (receiver.address, receiver.route());
        for _ in 0..connections {
            let (content, tally) = (content.clone(), tally.clone());
            attackers.spawn(async move {
                for _ in 0..tries.unwrap_or(TRIES) {
                    // Whatever becomes of a connection, the attacker tries again.
                    let _ = hold_http1(to, path, &content, &tally).await;
                    tally.answered.fetch_add(1, Ordering::Relaxed);
                    sleep(Duration::from_millis(200)).await;
                }
            });
        }
        Self { attackers, tally }
    }

    /// Holds back as many bodies as the server allows on each of so many connections of HTTP/2.
    pub(crate) async fn http2(
        receiver: &Receiver,
        connections: usize,
        tries: Option<usize>,
    ) -> anyhow::Result<(Self, usize)> {
        let (mut attackers, tally) = (JoinSet::new(), Tally::default());
        let content = content();
        let url = format!("http://{}{}", receiver.address, receiver.route());
        let mut streams = 0;
        for _ in 0..connections {
            let (sender, driver) = connect(receiver.address).await?;
            let allowed = driver.max_concurrent_send_streams().min(MOST_STREAMS);
            streams += allowed;
            attackers.spawn(async move { drop(driver.await) });
            for _ in 0..allowed {
                let (content, tally, url, sender) = (content.clone(), tally.clone(), url.clone(), sender.clone());
                attackers.spawn(async move {
                    for _ in 0..tries.unwrap_or(TRIES) {
                        let _ = hold(sender.clone(), &url, content.clone(), &tally.sent).await;
                        tally.answered.fetch_add(1, Ordering::Relaxed);
                        sleep(Duration::from_millis(200)).await;
                    }
                });
            }
        }
        Ok((Self { attackers, tally }, streams))
    }

    /// Waits until nothing changes any more, and returns the bytes that were sent.
    pub(crate) async fn settle(&self, receiver: &Receiver) -> anyhow::Result<u64> {
        let start = Instant::now();
        let mut before = (0, 0);
        let mut since = Instant::now();
        while start.elapsed() < SENDING && since.elapsed() < Duration::from_millis(1500) {
            sleep(Duration::from_millis(100)).await;
            let now = (self.sent(), process::memory(receiver.id())?);
            if now.0 != before.0 || now.1.abs_diff(before.1) > MIB {
                (before, since) = (now, Instant::now());
            }
        }
        Ok(self.sent())
    }

    pub(crate) fn sent(&self) -> u64 {
        self.tally.sent.load(Ordering::Relaxed)
    }

    /// How many of the requests were answered or cut off.
    pub(crate) fn answered(&self) -> u64 {
        self.tally.answered.load(Ordering::Relaxed)
    }

    /// Closes all connections.
    pub(crate) async fn leave(mut self) {
        self.attackers.shutdown().await;
    }
}

fn content() -> Bytes {
    Bytes::from(vec![b'x'; BODY])
}

/// Sends all but the last byte, and waits for an answer.
async fn hold_http1(to: SocketAddr, path: &str, content: &Bytes, tally: &Tally) -> anyhow::Result<u16> {
    let mut stream = TcpStream::connect(to).await?;
    stream.write_all(head(path, FORGED, content.len()).as_bytes()).await?;
    for piece in content[..content.len() - 1].chunks(16 * 1024) {
        stream.write_all(piece).await?;
        tally.sent.fetch_add(piece.len() as u64, Ordering::Relaxed);
    }
    status(&mut stream).await
}
