//! What a genuine sender does, over HTTP/1.1: one request on a connection, and its answer.

use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_webhook::SigningSecret;
use tower_webhook::scheme::Knowrithm;
use tower_webhook::sign::Signer;

use crate::build::SECRET;

/// A signature that is well formed, and of no body.
pub(crate) const FORGED: &str = "sha256=0000000000000000000000000000000000000000000000000000000000000000";

static SIGNING: LazyLock<SigningSecret> = LazyLock::new(|| SigningSecret::new(SECRET).expect("it is not blank"));

#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) after: Duration,
}

/// An event of this size, which every receiver answers with 200.
pub(crate) fn event(size: usize) -> Vec<u8> {
    let (start, end) = (
        r#"{"event":"agent.created","data":{"id":"agent_1","padding":""#,
        r#""}}"#,
    );
    let padding = size.saturating_sub(start.len() + end.len());
    [start, &"x".repeat(padding), end].concat().into_bytes()
}

/// The head of a request with this signature and length.
pub(crate) fn head(path: &str, signature: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: test\r\nX-Knowrithm-Signature: {signature}\r\nContent-Length: {length}\r\n\r\n"
    )
}

/// The signature of this body.
pub(crate) fn signature(body: &[u8]) -> anyhow::Result<String> {
    let headers = Signer::new(Knowrithm, &*SIGNING).headers(body);
    Ok(headers["x-knowrithm-signature"].to_str()?.to_owned())
}

/// Posts a signed body.
pub(crate) async fn post(to: SocketAddr, path: &str, body: &[u8], patience: Duration) -> anyhow::Result<Answer> {
    let head = head(path, &signature(body)?, body.len());
    post_with(to, &head, body, patience).await
}

/// Posts a body behind a head. The answer may come before the body was sent.
pub(crate) async fn post_with(to: SocketAddr, head: &str, body: &[u8], patience: Duration) -> anyhow::Result<Answer> {
    let start = Instant::now();
    let exchange = async {
        let mut stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        stream.write_all(head.as_bytes()).await?;
        // A broken pipe may have an answer before it.
        let _ = stream.write_all(body).await;
        status(&mut stream).await
    };
    let status = timeout(patience, exchange).await.context("no answer")??;
    let after = start.elapsed();
    Ok(Answer { status, after })
}

/// The status of the next answer.
pub(crate) async fn status(stream: &mut TcpStream) -> anyhow::Result<u16> {
    let mut read = Vec::with_capacity(256);
    while !read.windows(4).any(|bytes| bytes == b"\r\n\r\n") && read.len() < 16 * 1024 {
        let count = stream.read_buf(&mut read).await?;
        anyhow::ensure!(count > 0, "the connection was closed without an answer");
    }
    let text = String::from_utf8_lossy(&read);
    let status = text.split(' ').nth(1).context("no status")?;
    Ok(status.parse()?)
}
