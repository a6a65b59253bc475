//! Writes a request to a connection, at once or in pieces, to its end or forever.

use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::sleep;

use super::draft::{Draft, FLOOD, Framing, Head, PIECE, Pace};

/// How long a receiver has to refuse an announced length before the body is sent.
const BEFORE_A_FLOOD: Duration = Duration::from_millis(500);

const BETWEEN_BYTES: Duration = Duration::from_millis(1);
/// Longer than a busy machine needs to wake a reader.
const AFTER_THE_FIRST: Duration = Duration::from_millis(200);
/// How many bytes of a body are sent one by one, at most.
const SINGLE_BYTES: usize = 1024;

impl Draft {
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
    use http::{HeaderMap, HeaderName, HeaderValue, Uri};

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
