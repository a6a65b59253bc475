//! The sender's side of a scheme: it writes the headers that the receiver's side reads.

use std::fmt;

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};

use super::Scheme;
use crate::head::Head;

/// A [`Scheme`] that can sign, for [`Signer`](crate::sign::Signer) and for the requests of the module
/// [`test`](mod@crate::test).
///
/// See [the module](super#a-scheme-of-your-own) for an example.
pub trait SigningScheme: Scheme {
    /// The header that contains the signature.
    fn signature_header(&self) -> &HeaderName;

    /// The headers that sign this request: the signature, and every other header that the scheme reads.
    fn sign(&self, request: &Unsigned<'_>) -> HeaderMap;
}

/// A request that is to be signed: its head, the time, an id, and the MAC of its body.
pub struct Unsigned<'a> {
    pub(crate) head: Head<'a>,
    pub(crate) timestamp: i64,
    pub(crate) id: &'a str,
    pub(crate) mac: &'a MacOf<'a>,
}

/// Makes the MAC of the bytes before the body, the body, and the bytes after it.
pub(crate) type MacOf<'a> = dyn Fn(&[&[u8]], &[&[u8]]) -> [u8; 32] + 'a;

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

    /// The MAC of `before`, the body, and `after`, all joined.
    #[must_use]
    pub fn mac(&self, before: &[&[u8]], after: &[&[u8]]) -> [u8; 32] {
        (self.mac)(before, after)
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

/// One header: a prefix and the MAC of the body alone.
pub(super) fn sign_body(
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
