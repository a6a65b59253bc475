//! Forged requests, and requests that a careless proxy has changed.

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue, Request};

use super::{RequestBuilder, TestBody};
use crate::rejection::RejectionKind;

/// The age of a stale request, in seconds: a day.
const STALE: i64 = 24 * 60 * 60;
/// How many characters of a signature are cut off: fewer than the shortest one has.
const CUT: usize = 16;

/// A way to make a request that must be refused.
///
/// | forgery | schemes | contents | refused as |
/// |---|---|---|---|
/// | `BitFlip` | those that sign the body | not empty | `signature_mismatch` |
/// | `OtherSecret` | all | any | `signature_mismatch` |
/// | `StaleTimestamp` | those that sign a timestamp | any | `timestamp_too_old` |
/// | `DoubledHeader` | those with the signature, or the token, in a header | any | `duplicate_signature` |
/// | `TruncatedSignature` | those that sign the body | any | `malformed_signature` |
/// | `ReserialisedJson` | those that sign the body | JSON with a blank, a colon or a comma | `signature_mismatch` |
/// | `ChangedNewline` | those that sign the body | any | `signature_mismatch` |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Forgery {
    /// One bit of the body is flipped.
    BitFlip,
    /// Signed correctly, with a secret that the receiver does not know.
    OtherSecret,
    /// Signed correctly, a day ago; or in 1970 if the clock has not reached a day.
    StaleTimestamp,
    /// The signature header occurs twice, with the correct value both times.
    DoubledHeader,
    /// The last 16 characters of the correct signature are cut off.
    TruncatedSignature,
    /// The body is the same JSON with other white space, as after parsing and serialising it.
    ReserialisedJson,
    /// The body has other line breaks: `\n` for `\r\n`, or else `\r\n` for `\n`, or else one more at its end.
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

    /// The kind by which a [`Verifier`](crate::Verifier) of the same scheme and secret refuses it, with the default
    /// tolerance.
    #[must_use]
    pub fn rejection_kind(self) -> RejectionKind {
        match self {
            Self::BitFlip | Self::OtherSecret | Self::ReserialisedJson | Self::ChangedNewline => {
                RejectionKind::SignatureMismatch
            }
            Self::StaleTimestamp => RejectionKind::TimestampTooOld,
            Self::DoubledHeader => RejectionKind::DuplicateSignature,
            Self::TruncatedSignature => RejectionKind::MalformedSignature,
        }
    }
}

impl RequestBuilder {
    /// A forged request, made from the genuine one with this content; `None` when the [`Forgery`] does not apply to the
    /// scheme, or does not change this content.
    ///
    /// ```
    /// use tower_webhook::SigningSecret;
    /// use tower_webhook::scheme::Shopify;
    /// use tower_webhook::test::{Forgery, RequestBuilder};
    ///
    /// let webhook = RequestBuilder::new(Shopify, &SigningSecret::new("hush")?);
    /// assert!(webhook.forged(Forgery::BitFlip, "{}").is_some());
    /// assert!(webhook.forged(Forgery::StaleTimestamp, "{}").is_none());
    /// # Ok::<(), tower_webhook::ConfigError>(())
    /// ```
    #[must_use]
    pub fn forged(&self, forgery: Forgery, content: impl AsRef<[u8]>) -> Option<Request<TestBody>> {
        let content = content.as_ref();
        let genuine = || self.sign(&self.signer, content, 0).into_parts().0.headers;
        let needs_signed_body = !matches!(
            forgery,
            Forgery::OtherSecret | Forgery::StaleTimestamp | Forgery::DoubledHeader
        );
        if needs_signed_body && !self.signs_body {
            return None;
        }
        let (headers, sent) = match forgery {
            Forgery::BitFlip => (genuine(), with_bit_flipped(content)?),
            Forgery::OtherSecret => return Some(self.sign(&self.other, content, 0).map(TestBody::one)),
            Forgery::StaleTimestamp => {
                let stale = self.sign(&self.signer, content, STALE);
                self.signer.signed_time(&stale)?;
                return Some(stale.map(TestBody::one));
            }
            Forgery::DoubledHeader => (doubled(self.signature.as_ref()?, genuine())?, content.to_vec()),
            Forgery::TruncatedSignature => (truncated(self.signature.as_ref()?, genuine())?, content.to_vec()),
            Forgery::ReserialisedJson => (genuine(), with_other_white_space(content)?),
            Forgery::ChangedNewline => (genuine(), with_other_newlines(content)),
        };
        Some(self.request(headers, TestBody::one(sent)))
    }

    /// One request for each [`Forgery`] that applies to the scheme and to this content.
    pub fn forgeries(&self, content: impl AsRef<[u8]>) -> impl Iterator<Item = (Forgery, Request<TestBody>)> {
        Forgery::ALL
            .iter()
            .filter_map(move |&forgery| Some((forgery, self.forged(forgery, &content)?)))
    }
}

fn doubled(signature: &HeaderName, mut headers: HeaderMap) -> Option<HeaderMap> {
    let value = headers.get(signature)?.clone();
    headers.append(signature, value);
    Some(headers)
}

fn truncated(signature: &HeaderName, mut headers: HeaderMap) -> Option<HeaderMap> {
    let value = headers.get(signature)?.as_bytes();
    let kept = &value[..value.len().checked_sub(CUT)?];
    let kept = HeaderValue::from_bytes(kept).expect("a prefix of visible ASCII");
    headers.insert(signature, kept);
    Some(headers)
}

fn with_bit_flipped(content: &[u8]) -> Option<Vec<u8>> {
    let mut flipped = content.to_vec();
    *flipped.get_mut(content.len() / 2)? ^= 1;
    Some(flipped)
}

/// The JSON without white space between its tokens; or, when it has none, with a blank after each colon and comma.
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

/// The JSON with each byte outside of strings written by `write`.
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
