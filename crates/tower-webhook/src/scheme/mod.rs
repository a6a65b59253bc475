//! How a provider writes its signature into the headers: one provider a file.
//!
//! A scheme reads headers only; it sees neither body nor secret.

mod hex;
pub(crate) mod knowrithm;

use http::HeaderMap;
#[cfg(feature = "sign")]
use http::HeaderValue;
use http::header::HeaderName;

use crate::rejection::Rejection;

/// A provider's way to sign, as data.
pub(crate) struct Scheme {
    /// The provider's name in logs.
    pub(crate) name: &'static str,
    /// The header that carries the signature.
    pub(crate) header: HeaderName,
    /// Judges the headers, before a byte of the body is read.
    pub(crate) read: fn(&HeaderMap) -> Result<SignatureHeader, Rejection>,
    /// Writes a MAC as the provider does.
    #[cfg(feature = "sign")]
    pub(crate) write: fn(&[u8; 32]) -> HeaderValue,
}

/// What a well-formed signature header says: the MAC that the sender claims for the body.
///
/// Aligned, so that a move copies whole words. Next to the one byte of a [`Rejection`] in a `Result` it would be moved in
/// pieces that overlap, for which the processor waits.
#[repr(align(8))]
pub(crate) struct SignatureHeader {
    pub(crate) tag: [u8; 32],
}

/// The value of a header that must be there exactly once.
///
/// It walks over all headers, of which a request has a few: that finds a second one too, and costs less than the hash of
/// a name as long as these.
fn only_value<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<&'a [u8], Rejection> {
    let mut values = headers.iter().filter(|(key, _)| *key == name).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value.as_bytes()),
        (Some(_), Some(_)) => Err(Rejection::DuplicateSignature),
        (None, _) => Err(Rejection::MissingSignature),
    }
}
