//! Properties: any object is an event and comes back with nothing lost; any bytes are an event or an error.

use std::collections::HashSet;

use proptest::bool::weighted;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{event, read, written};
use crate::member::members;
use crate::{Event, Kind, Raw, samples};

/// A JSON value, as text.
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

/// A JSON string: of anything, or with an escape, which may be half a surrogate pair.
fn strings() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        "\"[a-z]{0,2}(\\\\u(00[0-7]|d[89a-f][0-9])[0-9a-f]|\\\\n)?\"",
    ]
}

/// An object's text, with white space.
fn object(members: &[(String, String)]) -> String {
    let members: Vec<_> = members
        .iter()
        .map(|(name, value)| format!("{name} :\n{value}"))
        .collect();
    format!("{{ {} }}", members.join(",\t"))
}

/// Members that have a field, mostly with a value of its type, and others; in one object of five, one may be there twice.
fn members_of(fields: &'static [(&'static str, &'static str)]) -> impl Strategy<Value = Vec<(String, String)>> {
    let typed = select(fields).prop_map(|(name, value)| (format!("\"{name}\""), value.to_owned()));
    let named = (select(fields), values()).prop_map(|((name, _), value)| (format!("\"{name}\""), value));
    let other = (strings(), values());
    let members = vec(prop_oneof![4 => typed, 2 => named, 1 => other], 0..6);
    (members, weighted(0.8)).prop_map(|(members, once)| {
        let mut seen = HashSet::new();
        let kept = members
            .into_iter()
            .filter(|(name, _)| !once || seen.insert(name.clone()));
        kept.collect()
    })
}

fn payloads() -> impl Strategy<Value = String> {
    let data = members_of(&[
        ("id", r#""lead_1""#),
        ("email", r#""a@example.com""#),
        ("company_id", r#""company_1""#),
        ("rating", "2.0"),
    ]);
    let more = members_of(&[
        ("timestamp", r#""2024-05-21T12:30:00.0+02:00""#),
        ("signature", r#""sha256=00""#),
        ("attempt", "1"),
    ]);
    let names: Vec<_> = samples()
        .iter()
        .map(|sample| sample.name)
        .chain(["never.heard.of"])
        .collect();
    (option::weighted(0.95, select(names)), option::weighted(0.9, data), more).prop_map(|(name, data, more)| {
        let name = name.map(|name| ("\"event\"".to_owned(), format!("\"{name}\"")));
        let data = data.map(|data| ("\"data\"".to_owned(), object(&data)));
        object(&name.into_iter().chain(more).chain(data).collect::<Vec<_>>())
    })
}

/// The text with members sorted, white space gone, and strings spelled in one way where they are Unicode. It is the test's
/// own measure of loss: a `Value` would lose digits on both sides.
fn canonical(raw: &Raw) -> String {
    if let Ok(items) = raw.parse::<Vec<Raw>>() {
        return format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","));
    }
    if let Ok(members) = members(raw) {
        let members: Vec<_> = members
            .iter()
            .map(|(name, value)| format!("{name:?}:{}", canonical(value)))
            .collect();
        return format!("{{{}}}", members.join(","));
    }
    match raw.parse::<String>() {
        Ok(text) => format!("{text:?}"),
        Err(_) => raw.text().to_owned(),
    }
}

fn canonical_text(json: &str) -> String {
    canonical(&json.parse().unwrap())
}

proptest! {
    #[test]
    fn nothing_is_lost(payload in payloads()) {
        let event = event(&payload);
        let written = written(&event);
        prop_assert_eq!(canonical_text(&written), canonical_text(&payload));
        if matches!(event.kind, Kind::Unknown(_)) {
            prop_assert_eq!(&written, payload.trim());
        }
        let again = Event::from_slice(written.as_bytes()).unwrap();
        prop_assert_eq!(again.check(), event.check());
        prop_assert_eq!(again, event);
    }

    #[test]
    fn a_value_of_it_is_the_value_it_was(payload in payloads()) {
        if let Ok(value) = serde_json::from_str::<serde_json::Value>(&payload) {
            if members(&payload.parse().unwrap()).is_ok() {
                prop_assert_eq!(serde_json::to_value(event(&payload)).unwrap(), value.clone());
            }
            let by_text = event(&value.to_string());
            prop_assert_eq!(serde_json::from_value::<Event>(value).unwrap(), by_text);
        }
    }

    #[test]
    fn any_object_is_an_event_and_nothing_else_is(json in values()) {
        let read = read(json.as_bytes());
        prop_assert_eq!(read.is_ok(), json.starts_with('{'));
    }

    #[test]
    fn any_bytes_are_an_event_or_an_error(bytes in vec(any::<u8>(), 0..64), payload in payloads(), cut in any::<prop::sample::Index>()) {
        drop(read(&bytes));
        let start = &payload.as_bytes()[..cut.index(payload.len())];
        prop_assert!(read(start).is_err());
    }
}
