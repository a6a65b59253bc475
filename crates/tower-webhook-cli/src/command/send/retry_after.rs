//! `Retry-After` ([RFC 9110], section 10.2.3): seconds, or a date in any of the three forms of HTTP.
//!
//! [RFC 9110]: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;
use jiff::Timestamp;
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;

/// No receiver makes the command wait longer.
pub(super) const MOST: Duration = Duration::from_secs(60 * 60);

/// How long the receiver asks to wait from now; at most an hour, and zero for a date in the past. `None` when it does
/// not ask, or in another form.
pub(super) fn read(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are more than an hour.
        let seconds = text.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(MOST));
    }
    let wait = date(text)?.duration_since(now);
    Some(Duration::try_from(wait).unwrap_or(Duration::ZERO).min(MOST))
}

fn date(text: &str) -> Option<Timestamp> {
    if let Ok(time) = rfc2822::DateTimeParser::new().parse_timestamp(text) {
        return Some(time);
    }
    let obsolete = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
    obsolete.iter().find_map(|form| {
        let parsed = strtime::parse(form, text).ok()?;
        TimeZone::UTC.to_timestamp(parsed.to_datetime().ok()?).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(text: &'static str) -> Option<u64> {
        let now = "1994-11-06T08:49:30Z".parse().unwrap();
        let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
        read(&headers, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_and_the_three_forms_of_dates_are_read() {
        for (text, expected) in [
            ("0", 0),
            ("120", 120),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 7),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 7),
            ("Sun Nov  6 08:49:37 1994", 7),
        ] {
            assert_eq!(wait(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_wait_is_at_most_an_hour_and_never_negative() {
        for (text, expected) in [
            ("3601", 3600),
            ("99999999999999999999999", 3600),
            ("Mon, 07 Nov 1994 08:49:37 GMT", 3600),
            ("Sun, 06 Nov 1994 08:49:29 GMT", 0),
        ] {
            assert_eq!(wait(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_forms_do_not_count() {
        for text in ["", "-1", "1.5", "soon", "1994-11-06T08:49:37Z"] {
            assert_eq!(wait(text), None, "{text}");
        }
        assert_eq!(read(&HeaderMap::new(), Timestamp::UNIX_EPOCH), None);
    }
}
