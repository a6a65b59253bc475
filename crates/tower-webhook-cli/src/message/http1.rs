//! HTTP/1.1 messages ([RFC 9112], section 2.1): what `listen --save` writes.
//!
//! The body is all bytes after the empty line that ends the head, whatever `Content-Length` says.
//!
//! [RFC 9112]: https://www.rfc-editor.org/rfc/rfc9112#section-2.1

use std::borrow::Cow;
use std::io::{self, BufRead, Read, Write};

use http::request::Parts;
use http::{HeaderName, HeaderValue, Request};

use super::{MAX_HEAD, MAX_HEADERS, Saved, lines};

/// What stands before the number of the version.
const VERSION: &[u8] = b" HTTP/";

/// Reads the head; the body stays unread.
pub(crate) fn read(mut input: impl BufRead + Send + 'static) -> Result<Saved, String> {
    let head = match read_head(&mut input)? {
        Head::Whole(head) => head,
        Head::Cut(_) => return Err("it ends within the head: an empty line must follow the headers".to_owned()),
    };
    Ok(Saved {
        head: parse(&head)?,
        body: Some(Box::new(input)),
    })
}

/// Reads a message of another version, such as `HTTP/2`. Without a body it is lines of headers with a request line.
pub(super) fn read_other(mut input: impl BufRead + Send + 'static) -> Result<Saved, String> {
    let (head, has_body) = match read_head(&mut input)? {
        Head::Whole(head) => (head, !input.fill_buf().map_err(|error| error.to_string())?.is_empty()),
        Head::Cut(head) => (head, false),
    };
    Ok(if has_body {
        Saved {
            head: parse(&head)?,
            body: Some(Box::new(input)),
        }
    } else {
        Saved {
            head: lines::parse(&head)?,
            body: None,
        }
    })
}

/// The lines up to the empty one that ends the head, or up to the end of the input.
enum Head {
    Whole(Vec<u8>),
    Cut(Vec<u8>),
}

fn read_head(mut input: impl BufRead) -> Result<Head, String> {
    let mut head = Vec::new();
    loop {
        let before = head.len();
        let room = (MAX_HEAD - before) as u64;
        let read = (&mut input).take(room).read_until(b'\n', &mut head);
        read.map_err(|error| error.to_string())?;
        let line = &head[before..];
        if line == b"\r\n" || line == b"\n" {
            return Ok(Head::Whole(head));
        }
        if !line.ends_with(b"\n") {
            return match head.len() {
                MAX_HEAD => Err("its head is longer than 256 KiB: remove headers that are not signed".to_owned()),
                _ => Ok(Head::Cut(head)),
            };
        }
    }
}

fn parse(head: &[u8]) -> Result<Parts, String> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let head = as_http1(head);
    parsed
        .parse(&head)
        .map_err(|error| format!("it is no HTTP/1.1 message: {error}"))?;
    let (Some(method), Some(target)) = (parsed.method, parsed.path) else {
        return Err("it has no request line".to_owned());
    };
    let mut request = Request::builder().method(method).uri(target);
    for header in parsed.headers {
        request = request.header(header.name, header.value);
    }
    let request = request
        .body(())
        .map_err(|error| format!("its head is invalid: {error}"))?;
    Ok(request.into_parts().0)
}

/// The head with the version that the parser reads: the lines have the same form in each.
fn as_http1(head: &[u8]) -> Cow<'_, [u8]> {
    let end = head
        .iter()
        .position(|byte| matches!(byte, b'\r' | b'\n'))
        .unwrap_or(head.len());
    let (line, rest) = head.split_at(end);
    match line.windows(VERSION.len()).rposition(|part| part == VERSION) {
        Some(at) => [&line[..at], b" HTTP/1.1", rest].concat().into(),
        None => head.into(),
    }
}

/// Writes a request so that [`read`] returns the same head and the same bytes.
pub(crate) fn write(head: &Parts, body: &[u8], mut out: impl Write) -> io::Result<()> {
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    write!(out, "{} {target} HTTP/1.1\r\n", head.method)?;
    let mut line = |name: &HeaderName, value: &HeaderValue| {
        write!(out, "{name}: ")?;
        out.write_all(value.as_bytes())?;
        out.write_all(b"\r\n")
    };
    for (name, value) in &head.headers {
        line(name, value)?;
    }
    out.write_all(b"\r\n")?;
    out.write_all(body)
}
