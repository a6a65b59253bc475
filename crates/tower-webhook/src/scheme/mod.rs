//! How providers write their signatures into headers: one provider a file.
//!
//! A [`Scheme`] reads headers only; it sees neither body nor secret. What it reads is a [`SignatureHeader`]: the MACs
//! that the sender claims, the bytes that are signed before the body, the time of signing.
//!
//! # A provider of your own
//!
//! One whose header is a prefix and the HMAC-SHA256 of the body is data: [`HmacSha256Scheme`], for
//! [`Verifier::hmac_sha256`](crate::Verifier::hmac_sha256). Any other is an `impl Scheme`, for
//! [`Verifier::with_scheme`](crate::Verifier::with_scheme):
//!
//! ```
//! use http::HeaderMap;
//! use http::header::HeaderName;
//! use tower_webhook::scheme::{Encoding, Scheme, SignatureHeader, only_value};
//! use tower_webhook::{Rejection, SigningSecret, Verifier};
//!
//! /// Signs its channel's name, a line break, and the body: `X-Acme-Channel: lights`, `X-Acme-Mac: <hex>`.
//! struct Acme;
//!
//! impl Scheme for Acme {
//!     fn name(&self) -> &'static str {
//!         "acme"
//!     }
//!
//!     fn read<'h>(&self, headers: &'h HeaderMap) -> Result<SignatureHeader<'h>, Rejection> {
//!         let mac = only_value(headers, &HeaderName::from_static("x-acme-mac"))?;
//!         let mac = Encoding::Hex.decode(mac.as_bytes()).ok_or(Rejection::MalformedSignature)?;
//!         let channel = only_value(headers, &HeaderName::from_static("x-acme-channel"))?;
//!         // No header has a line break in it, so nothing of the one can pass for a part of the other.
//!         Ok(SignatureHeader::new(mac).signed_before_body([channel.as_bytes(), b"\n"]))
//!     }
//! }
//!
//! let verifier = Verifier::with_scheme(Acme, SigningSecret::new("s3cret")?);
//! let mut headers = HeaderMap::new();
//! headers.insert("x-acme-channel", "lights".parse()?);
//! headers.insert("x-acme-mac", "a2ad8ff1e32691f817b71dbc7cb80791e2c13b4f67bdae7356264f7fa4822b73".parse()?);
//! assert_eq!(verifier.verify(&headers, "on")?.bytes(), "on");
//! assert_eq!(verifier.verify(&headers, "off").unwrap_err(), Rejection::SignatureMismatch);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Lists
//!
//! Some providers send several signatures, one for each secret while they rotate. Of such a list the first 16 entries
//! are considered, whatever they are: a header of thousands costs nothing more.

mod encoding;
pub(crate) mod github;
mod header;
mod hex;
mod hmac_sha256;
pub(crate) mod knowrithm;
pub(crate) mod shopify;
pub(crate) mod slack;
pub(crate) mod standard_webhooks;
pub(crate) mod stripe;
mod timestamp;
#[cfg(feature = "sign")]
pub(crate) mod write;

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};

pub use self::encoding::Encoding;
pub use self::header::SignatureHeader;
pub use self::hmac_sha256::HmacSha256Scheme;
use crate::rejection::Rejection;

/// How many entries of a list of signatures are considered.
const MAX_ENTRIES: usize = 16;

/// A provider's way to sign.
///
/// See the [module page](self) for an example.
pub trait Scheme: Send + Sync + 'static {
    /// The provider's name in logs, in `snake_case`.
    fn name(&self) -> &'static str;

    /// Judges the headers, before a byte of the body is read.
    ///
    /// It must depend on nothing but the headers: it may be asked again after the body was read.
    ///
    /// # Errors
    ///
    /// A [`Rejection`] that says what is missing or malformed; the peer sees an empty 403 whichever it is.
    fn read<'h>(&self, headers: &'h HeaderMap) -> Result<SignatureHeader<'h>, Rejection>;

    /// Whether secrets of the form `whsec_` and base64 are decoded before they key the MAC, as
    /// [Standard Webhooks](https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md)
    /// prescribes; `false` by default, and a secret is used as it is. If `true`, a secret of any other form matches nothing.
    fn decodes_whsec(&self) -> bool {
        false
    }
}

/// The value of a header that must be there exactly once.
///
/// It walks over all headers, of which a request has a few: that finds a second one too, and costs less than the hash of
/// a name as long as these.
///
/// # Errors
///
/// [`Rejection::MissingSignature`] when it is not there, [`Rejection::DuplicateSignature`] when it is there more than
/// once.
#[inline]
pub fn only_value<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<&'h HeaderValue, Rejection> {
    let mut only = None;
    for (key, value) in headers {
        if key == name && only.replace(value).is_some() {
            return Err(Rejection::DuplicateSignature);
        }
    }
    only.ok_or(Rejection::MissingSignature)
}

/// The one MAC of a header that is a prefix and a MAC.
#[inline(always)]
#[allow(
    clippy::inline_always,
    reason = "the header is written where it is to be, and prefix and encoding are constants"
)]
fn only_mac(
    headers: &HeaderMap,
    name: &HeaderName,
    prefix: &[u8],
    encoding: Encoding,
) -> Result<SignatureHeader<'static>, Rejection> {
    let value = only_value(headers, name)?.as_bytes();
    let mac = value.strip_prefix(prefix).and_then(|text| encoding.decode(text));
    mac.map(SignatureHeader::new).ok_or(Rejection::MalformedSignature)
}

/// The value of the header that says when a request was signed, which must be there exactly once: its text, which is signed,
/// and the seconds since the Unix epoch that it stands for.
///
/// It is a whole number in its only form: digits, with no sign, leading zero, blank or fraction, of an `i64`. So text and
/// number can stand for each other, and no two readers read it differently.
///
/// ```
/// use http::HeaderMap;
/// use http::header::HeaderName;
/// use tower_webhook::Rejection;
/// use tower_webhook::scheme::only_timestamp;
///
/// let name = HeaderName::from_static("x-acme-time");
/// let mut headers = HeaderMap::new();
/// assert_eq!(only_timestamp(&headers, &name), Err(Rejection::MissingTimestamp));
///
/// headers.insert(&name, "1700000000".parse()?);
/// assert_eq!(only_timestamp(&headers, &name), Ok((&b"1700000000"[..], 1_700_000_000)));
///
/// headers.insert(&name, "+5".parse()?);
/// assert_eq!(only_timestamp(&headers, &name), Err(Rejection::MalformedTimestamp));
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
///
/// # Errors
///
/// [`Rejection::MissingTimestamp`] when it is not there, [`Rejection::MalformedTimestamp`] when it is there more than once,
/// or no such number.
pub fn only_timestamp<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<(&'h [u8], i64), Rejection> {
    let text = match only_value(headers, name) {
        Ok(value) => value.as_bytes(),
        Err(Rejection::MissingSignature) => return Err(Rejection::MissingTimestamp),
        Err(_) => return Err(Rejection::MalformedTimestamp),
    };
    let seconds = timestamp::parse(text).ok_or(Rejection::MalformedTimestamp)?;
    Ok((text, seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn header(name: &str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())])
    }

    /// The MACs that were read, in hex.
    pub(super) fn tags(read: Result<SignatureHeader<'_>, Rejection>) -> Result<Vec<String>, Rejection> {
        let hex = |mac: &[u8; 32]| mac.map(|byte| format!("{byte:02x}")).concat();
        read.map(|header| [&header.mac].into_iter().chain(&header.others).map(hex).collect())
    }
}
