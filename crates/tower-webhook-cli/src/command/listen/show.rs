//! What is printed: each request for people, or as one line of JSON.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::pretty::pretty;
use super::received::{How, Received, SHOWN};
use super::summary::Summary;
use crate::term::style::{BAD, FAINT, STRONG, WARNING};
use crate::term::{Plain, PlainJson, milliseconds};

/// How much text of a body people see, in bytes.
const TEXT: usize = 8 * 1024;
/// How much of a path is shown, in letters.
const PATH: usize = 200;

/// How requests are printed.
#[derive(Clone, Copy)]
pub(super) struct Show {
    pub(super) json: bool,
    /// Whether whole bodies are shown.
    pub(super) full: bool,
}

#[derive(Serialize)]
struct Line<'a, T> {
    kind: &'static str,
    #[serde(flatten)]
    value: &'a T,
}

/// Where the listener is.
#[derive(Serialize)]
pub(super) struct Start<'a> {
    pub(super) url: &'a str,
    pub(super) page: Option<&'a str>,
}

/// A request that is not for the path that is listened on.
#[derive(Serialize)]
pub(super) struct Elsewhere<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) status: u16,
}

impl Show {
    pub(super) fn start(self, start: &Start<'_>) -> String {
        if self.json {
            return line("listening", start);
        }
        let mut text = format!("Listening on {}", start.url);
        if let Some(page) = start.page {
            let _ = write!(text, "\n{FAINT}Page at{FAINT:#} {page} {FAINT}- Ctrl-C ends{FAINT:#}");
        }
        text
    }

    pub(super) fn request(self, received: &Received) -> String {
        if self.json {
            let limit = if self.full { usize::MAX } else { SHOWN };
            return encode(&received.json(Some(limit)));
        }
        let mut out = String::new();
        let _ = write!(
            out,
            "\n{FAINT}{}{FAINT:#} {} {} {STRONG}{}{STRONG:#} {FAINT}{} bytes{FAINT:#}\n  {}",
            time(received.at),
            received.head.method,
            path(&received.target),
            Plain(received.event.as_deref().unwrap_or("-")),
            received.size,
            received.verdict,
        );
        if let Some(place) = received.verdict.signed_by() {
            let _ = write!(out, ", signed with {}", Plain(place));
        }
        let took = milliseconds(received.took);
        let _ = write!(
            out,
            "\n  answered {} in {took} ms{}",
            received.status.as_u16(),
            how(received)
        );
        if let Some(number) = received.replay_of {
            let _ = write!(out, "\n  sent again from the page, as it came in request {number}");
        }
        if let Some(name) = &received.saved {
            let _ = write!(out, "\n  {FAINT}saved as{FAINT:#} {name}");
        }
        self.body(received, &mut out);
        out
    }

    pub(super) fn elsewhere(self, elsewhere: &Elsewhere<'_>, url: &str) -> String {
        if self.json {
            return line("elsewhere", elsewhere);
        }
        let now = time(Timestamp::now());
        let Elsewhere {
            method,
            path: asked,
            status,
        } = elsewhere;
        let hint = match *status {
            404 => format!("webhooks are taken at {url}"),
            _ => "webhooks are sent by POST".to_owned(),
        };
        let asked = path(asked);
        format!(
            "\n{FAINT}{now}{FAINT:#} {} {asked} answered {status}: {hint}",
            Plain(method)
        )
    }

    pub(super) fn summary(self, summary: &Summary) -> String {
        if self.json {
            return line("summary", summary);
        }
        format!("\n{summary}")
    }

    fn body(self, received: &Received, out: &mut String) {
        if received.body.is_empty() {
            return;
        }
        let limit = if self.full { usize::MAX } else { TEXT };
        let Some(pretty) = pretty(received.shown(), limit) else {
            let _ = write!(out, "\n  {FAINT}(the body is no text){FAINT:#}");
            return;
        };
        for line in pretty.text.split('\n') {
            let _ = write!(out, "\n    {line}");
        }
        if pretty.is_cut {
            let _ = write!(out, "\n  {FAINT}(cut here: --full shows all of it){FAINT:#}");
        } else if !received.is_whole {
            let _ = write!(out, "\n  {FAINT}(the rest was not read or is not kept){FAINT:#}");
        }
    }
}

/// Why the status is what it is, where that is not plain from the verdict.
fn how(received: &Received) -> String {
    match &received.how {
        How::Verdict => String::new(),
        How::AcceptedForged => format!(" - {BAD}FORGED{BAD:#}, and accepted because of --accept-forged"),
        How::Status => " because of --status".to_owned(),
        How::Handshake => ", the handshake of the provider".to_owned(),
        How::HandshakeRefused(reason) => format!(", no handshake of the provider: {}", Plain(reason)),
        How::Forwarded => " by the target of --forward".to_owned(),
        How::NotForwarded(reason) => format!(" - {WARNING}not forwarded{WARNING:#}: {}", Plain(reason)),
    }
}

fn path(target: &str) -> String {
    let end = target.char_indices().nth(PATH).map(|(end, _)| end);
    match end {
        Some(end) => format!("{}…", Plain(&target[..end])),
        None => Plain(target).to_string(),
    }
}

fn time(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::system())
        .strftime("%H:%M:%S")
        .to_string()
}

fn line(kind: &'static str, value: &impl Serialize) -> String {
    encode(&Line { kind, value })
}

/// JSON on one line, which steers no terminal.
fn encode(value: &impl Serialize) -> String {
    let text = serde_json::to_string(value).expect("its keys are text, and nothing of it fails");
    PlainJson(&text).to_string()
}
