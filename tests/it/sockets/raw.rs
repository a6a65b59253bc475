//! HTTP/1.1 written by hand, for requests that no client sends.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::PATH;

const PATIENCE: Duration = Duration::from_secs(10);

/// A connection, and the bytes that were received and not read yet.
pub(crate) struct Raw {
    stream: TcpStream,
    unread: Vec<u8>,
}

/// The status of an answer, and a body of the declared length.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// The head of a request: the request line, `Host`, these lines, and an empty line.
pub(crate) fn head(lines: &[&str]) -> String {
    let mut head = format!("POST {PATH} HTTP/1.1\r\nHost: test\r\n");
    for line in lines {
        head.push_str(line);
        head.push_str("\r\n");
    }
    head + "\r\n"
}

impl Raw {
    pub(crate) async fn connect(to: SocketAddr) -> Self {
        let stream = TcpStream::connect(to).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let unread = Vec::new();
        Self { stream, unread }
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Sends, and returns whether the peer still reads.
    pub(crate) async fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Closes the connection for writing.
    pub(crate) async fn hang_up(&mut self) {
        self.stream.shutdown().await.unwrap();
    }

    /// The next answer, `100 Continue` included; `None` when the peer closes the connection instead.
    pub(crate) async fn answer(&mut self) -> Option<Answer> {
        let end = loop {
            match find(&self.unread, b"\r\n\r\n") {
                Some(end) => break end + 4,
                None => self.more().await?,
            }
        };
        let head = String::from_utf8(self.unread.drain(..end).collect()).unwrap();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse().unwrap())
        });
        let length: usize = length.unwrap_or(0);
        while self.unread.len() < length {
            self.more().await?;
        }
        let body = String::from_utf8(self.unread.drain(..length).collect()).unwrap();
        let status = status.expect("an answer begins with its status");
        Some(Answer { status, body })
    }

    async fn more(&mut self) -> Option<()> {
        let read = timeout(PATIENCE, self.stream.read_buf(&mut self.unread)).await;
        match read.expect("the peer answers or hangs up") {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(()),
        }
    }
}

impl Answer {
    pub(crate) fn empty(status: u16) -> Self {
        let body = String::new();
        Self { status, body }
    }

    pub(crate) fn ok(body: impl Into<String>) -> Self {
        let (status, body) = (200, body.into());
        Self { status, body }
    }
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}
