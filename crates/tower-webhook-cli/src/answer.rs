//! What a receiver answered: status, time, and the beginning of the body.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::LOCATION;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde::Serialize;
use tokio::time::timeout_at;

use crate::outcome::{Outcome, Result};
use crate::term;
use crate::term::PlainBytes;
use crate::term::style::{BAD, FAINT, GOOD};

/// How much of a body is kept and shown.
const SHOWN: usize = 16 * 1024;
/// How much of a body is read, so that its connection can be used again.
const READ: usize = 1024 * 1024;

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// From the first byte of the request to the last one of the answer.
    pub(crate) took: Duration,
    body: Vec<u8>,
    /// How many bytes of the body were read.
    read: usize,
    cut: Option<Cut>,
}

/// Why the body that is shown ends before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    TooLong,
    Broken,
}

impl Answer {
    /// Reads the body, within limits of size and time.
    pub(crate) async fn read(response: Response<Incoming>, start: Instant, timeout: Duration) -> Self {
        let (head, mut incoming) = response.into_parts();
        let deadline = tokio::time::Instant::now() + timeout;
        let (mut body, mut read, mut cut) = (Vec::new(), 0, None);
        while read <= READ {
            let frame = match timeout_at(deadline, incoming.frame()).await {
                Ok(None) => break,
                // Frames that are there at once are not timed out, and may be empty.
                Ok(Some(Ok(frame))) if tokio::time::Instant::now() < deadline => frame,
                Ok(Some(_)) | Err(_) => {
                    cut = Some(Cut::Broken);
                    break;
                }
            };
            if let Ok(data) = frame.into_data() {
                read += data.len();
                let room = SHOWN - body.len();
                body.extend_from_slice(&data[..data.len().min(room)]);
            }
        }
        if read > body.len() {
            cut = Some(Cut::TooLong);
        }
        Self {
            status: head.status,
            headers: head.headers,
            took: start.elapsed(),
            body,
            read,
            cut,
        }
    }

    pub(crate) fn outcome(&self) -> Outcome {
        if self.status.is_success() {
            Outcome::Good
        } else {
            Outcome::No
        }
    }

    /// Prints the answer: its status and time, then its body.
    pub(crate) fn print(&self, json: bool) -> Result<()> {
        if json {
            return term::json(&self.document());
        }
        term::line(self)?;
        self.print_body()
    }

    /// Prints the body, each of its lines on a line.
    pub(crate) fn print_body(&self) -> Result<()> {
        if let Some(place) = self.headers.get(LOCATION).filter(|_| self.status.is_redirection()) {
            let place = PlainBytes(place.as_bytes());
            term::line(format_args!("{FAINT}(not followed, to {place}){FAINT:#}"))?;
        }
        let body = self.body.strip_suffix(b"\n").unwrap_or(&self.body);
        if !self.body.is_empty() {
            for line in body.split(|&byte| byte == b'\n') {
                term::line(PlainBytes(line.strip_suffix(b"\r").unwrap_or(line)))?;
            }
        }
        match self.cut {
            None => Ok(()),
            Some(Cut::TooLong) => term::line(format_args!("{FAINT}(only the first 16 KiB are shown){FAINT:#}")),
            Some(Cut::Broken) => term::line(format_args!("{FAINT}(the rest of the body did not arrive){FAINT:#}")),
        }
    }

    /// The answer in JSON.
    pub(crate) fn document(&self) -> Document<'_> {
        let text = str::from_utf8(&self.body).ok();
        Document {
            status: self.status.as_u16(),
            duration_ms: term::milliseconds(self.took),
            headers: self.headers.iter().map(Header::new).collect(),
            body_bytes: self.read,
            body: text,
            body_base64: text.is_none().then(|| STANDARD.encode(&self.body)),
            body_truncated: self.cut.is_some(),
        }
    }
}

/// `200 OK in 3.1 ms`, in the colour of good or bad news.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let style = if self.status.is_success() { GOOD } else { BAD };
        write!(
            f,
            "{style}{}{style:#} in {}",
            Status(self.status),
            Milliseconds(self.took)
        )
    }
}

#[derive(Serialize)]
pub(crate) struct Document<'a> {
    status: u16,
    duration_ms: f64,
    headers: Vec<Header<'a>>,
    /// Of the whole body, as far as it was read.
    body_bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    /// Instead of `body`, when that is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
    body_truncated: bool,
}

#[derive(Serialize)]
struct Header<'a> {
    name: &'a str,
    value: Cow<'a, str>,
}

impl<'a> Header<'a> {
    fn new((name, value): (&'a HeaderName, &'a HeaderValue)) -> Self {
        Self {
            name: name.as_str(),
            value: String::from_utf8_lossy(value.as_bytes()),
        }
    }
}

/// `404 Not Found`; a number alone when it is not a known one.
pub(crate) struct Status(pub(crate) StatusCode);

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())?;
        match self.0.canonical_reason() {
            Some(reason) => write!(f, " {reason}"),
            None => Ok(()),
        }
    }
}

/// `0.42 ms`, `3.1 ms`, `1204 ms`: two figures or more.
pub(crate) struct Milliseconds(pub(crate) Duration);

impl fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.0.as_secs_f64() * 1e3;
        let decimals = match value {
            ..1.0 => 2,
            ..100.0 => 1,
            _ => 0,
        };
        write!(f, "{value:.decimals$} ms")
    }
}
