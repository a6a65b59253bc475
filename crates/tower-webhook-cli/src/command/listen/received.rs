//! A request that was received: what is shown of it, and what is kept to send it again.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use jiff::Timestamp;
use serde::Serialize;

use super::event;
use super::hidden::{Header, Hidden};
use crate::term::milliseconds;
use crate::verdict::Verdict;

/// How much of a body JSON and the page contain, in bytes.
pub(super) const SHOWN: usize = 64 * 1024;
/// What a header costs besides its letters, in bytes.
const HEADER: usize = 64;

/// A request for the path that is listened on.
pub(super) struct Received {
    /// Counts from 1, in the order in which the requests were kept.
    pub(super) number: u64,
    pub(super) at: Timestamp,
    /// As it came. It is not shown.
    pub(super) head: Parts,
    /// Path and query, as they are shown.
    pub(super) target: String,
    pub(super) headers: Vec<Header>,
    /// As it came. What is shown is [`shown`](Self::shown).
    pub(super) body: Bytes,
    /// The body in which the secret is hidden, when it contains it.
    redacted: Option<Bytes>,
    /// Whether `body` is all of it. Otherwise it cannot be sent again.
    pub(super) is_whole: bool,
    /// How many bytes of the body came.
    pub(super) size: usize,
    pub(super) event: Option<String>,
    pub(super) verdict: Verdict,
    pub(super) status: StatusCode,
    pub(super) how: How,
    pub(super) took: Duration,
    /// The name of its file, with `--save`.
    pub(super) saved: Option<String>,
    /// The number of the request that was sent again.
    pub(super) replay_of: Option<u64>,
}

/// What decided the status of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum How {
    /// The verdict.
    Verdict,
    /// `--accept-forged`.
    AcceptedForged,
    /// `--status`.
    Status,
    /// A handshake of the provider.
    Handshake,
    /// A handshake of the provider that is not as it should be, for this reason.
    HandshakeRefused(String),
    /// The target of `--forward`.
    Forwarded,
    /// It was not passed on to the target of `--forward`, or no answer came, for this reason.
    NotForwarded(String),
}

impl Received {
    /// What is known of a request before it is answered.
    pub(super) fn new(head: Parts, body: Bytes, is_whole: bool, verdict: Verdict, hidden: &Hidden) -> Self {
        let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
        let event = event::name(&head.headers, &body);
        Self {
            number: 0,
            at: Timestamp::now(),
            target: hidden.target(target),
            headers: hidden.headers(&head.headers),
            event: event.map(|event| event::shown(&hidden.text(&event))),
            size: body.len(),
            redacted: hidden.body(&body),
            head,
            body,
            is_whole,
            verdict,
            status: StatusCode::OK,
            how: How::Verdict,
            took: Duration::ZERO,
            saved: None,
            replay_of: None,
        }
    }

    /// The body as it is shown.
    pub(super) fn shown(&self) -> &Bytes {
        self.redacted.as_ref().unwrap_or(&self.body)
    }

    /// What it costs to keep it, in bytes.
    pub(super) fn cost(&self) -> usize {
        let came = self.head.headers.iter();
        let came: usize = came
            .map(|(name, value)| name.as_str().len() + value.len() + HEADER)
            .sum();
        let shown = self.headers.iter();
        let shown: usize = shown
            .map(|header| header.name.len() + header.value.len() + HEADER)
            .sum();
        let target = self.head.uri.path_and_query().map_or(0, |target| target.as_str().len());
        let redacted = self.redacted.as_ref().map_or(0, Bytes::len);
        self.body.len() + redacted + came + shown + target + self.target.len() + 1024
    }

    /// Keeps only the beginning of the body. The rest is no longer in memory.
    pub(super) fn cut_body(&mut self) {
        for body in [Some(&mut self.body), self.redacted.as_mut()].into_iter().flatten() {
            *body = Bytes::copy_from_slice(&body[..body.len().min(SHOWN)]);
        }
        self.is_whole = false;
    }

    /// In JSON, with at most `limit` bytes of the body, or without the body.
    pub(super) fn json(&self, limit: Option<usize>) -> Json<'_> {
        Json {
            kind: "request",
            number: self.number,
            received_at: self.at,
            method: self.head.method.as_str(),
            target: &self.target,
            event: self.event.as_deref(),
            verdict: &self.verdict,
            status: self.status.as_u16(),
            answered_by: &self.how,
            duration_ms: milliseconds(self.took),
            saved: self.saved.as_deref(),
            replay_of: self.replay_of,
            headers: &self.headers,
            body_bytes: self.size,
            body: limit.map(|limit| self.json_body(limit)),
        }
    }

    fn json_body(&self, limit: usize) -> JsonBody<'_> {
        let body = self.shown();
        let cut = &body[..body.len().min(limit)];
        let text = match std::str::from_utf8(cut) {
            Ok(text) => Some(text),
            // Cut within a letter.
            Err(error) if error.error_len().is_none() && cut.len() < body.len() => {
                std::str::from_utf8(&cut[..error.valid_up_to()]).ok()
            }
            Err(_) => None,
        };
        JsonBody {
            body: text,
            body_base64: text.is_none().then(|| STANDARD.encode(cut)),
            body_truncated: cut.len() < body.len() || !self.is_whole,
            body_redacted: self.redacted.is_some(),
        }
    }
}

/// A request as programs and the page read it.
#[derive(Serialize)]
pub(super) struct Json<'a> {
    kind: &'static str,
    number: u64,
    received_at: Timestamp,
    method: &'a str,
    target: &'a str,
    event: Option<&'a str>,
    verdict: &'a Verdict,
    status: u16,
    answered_by: &'a How,
    duration_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    saved: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replay_of: Option<u64>,
    headers: &'a [Header],
    /// Of the whole body, as far as it was read.
    body_bytes: usize,
    #[serde(flatten)]
    body: Option<JsonBody<'a>>,
}

#[derive(Serialize)]
struct JsonBody<'a> {
    /// When it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    /// When it is no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
    body_truncated: bool,
    /// Whether the secret stood in the body, and is not shown.
    body_redacted: bool,
}

#[cfg(test)]
mod tests {
    use http::Request;
    use serde_json::{Value, json};

    use super::*;
    use crate::secret::SecretText;

    fn received(body: &[u8]) -> Received {
        let secret = SecretText::new(b"s3cret".to_vec(), "here".to_owned()).unwrap();
        let request = Request::post("/hook?a=s3cret")
            .header("x-token", "s3cret")
            .header("x-github-event", "s3cret.created");
        let head = request.body(()).unwrap().into_parts().0;
        let verdict = Verdict::genuine(Some("here"));
        let body = Bytes::copy_from_slice(body);
        Received::new(head, body, true, verdict, &Hidden::new(&[secret]))
    }

    fn json(received: &Received, limit: usize) -> Value {
        serde_json::to_value(received.json(Some(limit))).unwrap()
    }

    #[test]
    fn the_secret_is_nowhere_in_what_is_shown() {
        let mut received = received(br#"{"token":"s3cret"}"#);
        let shown = json(&received, 100);
        assert!(!shown.to_string().contains("s3cret"), "{shown}");
        assert_eq!(shown["target"], "/hook?a=(the secret)");
        assert_eq!(shown["event"], "(the secret).created");
        assert_eq!(
            (&shown["body_redacted"], &shown["body_bytes"]),
            (&json!(true), &json!(18))
        );
        assert_eq!(&received.body[..], br#"{"token":"s3cret"}"#);
        received.cut_body();
        assert!(!json(&received, 100).to_string().contains("s3cret"));
    }

    #[test]
    fn what_is_hidden_costs_what_it_takes_in_memory() {
        let secret = SecretText::new(b"s3cret".to_vec(), "here".to_owned()).unwrap();
        let long = format!("s3cret{}", "a".repeat(30_000));
        let request = Request::post(format!("/?s3cret={}", "%73".repeat(10_000))).header("x-token", long);
        let head = request.body(()).unwrap().into_parts().0;
        let received = Received::new(
            head,
            Bytes::new(),
            true,
            Verdict::genuine(None),
            &Hidden::new(&[secret]),
        );
        let shown = json(&received, 100).to_string();
        assert!(shown.contains("(contains the secret)"), "{shown}");
        assert!((60_000..100_000).contains(&received.cost()), "{}", received.cost());
    }

    #[test]
    fn a_body_is_text_or_base64_and_truncated_where_that_is_said() {
        let text = received("{\"a\":\"é\"}".as_bytes());
        let whole = json(&text, 100);
        assert_eq!(
            (&whole["body"], &whole["body_truncated"], &whole["body_redacted"]),
            (&json!("{\"a\":\"é\"}"), &json!(false), &json!(false))
        );
        let cut = json(&text, 7);
        assert_eq!(
            (&cut["body"], &cut["body_truncated"]),
            (&json!("{\"a\":\""), &json!(true))
        );
        assert_eq!(cut["body_bytes"], 10);
        let bytes = json(&received(b"\xff\x00"), 100);
        assert_eq!((&bytes["body"], &bytes["body_base64"]), (&Value::Null, &json!("/wA=")));
    }
}
