//! When a request was signed, as providers write it: whole seconds since the Unix epoch, in decimal.

/// The seconds that these digits stand for; `None` for a sign, a leading zero, a fraction, anything else that is no
/// digit, and for more than an `i64` holds.
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

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn digits_are_read() {
        for (text, seconds) in [
            ("0", 0),
            ("7", 7),
            ("1614265330", 1_614_265_330),
            ("9223372036854775807", i64::MAX),
        ] {
            assert_eq!(parse(text.as_bytes()), Some(seconds));
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "-1",
            "+5",
            "-9223372036854775808",
            "00",
            "05",
            "1.0",
            "1e3",
            "1_000",
            " 1",
            "1 ",
            "9223372036854775808",
            "18446744073709551615",
            "99999999999999999999999999999999999999999999",
            "0x10",
            "\u{661}",
            "1a",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
