//! Odd payloads: each row of the table on the crate's page.

use super::{event, read, written};
use crate::{Event, Kind, Lead, Strict, Unknown};

/// What [`Strict`] and [`Event::check`] say of it; they must agree.
fn complaint(payload: &str) -> Option<String> {
    let strict = serde_json::from_str::<Strict>(payload)
        .err()
        .map(|error| error.to_string());
    let checked = event(payload).check().err().map(|error| error.to_string());
    assert_eq!(strict, checked, "{payload}");
    checked
}

fn unknown(payload: &str) -> Unknown {
    match event(payload).kind {
        Kind::Unknown(unknown) => unknown,
        known => panic!("{payload}: {known:?}"),
    }
}

fn lead(event: Event) -> Lead {
    match event.kind {
        Kind::LeadCreated(lead) => lead,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_not_json_is_told_where() {
    for (payload, error) in [
        (&b""[..], "EOF while parsing a value at line 1 column 0"),
        (b"{\n  \"event\": ,}", "expected value at line 2 column 12"),
        (b"{}{}", "trailing characters at line 1 column 3"),
        (
            b"{\"event\": \"\xff\"}",
            "invalid unicode code point at line 1 column 12",
        ),
        (b"\xef\xbb\xbf{}", "expected value at line 1 column 1"),
        (b"{\"event\": 01}", "invalid number at line 1 column 12"),
        (b"{\"event\": NaN}", "expected value at line 1 column 11"),
    ] {
        let found = read(payload).unwrap_err();
        assert_eq!((found.path(), found.to_string()), (".", error.to_owned()));
    }
}

#[test]
fn what_is_no_object_is_told_what_it_is() {
    for (payload, found) in [
        ("[]", "an array"),
        ("[{}]", "an array"),
        (" null ", "null"),
        ("true", "a boolean"),
        ("false", "a boolean"),
        ("1", "a number"),
        ("-1", "a number"),
        ("\"{}\"", "a string"),
    ] {
        let error = read(payload.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), format!("expected an object, found {found}"));
        let plain = serde_json::from_str::<Event>(payload).unwrap_err();
        assert_eq!(plain.to_string(), error.to_string());
    }
}

#[test]
fn an_object_without_a_name_is_unknown() {
    for (payload, error) in [
        ("{}", "event: missing"),
        (r#"{"data": {"id": 1}}"#, "event: missing"),
        (r#"{"event": null}"#, "event: expected a string, found null"),
        (r#"{"event": 5}"#, "event: expected a string, found a number"),
        (
            r#"{"event": ["lead.created"]}"#,
            "event: expected a string, found an array",
        ),
    ] {
        let unknown = unknown(payload);
        assert_eq!((unknown.name.as_deref(), unknown.raw.text()), (None, payload));
        assert_eq!(event(payload).name(), None);
        assert_eq!(written(&event(payload)), payload);
        assert_eq!(complaint(payload).as_deref(), Some(error));
    }
}

#[test]
fn an_event_that_is_not_in_the_table_is_kept_to_the_byte() {
    for name in ["agent.retired", "Lead.created", "lead.created ", "", "\\u006cead"] {
        let payload =
            format!(r#"{{ "b": 1.0, "event" : "{name}", "timestamp": "2024-05-21T10:30:00Z",  "data": 1e400 }}"#);
        let event = event(&payload);
        assert_eq!(event.name().unwrap(), name.replace("\\u006c", "l"));
        assert_eq!(event.timestamp.as_ref().unwrap().text(), "2024-05-21T10:30:00Z");
        assert!(event.more.is_empty());
        assert_eq!(written(&event), payload);
        assert_eq!(complaint(&payload), None);
    }
    // A name is what its characters are, however they are spelled.
    assert_eq!(
        event(r#"{"event":"\u006cead.created"}"#),
        event(r#"{"event":"lead.created"}"#)
    );
}

#[test]
fn what_is_missing_null_or_not_on_the_page_is_as_documented() {
    for payload in [
        r#"{"event":"lead.created"}"#,
        r#"{"event":"lead.created","data":null}"#,
        r#"{"event":"lead.created","data":{}}"#,
        r#"{"event":"lead.created","timestamp":null,"data":{"email":null},"signature":null}"#,
        r#"{"event":"lead.created","data":{"email":"","budget":[1e400]},"attempt":2}"#,
    ] {
        assert_eq!(complaint(payload), None, "{payload}");
        assert!(["{}", payload].contains(&written(&event(payload)).as_str()) || payload.contains("null"));
        assert_eq!(sorted(&written(&event(payload))), sorted(payload));
    }
    let lead = lead(event(r#"{"event":"lead.created","data":{"email":null}}"#));
    assert_eq!(lead.email, None);
    assert!(lead.more.contains_key("email"));
}

/// Its members by name; enough for payloads without members that are no text of Rust's.
fn sorted(payload: &str) -> std::collections::BTreeMap<String, crate::Raw> {
    serde_json::from_str(payload).unwrap()
}

#[test]
fn a_field_of_the_wrong_type_is_kept_and_named() {
    for (payload, error) in [
        (
            r#"{"event":"conversation.ended","data":{"rating":"2"}}"#,
            "data.rating: expected a number, found a string",
        ),
        (
            r#"{"event":"conversation.started","data":{"id":17}}"#,
            "data.id: expected a string, found a number",
        ),
        (
            r#"{"event":"lead.created","data":{"email":{"work":"a@example.com"}}}"#,
            "data.email: expected a string, found an object",
        ),
        (
            r#"{"event":"lead.status.updated","data":{"company_id":false}}"#,
            "data.company_id: expected a string, found a boolean",
        ),
        (
            r#"{"event":"lead.created","data":{"phone":"\ud800"}}"#,
            "data.phone: expected a string, found a string with half a surrogate pair",
        ),
        (
            r#"{"event":"lead.created","data":[{"id":"1"}]}"#,
            "data: expected an object, found an array",
        ),
        (
            r#"{"event":"agent.created","data":"agent"}"#,
            "data: expected an object, found a string",
        ),
        (
            r#"{"event":"agent.created","signature":["sha256=00"]}"#,
            "signature: expected a string, found an array",
        ),
    ] {
        let event = event(payload);
        assert!(!matches!(event.kind, Kind::Unknown(_)), "{payload}");
        assert_eq!(written(&event), payload);
        assert_eq!(complaint(payload).as_deref(), Some(error));
        let path = event.check().unwrap_err().path().to_owned();
        assert!(error.starts_with(&format!("{path}: ")), "{path}");
    }
    for field in [
        "id",
        "first_name",
        "last_name",
        "email",
        "phone",
        "source",
        "company_id",
    ] {
        let payload = format!(r#"{{"event":"lead.created","data":{{"{field}":1}}}}"#);
        let error = format!("data.{field}: expected a string, found a number");
        assert_eq!(complaint(&payload), Some(error));
    }
}

#[test]
fn what_is_no_instant_is_kept_and_named() {
    for (timestamp, found) in [
        (r#""yesterday""#, "a string"),
        (r#""""#, "a string"),
        (r#""2024-05-21T10:30:00""#, "a string"),
        (r#""2024-05-21""#, "a string"),
        (r#""2024-02-30T10:30:00Z""#, "a string"),
        (r#""2024-05-21T10:30:00.1234567891Z""#, "a string"),
        (r#""2024-05-21T10:30:00Z[u-ca=hebrew]""#, "a string"),
        (r#""+999999-01-01T00:00:00Z""#, "a string"),
        ("1716287400", "a number"),
        ("{}", "an object"),
    ] {
        for name in ["lead.created", "never.heard.of"] {
            let payload = format!(r#"{{"event":"{name}","timestamp":{timestamp}}}"#);
            let event = event(&payload);
            assert_eq!(event.timestamp, None);
            assert_eq!(written(&event), payload);
            let error = format!("timestamp: expected an instant such as 2024-05-21T10:30:00Z, found {found}");
            assert_eq!(complaint(&payload), Some(error));
        }
    }
}

#[test]
fn a_member_that_is_there_twice_makes_the_payload_unknown() {
    for (payload, name, error) in [
        (
            r#"{"event":"lead.created","data":{},"data":{"id":"1"}}"#,
            None,
            "data: there more than once",
        ),
        (
            r#"{"event":"lead.created","event":"lead.created"}"#,
            None,
            "event: there more than once",
        ),
        (
            r#"{"event":"lead.created","\u0065vent":"agent.created"}"#,
            None,
            "event: there more than once",
        ),
        (
            r#"{"event":"never.heard.of","x":1,"x":1}"#,
            None,
            "x: there more than once",
        ),
        (
            r#"{"event":"lead.created","data":{"email":"a@example.com","email":"b@example.com"}}"#,
            Some("lead.created"),
            "data.email: there more than once",
        ),
        (
            r#"{"event":"agent.created","data":{"a\n.b":1,"a\n.b":1}}"#,
            Some("agent.created"),
            "data.a\\n.b: there more than once",
        ),
        (
            r#"{"event":"agent.created","\udc00":1}"#,
            None,
            "a member's name has half a surrogate pair",
        ),
        (
            r#"{"event":"agent.created","data":{"\udc00":1}}"#,
            Some("agent.created"),
            "data: a member's name has half a surrogate pair",
        ),
    ] {
        let unknown = unknown(payload);
        assert_eq!((unknown.name.as_deref(), unknown.raw.text()), (name, payload));
        assert_eq!(written(&event(payload)), payload);
        assert_eq!(complaint(payload).as_deref(), Some(error));
    }
    // A name of a million letters is not repeated to whoever reads the error.
    let long = "x".repeat(1_000_000);
    let payload = format!(r#"{{"{long}":1,"{long}":2}}"#);
    assert_eq!(event(&payload).check().unwrap_err().path().len(), 64);
    // Where nothing is typed, nothing is looked into.
    for payload in [
        r#"{"event":"lead.created","data":{"tags":{"a":1,"a":2}}}"#,
        r#"{"event":"lead.created","tags":[{"a":1,"a":2}]}"#,
        r#"{"event":"never.heard.of","data":{"a":1,"a":2}}"#,
    ] {
        assert_eq!(complaint(payload), None);
        assert_eq!(written(&event(payload)), payload);
    }
}

#[test]
fn numbers_of_any_size_are_kept_to_the_digit() {
    let digits = "9".repeat(100_000);
    for (number, value) in [
        ("1e400", f64::INFINITY),
        ("-1e400", f64::NEG_INFINITY),
        ("1e-400", 0.0),
        ("18446744073709551617", 18_446_744_073_709_551_616.0),
        ("0.1000000000000000055511151231257827021181583404541015625", 0.1),
        (digits.as_str(), f64::INFINITY),
    ] {
        let payload =
            format!(r#"{{"event":"conversation.ended","data":{{"rating":{number},"cost":{number}}},"id":{number}}}"#);
        let event = event(&payload);
        assert_eq!(complaint(&payload), None);
        assert_eq!(written(&event), payload);
        assert_eq!(event.more["id"].text(), number);
        let Kind::ConversationEnded(talk) = event.kind else {
            panic!("it is a conversation's end");
        };
        assert_eq!(
            talk.rating.unwrap().value().total_cmp(&value),
            std::cmp::Ordering::Equal
        );
        assert_eq!(talk.more["cost"].text(), number);
    }
}

#[test]
fn nesting_of_any_depth_is_kept() {
    for depth in [127, 128, 129, 100_000] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let nested = [&open.repeat(depth), "1", &close.repeat(depth)].concat();
            for payload in [
                format!(r#"{{"event":"lead.created","data":{{"id":"1","deep":{nested}}}}}"#),
                format!(r#"{{"event":"lead.created","data":{{"email":{nested}}}}}"#),
                format!(r#"{{"event":"lead.created","deep":{nested}}}"#),
                format!(r#"{{"event":"never.heard.of","data":{nested}}}"#),
                format!(r#"{{"event":{nested}}}"#),
            ] {
                let event = event(&payload);
                assert_eq!(written(&event), payload);
                assert_eq!(event.clone(), event);
                let deep = event.more.get("deep");
                assert!(deep.is_none_or(|deep| deep.parse::<serde_json::Value>().is_ok() == (depth <= 127)));
            }
        }
    }
    let cut_off = read("[".repeat(100_000).as_bytes()).unwrap_err();
    assert!(cut_off.to_string().starts_with("EOF while parsing"), "{cut_off}");
}

#[test]
fn a_value_that_cannot_hold_an_event_says_so() {
    let deep = ["[".repeat(200), "]".repeat(200)].concat();
    let event = event(&format!(r#"{{"event":"lead.created","data":{{"deep":{deep}}}}}"#));
    assert!(serde_json::to_value(&event).is_err());
    assert!(written(&event).contains(&deep));
}
