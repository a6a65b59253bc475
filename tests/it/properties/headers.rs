//! Properties of headers with lists and times: no bytes cause a panic, a list with the right entry among those that are
//! considered is accepted, and any changed bit is refused.

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use tower_webhook::scheme::{Encoding, TimestampFormat, only_timestamp};
use tower_webhook::{Rejection, RejectionKind};

use super::flipped;
use crate::contract::provider::{ID, NOW, Provider, SIGNING, request};

fn listed() -> impl Strategy<Value = Provider> {
    those(|of| of.separator().is_some())
}

fn timed() -> impl Strategy<Value = Provider> {
    those(Provider::signs_time)
}

fn those(are: impl Fn(Provider) -> bool) -> impl Strategy<Value = Provider> {
    prop::sample::select(SIGNING.into_iter().filter(|of| are(*of)).collect::<Vec<_>>())
}

/// The bytes of a header: in half of the cases, pieces of the formats.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("t=".to_owned()),
        Just("v1=".to_owned()),
        Just("v1,".to_owned()),
        Just(",".to_owned()),
        Just(" ".to_owned()),
        Just(NOW.to_string()),
        Just("0".repeat(64)),
        Just(format!("{}=", "A".repeat(43))),
        "[ -~]{0,8}",
    ];
    let made = vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_bytes());
    prop_oneof![made, vec(any::<u8>(), 0..300)]
}

/// An entry of a version that is ignored.
fn other_entry(of: Provider) -> impl Strategy<Value = String> {
    let key = of.separator().unwrap()[1..].to_owned();
    let (version, end) = key.split_at(key.len() - 1);
    let (longer, end) = (format!("{version}a{end}"), end.to_owned());
    let beginning = prop_oneof![
        Just(key.to_uppercase()),
        Just(format!("v{key}")),
        Just(longer),
        Just(String::new()),
        "[A-Za-z]{0,4}[0-9]{0,2}".prop_map(move |version| version + &end),
    ];
    (beginning, "[0-9a-f]{0,70}")
        .prop_map(|(beginning, text)| beginning + &text)
        .prop_filter("an entry of another version", move |entry| {
            !entry.starts_with(&key) && of.time_key().is_none_or(|time| !entry.starts_with(time))
        })
}

fn verdict(of: Provider, headers: &HeaderMap, body: &[u8]) -> Result<(), RejectionKind> {
    let verifier = of.verifier();
    let head = request(headers.clone(), ());
    let kind = |rejection: Rejection| rejection.kind();
    let at_once = verifier.verify(&head, body.to_vec()).map(drop).map_err(kind);
    let in_pieces = verifier.begin(&head).and_then(|mut verification| {
        verification.update(body)?;
        verification.finish()
    });
    assert_eq!(in_pieces.map(drop).map_err(kind), at_once);
    at_once
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_headers_are_refused_without_a_panic(
        of in prop::sample::select(&SIGNING[..]),
        values in [value(), value(), value()],
        keep in [any::<bool>(), any::<bool>(), any::<bool>()],
    ) {
        let mut headers = of.sign("{}");
        let mut changed = false;
        for ((name, value), keep) in of.names().into_iter().zip(values).zip(keep) {
            if let (Some(name), Ok(value), false) = (name, HeaderValue::from_bytes(&value), keep) {
                changed |= headers.insert(name, value.clone()) != Some(value);
            }
        }
        prop_assert_eq!(verdict(of, &headers, b"{}").is_ok(), !changed, "{:?}", headers);
    }

    #[test]
    fn a_list_is_accepted_wherever_the_right_entry_is(
        (of, others) in listed().prop_flat_map(|of| (Just(of), vec(other_entry(of), 0..14))),
        wrong in vec(any::<Index>(), 0..6),
        places in [any::<Index>(), any::<Index>()],
        body in vec(any::<u8>(), 0..300),
    ) {
        let separator = of.separator().unwrap();
        let (mark, version) = separator.split_at(1);
        let mut entries = others;
        for index in wrong {
            let place = index.index(entries.len() + 1);
            entries.insert(place, format!("{version}{}", of.mac("another body than any of these, and longer".repeat(9))));
        }
        entries.truncate(of.considered() - 2);
        entries.insert(places[0].index(entries.len() + 1), format!("{version}{}", of.mac(&body)));
        if let Some(key) = of.time_key() {
            entries.insert(places[1].index(entries.len() + 1), format!("{key}{}", of.time_text(NOW)));
        }
        let mut headers = of.sign(&body);
        headers.insert(of.signature_name(), entries.join(mark).parse().unwrap());
        prop_assert_eq!(verdict(of, &headers, &body), Ok(()), "{:?}", headers);
    }

    #[test]
    fn a_time_is_accepted_in_the_window_alone(of in timed(), time in prop_oneof![
        // The year 9999 ends so.
        0..=253_402_300_799_i64,
        NOW - 400..=NOW + 400,
    ]) {
        let wanted = if (NOW - 300..=NOW + 300).contains(&time) {
            Ok(())
        } else if time < NOW {
            Err(RejectionKind::TimestampTooOld)
        } else {
            Err(RejectionKind::TimestampInFuture)
        };
        prop_assert_eq!(verdict(of, &of.sign_at(time, ID, &of.secret(), "{}"), b"{}"), wanted);
    }

    #[test]
    fn a_time_is_accepted_in_canonical_form_alone(
        of in timed().prop_filter("a number", |of| of.time_unit() != TimestampFormat::Rfc3339),
        text in "[+-]?0?[0-9]{0,25}[.]?[0-9]{0,3}",
    ) {
        let mut headers = of.sign("{}");
        let (name, value) = match of.names() {
            [signature, None, _] => {
                let (key, separator) = (of.time_key().unwrap(), of.separator().unwrap());
                (signature, format!("{key}{text}{separator}{}", of.mac("{}")))
            }
            [_, time, _] => (time, text.clone()),
        };
        headers.insert(name.unwrap(), value.parse().unwrap());
        // The canonical form is the one that printing the number reproduces.
        let is_time = text.parse().is_ok_and(|seconds: i64| seconds >= 0 && seconds.to_string() == text);
        let malformed = verdict(of, &headers, b"{}") == Err(RejectionKind::MalformedTimestamp);
        prop_assert_eq!(malformed, !is_time, "{}", text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// jiff reads more forms than the strict one, so that what is read here is read alike there.
    #[test]
    fn a_date_is_read_as_jiff_reads_it(
        seconds in -62_167_219_200..253_402_300_800_i64,
        fraction in "([.][0-9]{1,9})?",
        offset in "Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9]",
        place in any::<Index>(),
        other in "[0-9TZ:.+ -]",
    ) {
        let written = jiff::Timestamp::from_second(seconds).unwrap().to_string();
        let mut text = format!("{}{fraction}{offset}", written.trim_end_matches('Z'));
        prop_assert!(read(&text).is_some(), "{}", text);
        prop_assert_eq!(read(&text), oracle(&text), "{}", text);
        let place = place.index(text.len());
        text.replace_range(place..=place, &other);
        if let Some(seconds) = read(&text) {
            prop_assert_eq!(Some(seconds), oracle(&text), "{}", text);
        }
    }
}

/// The seconds of a time in RFC 3339.
fn read(text: &str) -> Option<i64> {
    let name = HeaderName::from_static("x-time");
    let headers = HeaderMap::from_iter([(name.clone(), text.parse().ok()?)]);
    let (_, seconds) = only_timestamp(&headers, &name, TimestampFormat::Rfc3339).ok()?;
    Some(seconds)
}

/// The same as jiff reads it: whole seconds, rounded down, and 59 for a leap second.
fn oracle(text: &str) -> Option<i64> {
    let leap = i64::from(text.get(17..19) == Some("60"));
    let pieces = jiff::fmt::temporal::DateTimeParser::new().parse_pieces(text).ok()?;
    let offset = match pieces.offset()? {
        jiff::fmt::temporal::PiecesOffset::Zulu => 0,
        jiff::fmt::temporal::PiecesOffset::Numeric(offset) => offset.offset().seconds(),
        _ => return None,
    };
    let local = pieces.date().to_datetime(pieces.time()?);
    let days = i64::from(local.date().since(jiff::civil::date(1970, 1, 1)).ok()?.get_days());
    let time = local.time();
    let of_day = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    Some(days * 86_400 + of_day + leap - i64::from(offset))
}

#[test]
fn each_changed_bit_of_each_header_is_refused() {
    for of in SIGNING {
        let headers = of.sign("{}");
        for name in of.names().into_iter().flatten() {
            let value = headers[&name].as_bytes();
            for bit in 0..value.len() * 8 {
                let changed = flipped(value, bit);
                // The case of a hex digit is one of its bits.
                let is_digit = of.encoding() == Encoding::HexOfEitherCase && bit / 8 >= of.prefix().len();
                let is_same = is_digit && changed.eq_ignore_ascii_case(value);
                if let Ok(changed) = HeaderValue::from_bytes(&changed) {
                    let mut headers = headers.clone();
                    headers.insert(&name, changed);
                    let accepted = verdict(of, &headers, b"{}").is_ok();
                    assert_eq!(accepted, is_same, "{of:?}: {name}, bit {bit}");
                }
            }
        }
    }
}
