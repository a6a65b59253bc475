//! Properties of headers with lists and times: no bytes cause a panic, a list with the right entry among the first 16
//! is accepted, and any changed bit is refused.

use http::{HeaderMap, HeaderValue};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use tower_webhook::{Rejection, RejectionKind};

use super::flipped;
use crate::contract::provider::{ALL, ID, NOW, Provider};

/// How many entries of a list are considered.
const CONSIDERED: usize = 16;

fn listed() -> impl Strategy<Value = Provider> {
    prop_oneof![
        Just(Provider::Stripe),
        Just(Provider::StandardWebhooks),
        Just(Provider::Svix)
    ]
}

fn timed() -> impl Strategy<Value = Provider> {
    prop_oneof![listed(), Just(Provider::Slack)]
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
    let text = match of {
        Provider::Stripe => "(v0=|v2=|v1a=|V1=|T=|tt=|vv1=|)[0-9a-f]{0,70}",
        _ => "(v0,|v2,|v1a,|V1,|vv1,|)[0-9A-Za-z+/]{0,50}",
    };
    text.prop_filter("an entry of another version", |entry| {
        !entry.starts_with("v1") || entry.starts_with("v1a")
    })
}

fn verdict(of: Provider, headers: &HeaderMap, body: &[u8]) -> Result<(), RejectionKind> {
    let verifier = of.verifier();
    let kind = |rejection: Rejection| rejection.kind();
    let at_once = verifier.verify(headers, body.to_vec()).map(drop).map_err(kind);
    let in_pieces = verifier.begin(headers).and_then(|mut verification| {
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
        of in prop::sample::select(&ALL[..]),
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
        let (separator, version) = if of == Provider::Stripe { (",", "v1=") } else { (" ", "v1,") };
        let mut entries = others;
        for index in wrong {
            let place = index.index(entries.len() + 1);
            entries.insert(place, format!("{version}{}", of.mac("another body than any of these, and longer".repeat(9))));
        }
        entries.truncate(CONSIDERED - 2);
        entries.insert(places[0].index(entries.len() + 1), format!("{version}{}", of.mac(&body)));
        if of == Provider::Stripe {
            entries.insert(places[1].index(entries.len() + 1), format!("t={NOW}"));
        }
        let mut headers = of.sign(&body);
        headers.insert(of.signature_name(), entries.join(separator).parse().unwrap());
        prop_assert_eq!(verdict(of, &headers, &body), Ok(()), "{:?}", headers);
    }

    #[test]
    fn a_time_is_accepted_in_the_window_alone(of in timed(), time in prop_oneof![
        0..=i64::MAX,
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
        of in timed(),
        text in "[+-]?0?[0-9]{0,25}[.]?[0-9]{0,3}",
    ) {
        let mut headers = of.sign("{}");
        let (name, value) = match of.names() {
            [signature, None, _] => (signature, format!("t={text},v1={}", of.mac("{}"))),
            [_, time, _] => (time, text.clone()),
        };
        headers.insert(name.unwrap(), value.parse().unwrap());
        // The canonical form is the one that printing the number reproduces.
        let is_time = text.parse().is_ok_and(|seconds: i64| seconds >= 0 && seconds.to_string() == text);
        let malformed = verdict(of, &headers, b"{}") == Err(RejectionKind::MalformedTimestamp);
        prop_assert_eq!(malformed, !is_time, "{}", text);
    }
}

#[test]
fn each_changed_bit_of_each_header_is_refused() {
    for of in ALL {
        let headers = of.sign("{}");
        for name in of.names().into_iter().flatten() {
            let value = headers[&name].as_bytes();
            for bit in 0..value.len() * 8 {
                if let Ok(changed) = HeaderValue::from_bytes(&flipped(value, bit)) {
                    let mut headers = headers.clone();
                    headers.insert(&name, changed);
                    assert!(verdict(of, &headers, b"{}").is_err(), "{of:?}: {name}, bit {bit}");
                }
            }
        }
    }
}
