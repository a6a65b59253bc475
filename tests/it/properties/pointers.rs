//! Properties: the value that identifies a delivery is the one that `serde_json` finds.

use http::HeaderMap;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};
use tower_webhook::scheme::Knowrithm;
use tower_webhook::sign::Signer;
use tower_webhook::{DeliveryIdentity, DeliveryKey, Verifier};

use super::split;
use crate::support::{secret, verifier};

/// Pointers of each form, through names that the documents have and others.
const POINTERS: [&str; 12] = [
    "/id", "/a", "/a/id", "/a/0", "/0", "/1/id", "/a/b/id", "/a~1b", "/~0/a~1b", "/", "//id", "/01",
];

fn names() -> impl Strategy<Value = String> {
    let known = select(&["id", "a", "b", "0", "1", "01", "a/b", "~", ""][..]).prop_map(str::to_owned);
    prop_oneof![9 => known, 1 => any::<String>()]
}

fn documents() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        // Every reader reads these exactly.
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        any::<String>().prop_map(Value::from),
        select(&["", "\"", "\\u0041", "\u{1f600}"][..]).prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((names(), inner), 0..5).prop_map(|members| Value::from(Map::from_iter(members))),
        ]
    })
}

/// The same document with members before those of the same name, which then count for nothing, and with white space.
fn with_doubles(document: &Value, doubles: &mut impl Iterator<Item = Value>) -> String {
    match document {
        Value::Array(values) => {
            let values: Vec<_> = values.iter().map(|value| with_doubles(value, doubles)).collect();
            format!(" [{}\n]", values.join("\t,"))
        }
        Value::Object(members) => {
            let mut written = Vec::new();
            for (name, value) in members {
                let name = json!(name).to_string();
                if let Some(double) = doubles.next() {
                    // Every character of the name as an escape.
                    let units = serde_json::from_str::<String>(&name).unwrap();
                    let escaped: Vec<_> = units.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
                    written.push(format!("\"{}\":{double}", escaped.concat()));
                }
                written.push(format!("{name} : {}", with_doubles(value, doubles)));
            }
            format!("{{{}}}\r\n", written.join(","))
        }
        other => other.to_string(),
    }
}

/// The key of this body whole, which is that of its pieces.
fn key(verifier: &Verifier, body: &[u8], cuts: &[Index]) -> DeliveryKey {
    let headers: HeaderMap = Signer::new(Knowrithm, &secret()).headers(body);
    let whole = verifier.verify(&headers, body.to_vec()).unwrap().delivery_key();
    let mut verification = verifier.begin(&headers).unwrap();
    for piece in split(body, cuts) {
        verification.update(&piece).unwrap();
    }
    assert_eq!(verification.finish().unwrap().delivery_key(), whole);
    whole
}

/// The smallest body in which the pointer leads to this value.
fn smallest(pointer: &str, value: &Value) -> String {
    let names = pointer[1..]
        .rsplit('/')
        .map(|name| name.replace("~1", "/").replace("~0", "~"));
    let nest = |inner, name| Value::from(Map::from_iter([(name, inner)]));
    names.fold(value.clone(), nest).to_string()
}

/// What the key of this body has to be, by `serde_json`.
fn expected(pointer: &'static str, body: &[u8]) -> DeliveryKey {
    let by_body = verifier().delivery_identity(DeliveryIdentity::body());
    let document = serde_json::from_slice::<Value>(body).unwrap_or_default();
    match document.pointer(pointer) {
        Some(value @ (Value::String(_) | Value::Number(_))) if value != "" => {
            let by_value = verifier().delivery_identity(DeliveryIdentity::json_pointer(pointer));
            let smallest = smallest(pointer, value);
            let key = key(&by_value, smallest.as_bytes(), &[]);
            assert_ne!(key, self::key(&by_body, smallest.as_bytes(), &[]), "nothing was found");
            key
        }
        _ => key(&by_body, body, &[]),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn a_value_that_identifies_is_the_one_that_serde_json_finds(
        pointer in select(&POINTERS[..]),
        document in documents(),
        doubles in vec(documents(), 0..6),
        cuts in vec(any::<Index>(), 0..12),
    ) {
        let body = with_doubles(&document, &mut doubles.into_iter());
        prop_assert_eq!(&serde_json::from_str::<Value>(&body).unwrap(), &document, "{}", body);
        let verifier = verifier().delivery_identity(DeliveryIdentity::json_pointer(pointer));
        prop_assert_eq!(key(&verifier, body.as_bytes(), &cuts), expected(pointer, body.as_bytes()), "{}", body);
    }

    #[test]
    fn a_damaged_document_identifies_as_serde_json_reads_it(
        pointer in select(&POINTERS[..]),
        document in documents(),
        damage in vec((any::<Index>(), prop_oneof![any::<u8>(), select(&b"\"\\{}[],:0-.eEtnu \n\x00"[..])]), 1..3),
    ) {
        let mut body = document.to_string().into_bytes();
        for (at, byte) in damage {
            let at = at.index(body.len());
            body[at] = byte;
        }
        // A number counts as it is written, here: it may be written in another way than by `serde_json`, or not fit.
        let is_comparable = match serde_json::from_slice::<Value>(&body) {
            Ok(value) => value.to_string().len() == body.len(),
            Err(error) => !error.to_string().contains("out of range"),
        };
        prop_assume!(is_comparable);
        let verifier = verifier().delivery_identity(DeliveryIdentity::json_pointer(pointer));
        prop_assert_eq!(key(&verifier, &body, &[]), expected(pointer, &body), "{}", String::from_utf8_lossy(&body));
    }
}
