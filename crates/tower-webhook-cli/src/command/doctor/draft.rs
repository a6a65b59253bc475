//! A request as it goes over the wire: also one that no client would send.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Uri};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::sleep;

/// How much of a body without an end is sent.
pub(super) const FLOOD: u64 = 32 * 1024 * 1024;
/// What is sent of it at a time.
const PIECE: usize = 64 * 1024;
/// How long a receiver has to refuse an announced length before the body is sent.
const BEFORE_A_FLOOD: Duration = Duration::from_millis(500);

const BETWEEN_BYTES: Duration = Duration::from_millis(1);
/// Longer than a busy machine needs to wake a reader.
const AFTER_THE_FIRST: Duration = Duration::from_millis(200);
/// How many bytes of a body are sent one by one, at most.
const SINGLE_BYTES: usize = 1024;

/// Not `Debug`: its headers sign.
#[derive(Clone)]
pub(super) struct Draft {
    /// Without `Host`, `Content-Length`, `Transfer-Encoding` and `Connection`.
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) framing: Framing,
    pub(super) pace: Pace,
    /// Writes the names of headers in upper case.
    pub(super) upper_names: bool,
    /// A text that the answer must not contain: the right MAC.
    pub(super) must_not_say: Option<Vec<u8>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// The true `Content-Length`.
    Length,
    /// Another `Content-Length`.
    Claim(u64),
    /// In chunks of so many bytes.
    Chunks(usize),
    /// The announced length, if any, or else chunks; zero bytes are sent until there is an answer, or [`FLOOD`].
    Flood { announced: Option<u64> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    AtOnce,
    /// Each byte of the body in a packet of its own; only the first ones of a long body, which would take minutes.
    Bytewise,
    /// Sends what there is, and then nothing for ever.
    Stall,
    /// Sends what there is, and then closes its side of the connection.
    HangUp,
}

/// Where a request goes: its request line and `Host`.
pub(super) struct Head<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) host: &'a str,
}

impl Draft {
    /// A request that a client would send.
    pub(super) fn new(headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self {
            headers,
            body: body.into(),
            framing: Framing::Length,
            pace: Pace::AtOnce,
            upper_names: false,
            must_not_say: None,
        }
    }

    pub(super) fn framed(self, framing: Framing) -> Self {
        Self { framing, ..self }
    }

    pub(super) fn paced(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    pub(super) fn is_flood(&self) -> bool {
        matches!(self.framing, Framing::Flood { .. })
    }

    /// The most bytes that are sent of it to this URL.
    pub(super) fn most_bytes(&self, url: &Uri) -> u64 {
        /// The request line and the headers that are added here, without the URL.
        const HEAD: usize = 256;
        let path = url.path_and_query().map_or(1, |path| path.as_str().len());
        let host = url.authority().map_or(0, |host| host.as_str().len());
        let headers: usize = self
            .headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + 4)
            .sum();
        let body = match self.framing {
            Framing::Flood { .. } => FLOOD + PIECE as u64,
            Framing::Chunks(_) | Framing::Length | Framing::Claim(_) => self.on_the_wire().0.len() as u64,
        };
        (HEAD + path + host + headers) as u64 + body
    }

    /// The bytes before the body.
    pub(super) fn head(&self, head: &Head<'_>) -> Vec<u8> {
        let Head { method, path, host } = head;
        let mut out = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n").into_bytes();
        for (name, value) in &self.headers {
            out.extend(self.written(name).bytes());
            out.extend(b": ");
            out.extend(value.as_bytes());
            out.extend(b"\r\n");
        }
        let length = match self.framing {
            Framing::Length => Some(self.body.len() as u64),
            Framing::Claim(length) => Some(length),
            Framing::Flood { announced } => announced,
            Framing::Chunks(_) => None,
        };
        match length {
            Some(length) => out.extend(format!("Content-Length: {length}\r\n").bytes()),
            None => out.extend(b"Transfer-Encoding: chunked\r\n"),
        }
        out.extend(b"Connection: close\r\n\r\n");
        out
    }

    /// Writes the request; `sent` is told of every byte. It does not return when it [stalls](Pace::Stall).
    pub(super) async fn write(
        &self,
        head: &Head<'_>,
        mut out: impl AsyncWrite + Unpin,
        sent: impl Fn(usize),
    ) -> std::io::Result<()> {
        let head = self.head(head);
        put(&mut out, &head, &sent).await?;
        if let Framing::Flood { announced } = self.framing {
            return flood(&mut out, announced, &sent).await;
        }
        let (bytes, first) = self.on_the_wire();
        if self.pace == Pace::Bytewise {
            bytewise(&mut out, &bytes, first, &sent).await?;
        } else {
            put(&mut out, &bytes, &sent).await?;
        }
        match self.pace {
            Pace::Stall => std::future::pending().await,
            Pace::HangUp => out.shutdown().await,
            Pace::AtOnce | Pace::Bytewise => Ok(()),
        }
    }

    /// The body in its framing, and how long the least part of it is that a reader can get alone.
    fn on_the_wire(&self) -> (Bytes, usize) {
        let Framing::Chunks(size) = self.framing else {
            return (self.body.clone(), 1);
        };
        let (mut bytes, mut first) = (Vec::new(), 0);
        for chunk in self.body.chunks(size) {
            bytes.extend(format!("{:x}\r\n", chunk.len()).bytes());
            bytes.extend(chunk);
            bytes.extend(b"\r\n");
            if first == 0 {
                first = bytes.len();
            }
        }
        bytes.extend(b"0\r\n\r\n");
        (bytes.into(), first)
    }

    /// The name as senders write it, `X-Hub-Signature-256`, or in upper case.
    fn written(&self, name: &HeaderName) -> String {
        let mut at_start = true;
        let letters = name.as_str().chars().map(|letter| {
            let upper = self.upper_names || at_start;
            at_start = letter == '-';
            if upper { letter.to_ascii_uppercase() } else { letter }
        });
        letters.collect()
    }
}

async fn put(out: &mut (impl AsyncWrite + Unpin), bytes: &[u8], sent: &impl Fn(usize)) -> std::io::Result<()> {
    out.write_all(bytes).await?;
    out.flush().await?;
    sent(bytes.len());
    Ok(())
}

/// Writes byte by byte, and waits once, after the first part: a reader that is waiting wakes for it alone.
async fn bytewise(
    out: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
    first: usize,
    sent: &impl Fn(usize),
) -> std::io::Result<()> {
    let (single, rest) = bytes.split_at(bytes.len().min(SINGLE_BYTES));
    for (index, byte) in single.chunks(1).enumerate() {
        let is_first = index + 1 == first;
        put(out, byte, sent).await?;
        sleep(if is_first { AFTER_THE_FIRST } else { BETWEEN_BYTES }).await;
    }
    put(out, rest, sent).await
}

async fn flood(
    out: &mut (impl AsyncWrite + Unpin),
    announced: Option<u64>,
    sent: &impl Fn(usize),
) -> std::io::Result<()> {
    let piece = match announced {
        Some(_) => {
            sleep(BEFORE_A_FLOOD).await;
            vec![b' '; PIECE]
        }
        None => [format!("{PIECE:x}\r\n").as_bytes(), &vec![b' '; PIECE], b"\r\n"].concat(),
    };
    let mut left = FLOOD;
    while left > 0 {
        put(out, &piece, sent).await?;
        left = left.saturating_sub(piece.len() as u64);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const HEAD: Head<'_> = Head {
        method: "POST",
        path: "/hook",
        host: "localhost",
    };

    fn draft() -> Draft {
        let headers = HeaderMap::from_iter([(
            HeaderName::from_static("x-hub-signature-256"),
            HeaderValue::from_bytes(b"\xff").unwrap(),
        )]);
        Draft::new(headers, "0123456789")
    }

    async fn written(draft: &Draft) -> Vec<u8> {
        let count = std::cell::Cell::new(0);
        let mut out = Vec::new();
        let sent = |bytes| count.set(count.get() + bytes);
        draft.write(&HEAD, &mut out, sent).await.unwrap();
        assert_eq!(count.get(), out.len());
        assert!(out.len() as u64 <= draft.most_bytes(&Uri::from_static("http://localhost/hook")));
        out
    }

    #[tokio::test]
    async fn a_request_is_written_as_a_sender_writes_it() {
        let wanted = b"POST /hook HTTP/1.1\r\nHost: localhost\r\nX-Hub-Signature-256: \xff\r\n\
            Content-Length: 10\r\nConnection: close\r\n\r\n0123456789";
        assert_eq!(written(&draft()).await, wanted);
        assert_eq!(written(&draft().paced(Pace::Bytewise)).await, wanted);
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_body_is_not_sent_byte_by_byte_for_minutes() {
        let start = tokio::time::Instant::now();
        for framing in [Framing::Length, Framing::Chunks(1)] {
            let long = Draft::new(HeaderMap::new(), vec![b'x'; 1 << 20]).framed(framing);
            let bytes = written(&long.paced(Pace::Bytewise)).await;
            assert!(bytes.len() > 1 << 20);
        }
        assert!(start.elapsed() < Duration::from_secs(5));
        assert!(start.elapsed() > 2 * AFTER_THE_FIRST);
    }

    #[tokio::test]
    async fn chunks_have_their_length_before_them() {
        let bytes = written(&draft().framed(Framing::Chunks(8))).await;
        assert!(bytes.ends_with(b"Connection: close\r\n\r\n8\r\n01234567\r\n2\r\n89\r\n0\r\n\r\n"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_is_bounded() {
        for announced in [None, Some(1 << 40)] {
            let draft = draft().framed(Framing::Flood { announced });
            assert!(written(&draft).await.len() as u64 >= FLOOD);
        }
    }
}
