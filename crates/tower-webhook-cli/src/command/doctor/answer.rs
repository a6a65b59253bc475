//! The answer of a receiver: read from the socket within bounds, whatever it sends.

use std::borrow::Cow;
use std::time::Duration;

use http::StatusCode;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::timeout;

const MAX_HEADERS: usize = 128;
/// How much of an answer is read.
const MOST: usize = 256 * 1024;
/// How many answers such as `100 Continue` are passed over, and how many bytes they may have together.
const MOST_INTERIM: usize = 16;
const MOST_INTERIM_BYTES: usize = 64 * 1024;
/// How long the body of an answer may take. Nothing but its text is lost when it takes longer.
const BODY: Duration = Duration::from_secs(1);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// Where a redirect leads.
    pub(super) location: Option<String>,
    is_chunked: bool,
    /// The status line and the headers.
    head: Vec<u8>,
    /// As much of it as arrived within the bounds, with its framing.
    body: Vec<u8>,
}

/// An answer whose head has come.
pub(super) struct Begun {
    answer: Answer,
    length: Option<usize>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// The connection was closed or reset.
    Closed,
    /// What was received is not HTTP/1.1, or goes beyond the bounds before there is an answer.
    NotHttp,
}

/// Reads the head of an answer; a few of `100 Continue` and its like are passed over.
pub(super) async fn begin(from: &mut (impl AsyncRead + Unpin)) -> Result<Begun, NoAnswer> {
    let mut bytes = Vec::new();
    let (mut interim, mut interim_bytes) = (0, 0);
    loop {
        // A reset after an answer has come is the end of it.
        let count = from.read_buf(&mut bytes).await.unwrap_or(0);
        while let Some(parsed) = parse(&bytes)? {
            let (mut begun, head) = parsed;
            if begun.answer.status.is_informational() {
                interim += 1;
                interim_bytes += head;
                if interim > MOST_INTERIM || interim_bytes > MOST_INTERIM_BYTES {
                    return Err(NoAnswer::NotHttp);
                }
                bytes.drain(..head);
                continue;
            }
            begun.answer.body = bytes.split_off(head);
            begun.answer.head = bytes;
            return Ok(begun);
        }
        match (count, bytes.len()) {
            (0, 0) => return Err(NoAnswer::Closed),
            (0, _) | (_, MOST..) => return Err(NoAnswer::NotHttp),
            _ => {}
        }
    }
}

/// The answer without its body, and where that begins.
fn parse(bytes: &[u8]) -> Result<Option<(Begun, usize)>, NoAnswer> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Response::new(&mut headers);
    let head = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(head)) => head,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(NoAnswer::NotHttp),
    };
    let status = parsed.code.and_then(|code| StatusCode::from_u16(code).ok());
    let value = |name: &str| {
        let header = parsed
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))?;
        Some(String::from_utf8_lossy(header.value).into_owned())
    };
    let answer = Answer {
        status: status.ok_or(NoAnswer::NotHttp)?,
        location: value("location"),
        is_chunked: value("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")),
        head: Vec::new(),
        body: Vec::new(),
    };
    let length = match answer.status {
        StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED => Some(0),
        _ => value("content-length").and_then(|length| length.trim().parse().ok()),
    };
    Ok(Some((Begun { answer, length }, head)))
}

impl Begun {
    /// Reads the body, as far as it comes within the bounds: without its end the status is still the answer.
    pub(super) async fn finish(self, from: &mut (impl AsyncRead + Unpin)) -> Answer {
        let Self { mut answer, length } = self;
        let body = &mut answer.body;
        let rest = async {
            while !is_whole(body, length) && body.len() < MOST {
                if from.read_buf(body).await.unwrap_or(0) == 0 {
                    break;
                }
            }
        };
        let _ = timeout(BODY, rest).await;
        answer
    }
}

impl Answer {
    #[cfg(test)]
    pub(super) fn of(status: StatusCode, body: &[u8]) -> Self {
        Self {
            status,
            location: None,
            is_chunked: false,
            head: Vec::new(),
            body: body.to_vec(),
        }
    }

    /// The text of a short body, without the framing of its chunks.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.content()).trim().to_owned()
    }

    /// All that it says: its head, its body as it came, and its body without the framing of chunks.
    pub(super) fn says(&self) -> [Cow<'_, [u8]>; 3] {
        [Cow::Borrowed(&*self.head), Cow::Borrowed(&*self.body), self.content()]
    }

    /// The body without the framing of its chunks, up to the last one that is whole.
    fn content(&self) -> Cow<'_, [u8]> {
        if !self.is_chunked {
            return Cow::Borrowed(&self.body);
        }
        let (mut rest, mut content) = (&self.body[..], Vec::new());
        while let Ok(httparse::Status::Complete((start, length @ 1..))) = httparse::parse_chunk_size(rest) {
            let end = usize::try_from(length)
                .ok()
                .and_then(|length| start.checked_add(length));
            let Some(chunk) = end.and_then(|end| rest.get(start..end)) else {
                break;
            };
            content.extend(chunk);
            rest = rest[start + chunk.len()..].strip_prefix(b"\r\n").unwrap_or_default();
        }
        Cow::Owned(content)
    }
}

/// Whether a body has ended, as far as can be told without the end of the connection.
fn is_whole(body: &[u8], length: Option<usize>) -> bool {
    match length {
        Some(length) => body.len() >= length,
        None => body.ends_with(b"0\r\n\r\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answer_in(mut bytes: &[u8]) -> Result<Answer, NoAnswer> {
        let begun = begin(&mut bytes).await?;
        Ok(begun.finish(&mut bytes).await)
    }

    #[tokio::test]
    async fn an_answer_is_read_with_its_body() {
        let bytes = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nlocation: /a\r\n\r\nhello";
        let wanted = Answer {
            status: StatusCode::FOUND,
            location: Some("/a".to_owned()),
            is_chunked: false,
            head: b"HTTP/1.1 302 Found\r\nlocation: /a\r\n\r\n".to_vec(),
            body: b"hello".to_vec(),
        };
        assert_eq!(answer_in(bytes).await, Ok(wanted));
    }

    #[tokio::test]
    async fn the_text_of_an_answer_has_no_chunks() {
        for (bytes, text) in [
            ("content-length: 3\r\n\r\n17\n", "17"),
            (
                "transfer-encoding: chunked\r\n\r\n1\r\n1\r\n2\r\n7\n\r\n0\r\n\r\n",
                "17",
            ),
            ("transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n1", ""),
        ] {
            let bytes = format!("HTTP/1.1 200 OK\r\n{bytes}");
            assert_eq!(answer_in(bytes.as_bytes()).await.unwrap().text(), text);
        }
    }

    #[tokio::test]
    async fn no_answer_is_told_from_one_that_is_not_http() {
        assert_eq!(answer_in(b"").await, Err(NoAnswer::Closed));
        for wrong in ["hello\n", "HTTP/1.1 20", "SSH-2.0-OpenSSH\r\n"] {
            assert_eq!(answer_in(wrong.as_bytes()).await, Err(NoAnswer::NotHttp), "{wrong}");
        }
        let endless = [b"HTTP/1.1 200 OK\r\n".to_vec(), b"a: b\r\n".repeat(MOST)].concat();
        assert_eq!(answer_in(&endless).await, Err(NoAnswer::NotHttp));
    }

    #[tokio::test]
    async fn answers_before_the_answer_are_bounded_in_number_and_in_bytes() {
        let after = |interim: &str, times| [interim.repeat(times), "HTTP/1.1 200 OK\r\n\r\n".to_owned()].concat();
        let short = "HTTP/1.1 100 Continue\r\n\r\n";
        let long = format!(
            "HTTP/1.1 103 Early Hints\r\nlink: {}\r\n\r\n",
            "x".repeat(MOST_INTERIM_BYTES / 4)
        );
        for (interim, most) in [(short, MOST_INTERIM), (&long, 3)] {
            assert!(answer_in(after(interim, most).as_bytes()).await.is_ok());
            let more = answer_in(after(interim, most + 1).as_bytes()).await;
            assert_eq!(more, Err(NoAnswer::NotHttp), "{}", interim.len());
        }
    }

    #[tokio::test]
    async fn of_a_long_answer_only_the_beginning_is_read() {
        let long = [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 4 * MOST]].concat();
        assert!(answer_in(&long).await.unwrap().body.len() < 2 * MOST);
    }
}
