//! Signed timestamps as providers write them: whole seconds since the Unix epoch, in decimal.

use http::HeaderMap;
use http::header::HeaderName;

use super::only_value;
use crate::rejection::{Rejection, RejectionKind};

/// Reads the header with the time of signing, which must occur exactly once: its text, which is signed, and the seconds
/// since the Unix epoch.
///
/// The number must have the one canonical form: digits without sign, leading zero, blank or fraction, within an `i64`.
/// So each number has one text, and no two readers can disagree about it.
///
/// ```
/// use http::HeaderMap;
/// use http::header::HeaderName;
/// use tower_webhook::RejectionKind;
/// use tower_webhook::scheme::only_timestamp;
///
/// let name = HeaderName::from_static("x-acme-time");
/// let mut headers = HeaderMap::new();
/// let missing = only_timestamp(&headers, &name).unwrap_err();
/// assert_eq!(missing.kind(), RejectionKind::MissingTimestamp);
///
/// headers.insert(&name, "1700000000".parse()?);
/// assert_eq!(only_timestamp(&headers, &name)?, (&b"1700000000"[..], 1_700_000_000));
///
/// headers.insert(&name, "+5".parse()?);
/// let malformed = only_timestamp(&headers, &name).unwrap_err();
/// assert_eq!(malformed.kind(), RejectionKind::MalformedTimestamp);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`MissingTimestamp`](RejectionKind::MissingTimestamp) when the header is missing,
/// [`MalformedTimestamp`](RejectionKind::MalformedTimestamp) when it occurs more than once or is not such a number.
pub fn only_timestamp<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<(&'h [u8], i64), Rejection> {
    let fault = |kind: RejectionKind| Rejection::new(kind).with_header(name);
    let text = only_value(headers, name).map_err(|rejection| match rejection.kind() {
        RejectionKind::MissingSignature => fault(RejectionKind::MissingTimestamp),
        _ => fault(RejectionKind::MalformedTimestamp),
    })?;
    let text = text.as_bytes();
    let seconds = parse(text).ok_or_else(|| fault(RejectionKind::MalformedTimestamp))?;
    Ok((text, seconds))
}

/// The seconds that these digits stand for; `None` for a text in any other form, and for more than an `i64` holds.
pub(super) fn parse(text: &[u8]) -> Option<i64> {
    match text {
        [b'0'] => Some(0),
        [b'1'..=b'9', ..] => text.iter().try_fold(0_i64, |seconds, digit| {
            let digit = digit.is_ascii_digit().then(|| i64::from(digit - b'0'))?;
            seconds.checked_mul(10)?.checked_add(digit)
        }),
        _ => None,
    }
}
