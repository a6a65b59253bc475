//! A request that came: what is shown of it, and what is kept to send it again.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, PROXY_AUTHORIZATION};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use serde::Serialize;

use super::event;
use crate::secret::SecretText;
use crate::verdict::Verdict;

/// How much of a body JSON and the page contain, in bytes.
pub(super) const SHOWN: usize = 64 * 1024;
/// Secrets that are shorter may occur in a header by chance.
const LEAST_HIDDEN: usize = 4;

/// A request for the path that is listened on.
pub(super) struct Received {
    /// Counts from 1, in the order in which the requests were kept.
    pub(super) number: u64,
    pub(super) at: Timestamp,
    pub(super) head: Parts,
    pub(super) headers: Vec<Header>,
    pub(super) body: Bytes,
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

/// A header as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Header {
    pub(super) name: String,
    pub(super) value: String,
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
    /// The target of `--forward`.
    Forwarded,
    /// The target of `--forward` could not be reached, for this reason.
    Unreachable(String),
}

impl Received {
    /// What is known of a request before it is answered.
    pub(super) fn new(head: Parts, body: Bytes, is_whole: bool, verdict: Verdict, hidden: &Hidden) -> Self {
        Self {
            number: 0,
            at: Timestamp::now(),
            headers: hidden.headers(&head.headers),
            event: event::name(&head.headers, &body),
            size: body.len(),
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

    /// Path and query.
    pub(super) fn target(&self) -> &str {
        self.head.uri.path_and_query().map_or("/", |target| target.as_str())
    }

    /// What it costs to keep it, in bytes.
    pub(super) fn cost(&self) -> usize {
        let headers = self.headers.iter();
        // The value is there as it came, and as it is shown.
        let headers: usize = headers
            .map(|header| 2 * (header.name.len() + header.value.len()) + 128)
            .sum();
        self.body.len() + headers + 1024
    }

    /// Keeps only the beginning of the body. The rest is no longer in memory.
    pub(super) fn cut_body(&mut self) {
        self.body = Bytes::copy_from_slice(&self.body[..self.body.len().min(SHOWN)]);
        self.is_whole = false;
    }

    /// In JSON, with at most `limit` bytes of the body, or without the body.
    pub(super) fn json(&self, limit: Option<usize>) -> Json<'_> {
        Json {
            kind: "request",
            number: self.number,
            received_at: self.at,
            method: self.head.method.as_str(),
            target: self.target(),
            event: self.event.as_deref(),
            size: self.size,
            verdict: &self.verdict,
            status: self.status.as_u16(),
            answered_by: &self.how,
            took_ms: milliseconds(self.took),
            saved: self.saved.as_deref(),
            replay_of: self.replay_of,
            headers: &self.headers,
            body: limit.map(|limit| self.json_body(limit)),
        }
    }

    fn json_body(&self, limit: usize) -> JsonBody<'_> {
        let cut = &self.body[..self.body.len().min(limit)];
        let text = match std::str::from_utf8(cut) {
            Ok(text) => Some(text),
            // Cut within a letter.
            Err(error) if error.error_len().is_none() && cut.len() < self.body.len() => {
                std::str::from_utf8(&cut[..error.valid_up_to()]).ok()
            }
            Err(_) => None,
        };
        JsonBody {
            body: text,
            body_base64: text.is_none().then(|| STANDARD.encode(cut)),
            is_body_cut: cut.len() < self.size || !self.is_whole,
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
    size: usize,
    verdict: &'a Verdict,
    status: u16,
    answered_by: &'a How,
    took_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    saved: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replay_of: Option<u64>,
    headers: &'a [Header],
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
    is_body_cut: bool,
}

/// In milliseconds, with microseconds as the fraction.
pub(super) fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// What no header may show: the secrets, where a provider sends them, and passwords.
pub(super) struct Hidden(Vec<SecretText>);

impl Hidden {
    pub(super) fn new(secrets: Vec<SecretText>) -> Self {
        Self(secrets)
    }

    fn headers(&self, headers: &HeaderMap) -> Vec<Header> {
        let shown = headers.iter().map(|(name, value)| Header {
            name: name.to_string(),
            value: self.value(name, value),
        });
        shown.collect()
    }

    fn value(&self, name: &HeaderName, value: &HeaderValue) -> String {
        let mut secrets = self.0.iter().map(SecretText::expose);
        let has_secret = secrets.any(|secret| {
            secret.len() >= LEAST_HIDDEN && value.as_bytes().windows(secret.len()).any(|part| part == secret)
        });
        if has_secret {
            return "(contains the secret)".to_owned();
        }
        if name == AUTHORIZATION || name == PROXY_AUTHORIZATION {
            let kind = value.as_bytes().split(|&byte| byte == b' ').next().unwrap_or_default();
            return format!("{} (hidden)", String::from_utf8_lossy(kind));
        }
        String::from_utf8_lossy(value.as_bytes()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use http::Request;
    use serde_json::{Value, json};

    use super::*;

    fn received(body: &'static [u8]) -> Received {
        let secret = SecretText::new(b"s3cret".to_vec(), "here".to_owned()).unwrap();
        let request = Request::post("/hook?a=b")
            .header("x-token", "s3cret")
            .header("authorization", "Basic dXNlcjpzM2NyZXQ=")
            .header("x-bytes", HeaderValue::from_bytes(b"Zo\xeb").unwrap());
        let head = request.body(()).unwrap().into_parts().0;
        let verdict = Verdict::genuine(Some("here"));
        Received::new(
            head,
            Bytes::from_static(body),
            true,
            verdict,
            &Hidden::new(vec![secret]),
        )
    }

    fn json(received: &Received, limit: usize) -> Value {
        serde_json::to_value(received.json(Some(limit))).unwrap()
    }

    #[test]
    fn a_secret_in_a_header_is_not_shown() {
        let json = json(&received(b"{}"), 100);
        let expected = json!([
            { "name": "x-token", "value": "(contains the secret)" },
            { "name": "authorization", "value": "Basic (hidden)" },
            { "name": "x-bytes", "value": "Zo\u{fffd}" },
        ]);
        assert_eq!(json["headers"], expected);
        assert_eq!(json["target"], "/hook?a=b");
    }

    #[test]
    fn a_body_is_text_or_base64_and_cut_where_that_is_said() {
        let text = received("{\"a\":\"é\"}".as_bytes());
        let whole = json(&text, 100);
        assert_eq!(
            (&whole["body"], &whole["is_body_cut"]),
            (&json!("{\"a\":\"é\"}"), &json!(false))
        );
        let cut = json(&text, 7);
        assert_eq!((&cut["body"], &cut["is_body_cut"]), (&json!("{\"a\":\""), &json!(true)));
        assert_eq!(cut["size"], 10);
        let bytes = json(&received(b"\xff\x00"), 100);
        assert_eq!((&bytes["body"], &bytes["body_base64"]), (&Value::Null, &json!("/wA=")));
    }
}
