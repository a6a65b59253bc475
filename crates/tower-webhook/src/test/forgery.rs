//! Requests as a forger sends them, or a careless proxy.

use http::{HeaderMap, HeaderValue, Request};

use super::{RequestBuilder, TestBody};
use crate::rejection::Rejection;

/// How long ago a stale request was signed, in seconds: a day.
const STALE: i64 = 24 * 60 * 60;
/// How many characters of a signature are cut off: half of the digits of one in hex.
const CUT: usize = 32;

/// A way to make a request that must be refused.
///
/// | forgery | schemes | contents | refused as |
/// |---|---|---|---|
/// | `BitFlip` | all | not empty | `signature_mismatch` |
/// | `OtherSecret` | all | any | `signature_mismatch` |
/// | `StaleTimestamp` | Stripe, Slack, Standard Webhooks | any | `timestamp_too_old` |
/// | `DoubledHeader` | all | any | `duplicate_signature` |
/// | `TruncatedSignature` | all | any | `malformed_signature` |
/// | `ReserialisedJson` | all | JSON with a blank, a colon or a comma to change | `signature_mismatch` |
/// | `ChangedNewline` | all | any | `signature_mismatch` |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Forgery {
    /// One bit of the body is another.
    BitFlip,
    /// Signed as it should be, under another secret.
    OtherSecret,
    /// Signed as it should be, and recorded: a day passed since, or all that passed since 1970 if it is less.
    StaleTimestamp,
    /// The signature header is there twice, both right.
    DoubledHeader,
    /// The last 32 characters of the signature are missing: a prefix of what would be right.
    TruncatedSignature,
    /// The body is the same JSON, with other white space, as after parsing it and writing it again.
    ReserialisedJson,
    /// The line breaks of the body are others: `\n` for `\r\n`, or else `\r\n` for `\n`, or else one more at the end.
    ChangedNewline,
}

impl Forgery {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::BitFlip,
        Self::OtherSecret,
        Self::StaleTimestamp,
        Self::DoubledHeader,
        Self::TruncatedSignature,
        Self::ReserialisedJson,
        Self::ChangedNewline,
    ];

    /// What a [`Verifier`](crate::Verifier) refuses it as: one of the same scheme and secret, with the default tolerance.
    #[must_use]
    pub fn rejection(self) -> Rejection {
        match self {
            Self::BitFlip | Self::OtherSecret | Self::ReserialisedJson | Self::ChangedNewline => {
                Rejection::SignatureMismatch
            }
            Self::StaleTimestamp => Rejection::TimestampTooOld,
            Self::DoubledHeader => Rejection::DuplicateSignature,
            Self::TruncatedSignature => Rejection::MalformedSignature,
        }
    }
}

impl RequestBuilder {
    /// A forged request, made of the genuine one with this content; `None` where the [`Forgery`] does not apply to the
    /// scheme, or leaves this content as it is.
    ///
    /// ```
    /// use tower_webhook::SigningSecret;
    /// use tower_webhook::test::{Forgery, RequestBuilder};
    ///
    /// let webhook = RequestBuilder::shopify(&SigningSecret::new("hush")?);
    /// assert!(webhook.forged(Forgery::BitFlip, "{}").is_some());
    /// assert!(webhook.forged(Forgery::StaleTimestamp, "{}").is_none());
    /// # Ok::<(), tower_webhook::ConfigError>(())
    /// ```
    #[must_use]
    pub fn forged(&self, forgery: Forgery, content: impl AsRef<[u8]>) -> Option<Request<TestBody>> {
        let content = content.as_ref();
        let genuine = || self.sign(&self.signer, content, 0);
        let (headers, sent) = match forgery {
            Forgery::BitFlip => (genuine(), with_bit_flipped(content)?),
            Forgery::OtherSecret => (self.sign(&self.other, content, 0), content.to_vec()),
            Forgery::StaleTimestamp if !self.signs_time => return None,
            Forgery::StaleTimestamp => (self.sign(&self.signer, content, STALE), content.to_vec()),
            Forgery::DoubledHeader => (self.doubled(genuine()), content.to_vec()),
            Forgery::TruncatedSignature => (self.truncated(genuine()), content.to_vec()),
            Forgery::ReserialisedJson => (genuine(), with_other_white_space(content)?),
            Forgery::ChangedNewline => (genuine(), with_other_newlines(content)),
        };
        Some(self.request(headers, TestBody::one(sent)))
    }

    /// A request of every [`Forgery`] that applies to the scheme and to this content.
    pub fn forgeries(&self, content: impl AsRef<[u8]>) -> impl Iterator<Item = (Forgery, Request<TestBody>)> {
        Forgery::ALL
            .iter()
            .filter_map(move |&forgery| Some((forgery, self.forged(forgery, &content)?)))
    }

    fn doubled(&self, mut headers: HeaderMap) -> HeaderMap {
        let value = headers[&self.signature].clone();
        headers.append(&self.signature, value);
        headers
    }

    fn truncated(&self, mut headers: HeaderMap) -> HeaderMap {
        let value = headers[&self.signature].as_bytes();
        let kept = &value[..value.len() - CUT];
        let kept = HeaderValue::from_bytes(kept).expect("a part of what is visible ASCII");
        headers.insert(&self.signature, kept);
        headers
    }
}

fn with_bit_flipped(content: &[u8]) -> Option<Vec<u8>> {
    let mut flipped = content.to_vec();
    *flipped.get_mut(content.len() / 2)? ^= 1;
    Some(flipped)
}

/// Without white space between the tokens of a JSON text; or, where there is none, with a blank after each colon and
/// comma.
fn with_other_white_space(json: &[u8]) -> Option<Vec<u8>> {
    if !matches!(json.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return None;
    }
    let compact = rewritten(json, |byte, out| {
        if !byte.is_ascii_whitespace() {
            out.push(byte);
        }
    });
    let spread = || {
        rewritten(json, |byte, out| match byte {
            b':' | b',' => out.extend([byte, b' ']),
            _ => out.push(byte),
        })
    };
    let other = if compact == json { spread() } else { compact };
    (other != json).then_some(other)
}

/// A JSON text whose bytes outside of strings are each written by `write`.
fn rewritten(json: &[u8], write: impl Fn(u8, &mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len());
    let (mut in_string, mut escaped) = (false, false);
    for &byte in json {
        if in_string {
            out.push(byte);
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
        } else {
            write(byte, &mut out);
            in_string = byte == b'"';
        }
    }
    out
}

fn with_other_newlines(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 1);
    if content.windows(2).any(|pair| pair == b"\r\n") {
        let mut rest = content;
        while let Some((&byte, after)) = rest.split_first() {
            if !rest.starts_with(b"\r\n") {
                out.push(byte);
            }
            rest = after;
        }
    } else if content.contains(&b'\n') {
        for &byte in content {
            out.extend_from_slice(if byte == b'\n' {
                b"\r\n"
            } else {
                std::slice::from_ref(&byte)
            });
        }
    } else {
        out.extend_from_slice(content);
        out.push(b'\n');
    }
    out
}
