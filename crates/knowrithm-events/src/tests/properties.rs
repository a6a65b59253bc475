//! Properties of any object, any JSON value and any bytes.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use super::{NAMES, event, written};
use crate::{Event, Kind, Members, Raw};

/// The text of a JSON value.
fn values() -> impl Strategy<Value = String> {
    let leaves = prop_oneof![
        select(&["null", "true", "false", "[]", "{}", "1e400", "18446744073709551617"][..]).prop_map(str::to_owned),
        "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,4})?",
        strings(),
    ];
    leaves.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(" , "))),
            vec((strings(), inner), 0..4).prop_map(|members| object(&members)),
        ]
    })
}

/// The text of a JSON string: any characters, or an escape, which may be a lone surrogate.
fn strings() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        "\"[a-z]{0,2}(\\\\u(00[0-7]|d[89a-f][0-9])[0-9a-f]|\\\\n)?\"",
    ]
}

/// The text of an object, with white space.
fn object(members: &[(String, String)]) -> String {
    let members: Vec<_> = members
        .iter()
        .map(|(name, value)| format!("{name} :\n{value}"))
        .collect();
    format!("{{ {} }}", members.join(",\t"))
}

/// Members of these names and others, with any values; a name may be there twice.
fn members(names: &'static [&'static str]) -> impl Strategy<Value = Vec<(String, String)>> {
    let known = select(names).prop_map(|name| format!("\"{name}\""));
    vec(
        (
            prop_oneof![4 => known, 1 => strings()],
            prop_oneof![strings(), values()],
        ),
        0..6,
    )
}

fn payloads() -> impl Strategy<Value = String> {
    let name = prop_oneof![8 => select(&NAMES[..]), 1 => Just("never.heard.of")];
    let data = members(&["id", "email", "company_id", "rating"]);
    let more = members(&["timestamp", "signature", "attempt", "data"]);
    (option::weighted(0.9, name), option::weighted(0.9, data), more).prop_map(|(name, data, more)| {
        let name = name.map(|name| ("\"event\"".to_owned(), format!("\"{name}\"")));
        let data = data.map(|data| ("\"data\"".to_owned(), object(&data)));
        object(&name.into_iter().chain(more).chain(data).collect::<Vec<_>>())
    })
}

/// The text with sorted members, the last of each name, and strings with one spelling. A `Value` would hide the loss of
/// digits.
fn canonical(raw: &Raw) -> String {
    if let Ok(items) = raw.parse::<Vec<Raw>>() {
        return format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","));
    }
    if let Ok(members) = raw.parse::<Members>() {
        let members = members
            .iter()
            .map(|(name, value)| format!("{name:?}:{}", canonical(value)));
        return format!("{{{}}}", members.collect::<Vec<_>>().join(","));
    }
    match raw.parse::<String>() {
        Ok(text) => format!("{text:?}"),
        Err(_) => raw.text().to_owned(),
    }
}

fn canonical_text(json: &str) -> String {
    canonical(&serde_json::from_str(json).unwrap())
}

proptest! {
    #[test]
    fn a_payload_is_written_with_every_member_and_digit(payload in payloads()) {
        let event = event(&payload);
        let written = written(&event);
        prop_assert_eq!(canonical_text(&written), canonical_text(&payload));
        if matches!(event.kind, Kind::Unknown(_)) {
            prop_assert_eq!(&written, &payload);
        }
        prop_assert_eq!(super::event(&written), event);
    }

    #[test]
    fn every_way_to_read_a_payload_gives_the_same_event(payload in payloads()) {
        let event = event(&payload);
        prop_assert_eq!(&serde_json::from_reader::<_, Event>(payload.as_bytes()).unwrap(), &event);
        if let Ok(value) = serde_json::from_str::<Value>(&payload) {
            prop_assert_eq!(serde_json::to_value(&event).unwrap(), value.clone());
            let from_value: Event = serde_json::from_value(value.clone()).unwrap();
            prop_assert_eq!(from_value, super::event(&value.to_string()));
        }
    }

    #[test]
    fn every_object_is_an_event_and_no_other_value_is(json in values()) {
        prop_assert_eq!(Event::from_slice(json.as_bytes()).is_ok(), json.starts_with('{'));
    }

    #[test]
    fn any_bytes_are_an_event_or_an_error(
        bytes in vec(any::<u8>(), 0..64),
        payload in payloads(),
        cut in any::<prop::sample::Index>(),
    ) {
        drop(Event::from_slice(&bytes));
        prop_assert!(Event::from_slice(&payload.as_bytes()[..cut.index(payload.len())]).is_err());
    }
}
