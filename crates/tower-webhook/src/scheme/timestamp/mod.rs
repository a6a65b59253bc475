//! Signed times as providers write them.

mod rfc3339;

use http::HeaderMap;
use http::header::HeaderName;

use super::only_value;
use crate::rejection::{Rejection, RejectionKind};

/// How a provider writes the time of signing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimestampFormat {
    /// Whole seconds since the Unix epoch, in decimal.
    #[default]
    Seconds,
    /// Whole milliseconds since the Unix epoch, in decimal.
    Milliseconds,
    /// A date and a time, as in `2023-11-14T22:13:20.123Z` or with an offset: the strict form of [RFC 3339], with
    /// letters in upper case and a fraction of at most nine digits.
    ///
    /// [RFC 3339]: https://www.rfc-editor.org/rfc/rfc3339
    Rfc3339,
}

impl TimestampFormat {
    /// The seconds since the Unix epoch that a text stands for, rounded down; `None` for a text in any other form than
    /// [`only_timestamp`] reads, and for more than an `i64` holds. It is for a time that is in no header.
    ///
    /// ```
    /// use tower_webhook::scheme::TimestampFormat;
    ///
    /// assert_eq!(TimestampFormat::Milliseconds.parse(b"1700000000999"), Some(1_700_000_000));
    /// assert_eq!(TimestampFormat::Seconds.parse(b"01700000000"), None);
    /// ```
    #[must_use]
    pub fn parse(self, text: &[u8]) -> Option<i64> {
        match self {
            Self::Seconds => parse(text),
            Self::Milliseconds => Some(parse(text)? / 1000),
            Self::Rfc3339 => rfc3339::parse(text),
        }
    }

    /// The text of a time in seconds since the Unix epoch. One that the unit cannot express becomes the nearest.
    #[cfg(feature = "sign")]
    pub(super) fn format(self, seconds: i64) -> String {
        match self {
            Self::Seconds => seconds.to_string(),
            Self::Milliseconds => seconds.saturating_mul(1000).to_string(),
            Self::Rfc3339 => rfc3339::format(seconds),
        }
    }
}

/// Reads the header with the time of signing, which must occur exactly once: its text, which is signed, and the seconds
/// since the Unix epoch, rounded down.
///
/// A number must have the one canonical form: digits without sign, leading zero, blank or fraction, within an `i64`. So
/// each number has one text, and no two readers can disagree about it.
///
/// ```
/// use http::HeaderMap;
/// use http::header::HeaderName;
/// use tower_webhook::RejectionKind;
/// use tower_webhook::scheme::{TimestampFormat, only_timestamp};
///
/// let name = HeaderName::from_static("x-acme-time");
/// let mut headers = HeaderMap::new();
/// let missing = only_timestamp(&headers, &name, TimestampFormat::Seconds).unwrap_err();
/// assert_eq!(missing.kind(), RejectionKind::MissingTimestamp);
///
/// headers.insert(&name, "1700000000".parse()?);
/// assert_eq!(only_timestamp(&headers, &name, TimestampFormat::Seconds)?, (&b"1700000000"[..], 1_700_000_000));
///
/// headers.insert(&name, "+5".parse()?);
/// let malformed = only_timestamp(&headers, &name, TimestampFormat::Seconds).unwrap_err();
/// assert_eq!(malformed.kind(), RejectionKind::MalformedTimestamp);
///
/// headers.insert(&name, "2023-11-14T22:13:20.5Z".parse()?);
/// let (text, seconds) = only_timestamp(&headers, &name, TimestampFormat::Rfc3339)?;
/// assert_eq!((text, seconds), (&b"2023-11-14T22:13:20.5Z"[..], 1_700_000_000));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`MissingTimestamp`](RejectionKind::MissingTimestamp) when the header is missing,
/// [`MalformedTimestamp`](RejectionKind::MalformedTimestamp) when it occurs more than once or is no such time.
pub fn only_timestamp<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
    unit: TimestampFormat,
) -> Result<(&'h [u8], i64), Rejection> {
    let fault = |kind: RejectionKind| Rejection::new(kind).with_header(name);
    let text = only_value(headers, name).map_err(|rejection| match rejection.kind() {
        RejectionKind::MissingSignature => fault(RejectionKind::MissingTimestamp),
        _ => fault(RejectionKind::MalformedTimestamp),
    })?;
    let text = text.as_bytes();
    let seconds = unit
        .parse(text)
        .ok_or_else(|| fault(RejectionKind::MalformedTimestamp))?;
    Ok((text, seconds))
}

/// The number that these digits stand for, in its canonical form; `None` for a text in any other form, and for more
/// than an `i64` holds.
fn parse(text: &[u8]) -> Option<i64> {
    match text {
        [b'0'] => Some(0),
        [b'1'..=b'9', ..] => text.iter().try_fold(0_i64, |number, digit| {
            let digit = digit.is_ascii_digit().then(|| i64::from(digit - b'0'))?;
            number.checked_mul(10)?.checked_add(digit)
        }),
        _ => None,
    }
}
