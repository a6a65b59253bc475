//! Headers that must occur exactly once.

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};

use super::{Encoding, SignatureClaim};
use crate::rejection::{Rejection, RejectionKind};

/// The value of a header that must occur exactly once.
///
/// ```
/// use http::HeaderMap;
/// use http::header::HeaderName;
/// use tower_webhook::RejectionKind;
/// use tower_webhook::scheme::only_value;
///
/// let name = HeaderName::from_static("x-acme-mac");
/// let mut headers = HeaderMap::new();
/// let rejection = only_value(&headers, &name).unwrap_err();
/// assert_eq!(rejection.kind(), RejectionKind::MissingSignature);
/// assert_eq!(rejection.header(), Some(&name));
///
/// headers.append(&name, "a2".parse()?);
/// assert_eq!(only_value(&headers, &name)?, "a2");
///
/// headers.append(&name, "a2".parse()?);
/// assert_eq!(only_value(&headers, &name).unwrap_err().kind(), RejectionKind::DuplicateSignature);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`MissingSignature`](RejectionKind::MissingSignature) when it is missing,
/// [`DuplicateSignature`](RejectionKind::DuplicateSignature) when it occurs more than once.
#[inline]
pub fn only_value<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<&'h HeaderValue, Rejection> {
    let fault = |kind: RejectionKind| Rejection::new(kind).with_header(name);
    let mut only = None;
    // A walk over the few headers of a request costs less than to hash a name, and it finds a second value too.
    for (key, value) in headers {
        if key == name && only.replace(value).is_some() {
            return Err(fault(RejectionKind::DuplicateSignature));
        }
    }
    only.ok_or_else(|| fault(RejectionKind::MissingSignature))
}

/// The claim of a header that is a prefix and a MAC, and must occur exactly once.
#[inline]
pub(super) fn only_mac(
    headers: &HeaderMap,
    name: &HeaderName,
    prefix: &str,
    encoding: Encoding,
) -> Result<SignatureClaim<'static>, Rejection> {
    let value = only_value(headers, name)?.as_bytes();
    let mac = value.strip_prefix(prefix.as_bytes());
    match mac.and_then(|text| encoding.decode(text)) {
        Some(mac) => Ok(SignatureClaim::new(mac)),
        None => Err(malformed(name)),
    }
}

/// Panics when no header value can begin with this prefix.
#[track_caller]
pub(super) const fn assert_prefix(prefix: &str) {
    let bytes = prefix.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let possible = bytes[at].is_ascii_graphic() || (bytes[at] == b' ' && at > 0);
        assert!(possible, "a header value cannot begin with this prefix");
        at += 1;
    }
}

pub(super) fn malformed(name: &HeaderName) -> Rejection {
    Rejection::new(RejectionKind::MalformedSignature).with_header(name)
}
