//! The reader of JSON, against `serde_json`, and the bounds of an identity.

use std::mem::size_of;

use http::HeaderValue;
use serde_json::Value;

use super::aim::{Found, Kind};
use super::scan::Scan;
use super::*;

/// What is found in the text whole, and in pieces of each length up to eight.
fn found(pointer: &'static str, text: &[u8]) -> Option<Found> {
    let mut whole = Scan::new(pointer);
    whole.update(text);
    let whole = whole.finish();
    for size in 1..=8 {
        let mut pieces = Scan::new(pointer);
        text.chunks(size).for_each(|piece| pieces.update(piece));
        assert_eq!(pieces.finish(), whole, "{pointer} in pieces of {size}");
    }
    whole
}

fn text(value: &str) -> Found {
    Found {
        kind: Kind::Text,
        value: value.as_bytes().to_vec(),
    }
}

fn number(value: &str) -> Found {
    Found {
        kind: Kind::Number,
        ..text(value)
    }
}

#[test]
fn a_value_is_found_where_the_pointer_leads() {
    let json =
        r#" {"a/b": {"~": [10, {"id": "x\u0041\n\ud83d\ude00é"}, [1]]}, "": {"": "empty names"}, "id": -1.5e+3 } "#;
    for (pointer, expected) in [
        ("/id", Some(number("-1.5e+3"))),
        ("/a~1b/~0/0", Some(number("10"))),
        ("/a~1b/~0/1/id", Some(text("xA\n😀é"))),
        ("/a~1b/~0/2/0", Some(number("1"))),
        ("//", Some(text("empty names"))),
        ("/", None),
        ("/a~1b", None),
        ("/a~1b/~0/00", None),
        ("/a~1b/~0/3", None),
        ("/a~1b/~0/-", None),
        ("/a~1b/~0/+1/id", None),
        ("/a~1b/~0/99999999999999999999999", None),
        ("/id/x", None),
        ("/i", None),
        ("/idx", None),
        ("/a", None),
    ] {
        assert_eq!(found(pointer, json.as_bytes()), expected, "{pointer}");
    }
}

#[test]
fn the_last_member_of_a_name_counts_also_when_it_tells_nothing() {
    for (pointer, json, expected) in [
        ("/id", r#"{"id": "first", "id": "last"}"#, Some(text("last"))),
        ("/id", r#"{"id": "first", "\u0069d": 2}"#, Some(number("2"))),
        ("/id", r#"{"id": "first", "id": null}"#, None),
        ("/id", r#"{"id": "first", "id": {"id": "inner"}}"#, None),
        ("/a/id", r#"{"a": {"id": 1}, "a": {"x": 2}}"#, None),
        ("/a/id", r#"{"a": {"id": 1}, "a": [2]}"#, None),
        ("/a/id", r#"{"a": {"id": 1}, "b": {"id": 2}}"#, Some(number("1"))),
        ("/a/0", r#"{"a": [1], "a": [[2], 3], "b": [4]}"#, None),
        ("/0/0", r"[[1, 2], [3]]", Some(number("1"))),
        ("/1/1", r"[[1, 2], [3, 4, 5], [6, 7]]", Some(number("4"))),
    ] {
        let oracle: Value = serde_json::from_str(json).unwrap();
        let oracle = match oracle.pointer(pointer) {
            Some(Value::String(value)) => Some(text(value)),
            Some(Value::Number(value)) => Some(number(&value.to_string())),
            _ => None,
        };
        assert_eq!(oracle, expected, "{json}");
        assert_eq!(found(pointer, json.as_bytes()), expected, "{json}");
    }
}

#[test]
fn a_text_that_is_no_json_has_no_value() {
    for json in [
        r#"{"id": "1""#,
        r#"{"id": "1"} x"#,
        r#"{"id": "1"}{}"#,
        r#"{"id": "1",}"#,
        r#"{"id": "1", "x": [1,]}"#,
        r#"{"id": "1", "x": 01}"#,
        r#"{"id": "1", "x": 1.}"#,
        r#"{"id": "1", "x": -}"#,
        r#"{"id": "1", "x": 1e}"#,
        r#"{"id": "1", "x": .5}"#,
        r#"{"id": "1", "x": nul}"#,
        r#"{"id": "1", "x": truee}"#,
        r#"{"id": "1", "x": "\x"}"#,
        r#"{"id": "1", "x": "\ud800"}"#,
        r#"{"id": "1", "x": "\ud800\ud800"}"#,
        r#"{"id": "1", "x": "\udc00"}"#,
        r#"{"id": "1", "x": "\u12g4"}"#,
        r#"{"id": "1", x: 1}"#,
        r#"{"id": "1" "x": 1}"#,
        r#"{"id" "1"}"#,
        r#"{"id": "1"]"#,
        "{\"id\": \"1\", \"x\": \"\n\"}",
        "\u{feff}{\"id\": \"1\"}",
        "id=1",
        "",
    ] {
        assert!(serde_json::from_str::<Value>(json).is_err(), "{json}");
        assert_eq!(found("/id", json.as_bytes()), None, "{json}");
    }
    // Bytes that are not UTF-8: overlong, a surrogate, beyond Unicode, cut off, a continuation alone.
    for bytes in [
        &b"\xc0\xaf"[..],
        b"\xe0\x80\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xe2\x82",
        b"\x80",
        b"\xff",
    ] {
        let json = [&b"{\"id\": 1, \"x\": \""[..], bytes, b"\"}"].concat();
        assert!(serde_json::from_slice::<Value>(&json).is_err(), "{bytes:x?}");
        assert_eq!(found("/id", &json), None, "{bytes:x?}");
    }
}

#[test]
fn depth_and_length_are_bounded() {
    for (depth, expected) in [(126, Some(number("1"))), (127, None)] {
        let json = format!("{{\"id\": 1, \"x\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(
            serde_json::from_str::<Value>(&json).is_ok(),
            expected.is_some(),
            "{depth}"
        );
        assert_eq!(found("/id", json.as_bytes()), expected, "{depth}");
    }
    let [longest, longer] = [1024, 1025].map(|len| "x".repeat(len));
    assert_eq!(
        found("/id", format!("{{\"id\": \"{longest}\"}}").as_bytes()),
        Some(text(&longest))
    );
    assert_eq!(found("/id", format!("{{\"id\": \"{longer}\"}}").as_bytes()), None);
    assert_eq!(found("/id", br#"{"id": ""}"#), None);
}

#[test]
fn a_pointer_to_no_part_of_a_body_panics() {
    for wrong in ["", "id", "/a~", "/~2", "~1"] {
        assert!(
            std::panic::catch_unwind(|| DeliveryIdentity::json_pointer(wrong)).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn a_mark_takes_the_room_of_an_id() {
    use std::borrow::Cow;
    assert_eq!(size_of::<Mark<'_>>(), size_of::<Option<Cow<'_, HeaderValue>>>());
}
