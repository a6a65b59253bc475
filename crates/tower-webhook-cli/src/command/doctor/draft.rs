//! A request as it goes over the wire: also one that no client would send. `write` sends it.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Uri};

/// How much of a body without an end is sent.
pub(super) const FLOOD: u64 = 32 * 1024 * 1024;
/// What is sent of it at a time.
pub(super) const PIECE: usize = 64 * 1024;

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
    /// What the answer must not name: the right MAC, as it is written in the request.
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
    /// Sends what there is, and then nothing forever.
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

    /// The body in its framing, and how long the least part of it is that a reader can get alone.
    pub(super) fn on_the_wire(&self) -> (Bytes, usize) {
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
