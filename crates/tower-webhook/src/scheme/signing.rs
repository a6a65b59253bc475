//! The sender's side of a scheme: it writes the headers that the receiver's side reads.

use std::fmt;

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};

use super::Scheme;
use super::json::Json;
use crate::error::SignError;
use crate::head::Head;
use crate::mac::{Algorithm, Message, Signature, SigningKey};

/// A [`Scheme`] that can sign, for [`Signer`](crate::sign::Signer) and for the requests of the module
/// [`test`](mod@crate::test).
///
/// See [the module](super#a-scheme-of-your-own) for an example.
pub trait SigningScheme: Scheme {
    /// The header that contains the signature, or the token. `None` when that is in the body: then
    /// [`sign_body`](Self::sign_body) signs, and [`sign`](Self::sign) is not called.
    fn signature_header(&self) -> Option<&HeaderName>;

    /// The headers that sign this request: the signature, and every other header that the scheme reads. A scheme that
    /// has them in the body panics.
    fn sign(&self, request: &Unsigned<'_>) -> HeaderMap;

    /// The body with its signature in it, for a scheme that has it there: made of this content, which is the body of
    /// the request. By default there is none in the body, which is `None`.
    ///
    /// # Errors
    ///
    /// When the content is not of the form in which the scheme reads it.
    fn sign_body(&self, request: &Unsigned<'_>, content: &[u8]) -> Result<Option<Vec<u8>>, SignError> {
        let _ = (request, content);
        Ok(None)
    }
}

/// A request that is to be signed: its head, the time, an id, and what signs its body.
pub struct Unsigned<'a> {
    pub(crate) head: Head<'a>,
    pub(crate) timestamp: i64,
    pub(crate) id: &'a str,
    pub(crate) body: &'a Message<'a>,
    pub(crate) key: &'a SigningKey,
}

impl<'a> Unsigned<'a> {
    /// The head of the request. [`Signer::headers`](crate::sign::Signer::headers) knows neither method nor URI.
    #[must_use]
    pub fn head(&self) -> Head<'a> {
        self.head
    }

    /// The time of signing, in seconds since the Unix epoch.
    #[must_use]
    pub fn timestamp(&self) -> i64 {
        self.timestamp
    }

    /// The id of the delivery: visible ASCII, drawn at random unless the signer was given one.
    #[must_use]
    pub fn id(&self) -> &'a str {
        self.id
    }

    /// The HMAC-SHA256 of `before`, the body, and `after`, all joined.
    ///
    /// # Panics
    ///
    /// As [`signature`](Self::signature) does.
    #[must_use]
    pub fn mac(&self, before: &[&[u8]], after: &[&[u8]]) -> [u8; 32] {
        match self.signature(Algorithm::HmacSha256, before, after) {
            Signature::HmacSha256(mac) => mac,
            #[allow(unreachable_patterns, reason = "without features there is one algorithm")]
            _ => unreachable!("a signature is of the algorithm that was asked for"),
        }
    }

    /// The signature of `before`, the body, and `after`, all joined, by this algorithm.
    ///
    /// # Panics
    ///
    /// When the secret of the scheme makes no signatures of this algorithm.
    #[must_use]
    pub fn signature(&self, algorithm: Algorithm, before: &[&[u8]], after: &[&[u8]]) -> Signature {
        let signature = self.key.sign(algorithm, &|sink| {
            for part in before {
                sink(part);
            }
            (self.body)(sink);
            for part in after {
                sink(part);
            }
        });
        signature.unwrap_or_else(|| panic!("the secret of this scheme makes no signatures of {algorithm:?}"))
    }

    /// The body, joined into one piece.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        let body = std::cell::RefCell::new(Vec::new());
        (self.body)(&mut |piece| body.borrow_mut().extend_from_slice(piece));
        body.into_inner()
    }

    /// The signature of these bytes, joined, by this algorithm: for a scheme that makes the signed bytes of the body.
    ///
    /// # Panics
    ///
    /// As [`signature`](Self::signature) does.
    #[must_use]
    pub fn signature_instead_of_body(&self, algorithm: Algorithm, message: &[&[u8]]) -> Signature {
        let alone = Unsigned { body: &|_| {}, ..*self };
        alone.signature(algorithm, message, &[])
    }

    /// The text of the [`Token`](crate::Token) that the scheme shows.
    ///
    /// # Panics
    ///
    /// When the scheme takes secrets of another kind.
    #[must_use]
    pub fn token(&self) -> &'a [u8] {
        self.key.token().expect("the scheme takes a token")
    }
}

impl fmt::Debug for Unsigned<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsigned")
            .field("head", &self.head)
            .field("timestamp", &self.timestamp)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// One header: a prefix and the HMAC-SHA256 of the body alone.
pub(super) fn body_mac_header(
    request: &Unsigned<'_>,
    name: &HeaderName,
    prefix: &str,
    encoding: super::Encoding,
) -> HeaderMap {
    let mac = encoding.encode(&request.mac(&[], &[]));
    headers([(name, format!("{prefix}{mac}"))])
}

pub(super) fn headers<'a>(headers: impl IntoIterator<Item = (&'a HeaderName, String)>) -> HeaderMap {
    let value = |text: String| HeaderValue::try_from(text).expect("a scheme writes visible ASCII");
    headers
        .into_iter()
        .map(|(name, text)| (name.clone(), value(text)))
        .collect()
}

/// One header that shows a token behind a prefix.
pub(super) fn shown(name: &HeaderName, prefix: &str, token: &[u8]) -> HeaderMap {
    let text = zeroize::Zeroizing::new([prefix.as_bytes(), token].concat());
    let mut value = HeaderValue::from_bytes(&text).expect("a header can have the token");
    value.set_sensitive(true);
    HeaderMap::from_iter([(name.clone(), value)])
}

/// What [`SigningScheme::sign`] does in a scheme that signs inside of the body.
pub(super) fn inside(scheme: &str) -> HeaderMap {
    panic!("{scheme} signs inside of the body: use `Signer::sign_body`")
}

/// The JSON text with a member of the object at this path set to a value, in place of the one that it has; `None` when
/// there is no such object, or it has the member twice.
pub(super) fn with_member(json: &[u8], path: &[&str], name: &str, value: &str) -> Option<Vec<u8>> {
    let whole = Json::parse(json)?;
    let object = path
        .iter()
        .try_fold(whole, |object, name| object.members([*name])?[0])?;
    let [member] = object.members([name])?;
    let (range, text) = if let Some(member) = member {
        (member.range_in(json), value.to_owned())
    } else {
        let start = object.range_in(json).start + 1;
        let is_empty = json[start..].trim_ascii_start().first() == Some(&b'}');
        let mark = if is_empty { "" } else { "," };
        (start..start, format!("\"{name}\":{value}{mark}"))
    };
    Some([&json[..range.start], text.as_bytes(), &json[range.end..]].concat())
}
