//! Times on the command line: RFC 3339, or seconds since the Unix epoch, as signatures have them.

use jiff::Timestamp;

/// Reads `2024-05-21T10:30:00Z` or `1716287400`.
pub(crate) fn parse(text: &str) -> Result<Timestamp, String> {
    let seconds = text.strip_prefix('-').unwrap_or(text);
    if !seconds.is_empty() && seconds.bytes().all(|byte| byte.is_ascii_digit()) {
        let time = text
            .parse()
            .ok()
            .and_then(|seconds| Timestamp::from_second(seconds).ok());
        return time.ok_or_else(|| "too many digits for seconds: give milliseconds without the last three".to_owned());
    }
    text.parse()
        .map_err(|_| "neither a time as in 2024-05-21T10:30:00Z nor seconds since 1970".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_name_the_same_moment() {
        for text in ["1716287400", "2024-05-21T10:30:00Z", "2024-05-21T12:30:00+02:00"] {
            assert_eq!(parse(text).unwrap().as_second(), 1_716_287_400, "{text}");
        }
        assert_eq!(parse("-1").unwrap().as_second(), -1);
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "-",
            "now",
            "1.5",
            "2024-05-21",
            "1716287400000000",
            "99999999999999999999",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse("1716287400000").unwrap_err().contains("milliseconds"));
    }
}
