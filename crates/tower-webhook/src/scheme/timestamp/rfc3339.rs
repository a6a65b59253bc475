//! Times as [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) writes them, in one strict form.

/// The seconds since the Unix epoch, rounded down, of `YYYY-MM-DDThh:mm:ss`, a fraction of one to nine digits if there
/// is one, and `Z` or an offset such as `+02:00`. `None` for any other text, and for a date that does not exist.
///
/// Letters are upper case. The form has one beginning and one end, so no byte before or after it can pass for a part.
pub(super) fn parse(text: &[u8]) -> Option<i64> {
    let (fixed, rest) = text.split_first_chunk::<19>()?;
    let punctuation = [fixed[4], fixed[7], fixed[10], fixed[13], fixed[16]];
    if punctuation != *b"--T::" {
        return None;
    }
    let (year, month, day) = (digits(&fixed[..4])?, digits(&fixed[5..7])?, digits(&fixed[8..10])?);
    let (hour, minute, second) = (digits(&fixed[11..13])?, digits(&fixed[14..16])?, digits(&fixed[17..])?);
    // Second 60 is a leap second, which the Unix epoch counts like the one after it.
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let offset = offset(without_fraction(rest)?)?;
    Some(days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset)
}

/// The text of whole seconds since the Unix epoch, in UTC; times outside of the years 0 to 9999 become the nearest.
#[cfg(feature = "sign")]
pub(super) fn format(seconds: i64) -> String {
    let least = days_since_epoch(0, 1, 1) * 86_400;
    let most = days_since_epoch(10_000, 1, 1) * 86_400 - 1;
    let seconds = seconds.clamp(least, most);
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // An estimate that is never too late, and less than 30 years too early.
    let mut year = (days - days_since_epoch(0, 1, 1)) / 366;
    while days_since_epoch(year + 1, 1, 1) <= days {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days_since_epoch(year, month + 1, 1) <= days {
        month += 1;
    }
    let day = days - days_since_epoch(year, month, 1) + 1;
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0'))
    })
}

fn without_fraction(text: &[u8]) -> Option<&[u8]> {
    let Some(fraction) = text.strip_prefix(b".") else {
        return Some(text);
    };
    let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (1..=9).contains(&length).then(|| &fraction[length..])
}

/// The seconds by which local time is ahead of UTC.
fn offset(text: &[u8]) -> Option<i64> {
    match text {
        b"Z" => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
            let seconds = hours * 3_600 + minutes * 60;
            (hours <= 23 && minutes <= 59).then_some(if *sign == b'+' { seconds } else { -seconds })
        }
        _ => None,
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The days between the epoch and a day of a year from 0 on, in the Gregorian calendar.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let before = |year: i64| 365 * year + (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400;
    let in_months: i64 = (1..month).map(|month| days_in(year, month)).sum();
    before(year) - before(1970) + in_months + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_to_the_second() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59.999999999Z", -1),
            ("2023-11-14T22:13:20Z", 1_700_000_000),
            ("2023-11-14T22:13:20.5Z", 1_700_000_000),
            ("2023-11-14T14:13:20-08:00", 1_700_000_000),
            ("2023-11-15T03:58:20+05:45", 1_700_000_000),
            ("2000-02-29T00:00:00Z", 951_782_400),
            ("2016-12-31T23:59:60Z", 1_483_228_800),
            ("0000-01-01T00:00:00Z", -62_167_219_200),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] {
            assert_eq!(parse(text.as_bytes()), Some(seconds), "{text}");
        }
    }

    #[test]
    fn every_other_form_is_refused() {
        for text in [
            "",
            "1700000000",
            "2023-11-14",
            "2023-11-14T22:13:20",
            "2023-11-14 22:13:20Z",
            "2023-11-14t22:13:20Z",
            "2023-11-14T22:13:20z",
            "2023-11-14T22:13:20.Z",
            "2023-11-14T22:13:20.0123456789Z",
            "2023-11-14T22:13:20,5Z",
            "2023-11-14T22:13:20+0200",
            "2023-11-14T22:13:20+02",
            "2023-11-14T22:13:20+24:00",
            "2023-11-14T22:13:20+02:60",
            "2023-11-14T22:13:20+02:00Z",
            "2023-11-14T22:13:20ZZ",
            "2023-11-14T22:13:20Z ",
            " 2023-11-14T22:13:20Z",
            "2023-11-14T22:13:61Z",
            "2023-11-14T22:60:20Z",
            "2023-11-14T24:00:00Z",
            "2023-00-14T22:13:20Z",
            "2023-13-14T22:13:20Z",
            "2023-11-00T22:13:20Z",
            "2023-11-31T22:13:20Z",
            "2023-02-29T22:13:20Z",
            "1900-02-29T22:13:20Z",
            "+023-11-14T22:13:20Z",
            "12023-11-14T22:13:20Z",
            "2023-11-14T22:13:2\u{664}Z",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }

    #[cfg(feature = "sign")]
    #[test]
    fn what_is_written_is_read_back() {
        assert_eq!(format(1_700_000_000), "2023-11-14T22:13:20Z");
        assert_eq!(format(i64::MAX), "9999-12-31T23:59:59Z");
        assert_eq!(format(i64::MIN), "0000-01-01T00:00:00Z");
        for step in -15_000..60_000 {
            // A prime number of seconds, so that each part of the text takes each value.
            let seconds = step * 3_456_791;
            assert_eq!(parse(format(seconds).as_bytes()), Some(seconds), "{}", format(seconds));
        }
    }
}
