//! The crate as its users see it; the properties are in a file of their own.

mod properties;

use serde_json::Value;

use crate::{Conversation, Event, Kind, Lead, Unknown, samples};

/// The vendor's example payload, as its documentation prints it.
const EXAMPLE: &str = r#"{
  "event": "lead.created",
  "timestamp": "2024-05-21T10:30:00Z",
  "data": {
    "id": "lead_123abc",
    "first_name": "John",
    "last_name": "Doe",
    "email": "john.doe@example.com",
    "phone": "+1234567890",
    "source": "website_chat",
    "company_id": "company_456def"
  },
  "signature": "sha256=a1b2c3d4e5f6..."
}"#;

/// The names in the vendor's table.
const NAMES: [&str; 7] = [
    "agent.created",
    "conversation.started",
    "conversation.ended",
    "message.received",
    "lead.created",
    "lead.status.updated",
    "document.processed",
];

fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

fn event(payload: &str) -> Event {
    Event::from_slice(payload.as_bytes()).unwrap_or_else(|error| panic!("{payload}: {error}"))
}

fn written(event: &Event) -> String {
    serde_json::to_string(event).unwrap()
}

fn lead(payload: &str) -> Lead {
    match event(payload).kind {
        Kind::LeadCreated(lead) => lead,
        other => panic!("{payload}: {other:?}"),
    }
}

fn unknown(payload: &str) -> Unknown {
    match event(payload).kind {
        Kind::Unknown(unknown) => unknown,
        known => panic!("{payload}: {known:?}"),
    }
}

#[test]
fn the_samples_are_the_vendors_table_and_example() {
    let names: Vec<_> = samples().iter().map(|sample| sample.name).collect();
    assert_eq!(names, NAMES);
    let created = samples().iter().find(|sample| sample.name == "lead.created").unwrap();
    assert_eq!(value(created.json), value(EXAMPLE));
    for sample in samples() {
        assert!(!sample.json.contains(['\'', '\n']), "{}", sample.name);
    }
}

#[test]
fn each_event_of_the_table_has_its_own_kind() {
    for sample in samples() {
        let event = event(sample.json);
        let (name, id) = match &event.kind {
            Kind::AgentCreated(agent) => ("agent.created", agent.more["id"].parse().ok()),
            Kind::ConversationStarted(conversation) => ("conversation.started", conversation.id.clone()),
            Kind::ConversationEnded(conversation) => ("conversation.ended", conversation.id.clone()),
            Kind::MessageReceived(message) => ("message.received", message.more["id"].parse().ok()),
            Kind::LeadCreated(lead) => ("lead.created", lead.id.clone()),
            Kind::LeadStatusUpdated(lead) => ("lead.status.updated", lead.id.clone()),
            Kind::DocumentProcessed(document) => ("document.processed", document.more["id"].parse().ok()),
            Kind::Unknown(unknown) => panic!("{unknown:?}"),
        };
        assert_eq!((name, event.name()), (sample.name, Some(sample.name)));
        let payload = value(sample.json);
        assert_eq!(id.as_deref(), payload["data"]["id"].as_str());
        assert_eq!(event.timestamp.as_deref(), payload["timestamp"].as_str());
        assert_eq!(event.more.keys().collect::<Vec<_>>(), ["signature"]);
        assert_eq!(value(&written(&event)), payload);
    }
}

#[test]
fn a_lead_has_the_members_of_the_vendors_example() {
    let Lead {
        id,
        first_name,
        last_name,
        email,
        phone,
        source,
        company_id,
        more,
    } = lead(EXAMPLE);
    assert_eq!(
        [id, first_name, last_name, email, phone, source, company_id].map(Option::unwrap),
        [
            "lead_123abc",
            "John",
            "Doe",
            "john.doe@example.com",
            "+1234567890",
            "website_chat",
            "company_456def"
        ]
    );
    assert!(more.is_empty());
}

#[test]
fn a_rating_is_the_nearest_f64_and_keeps_its_digits() {
    let digits = "9".repeat(100_000);
    for (text, rating) in [
        ("2", Some(2.0)),
        ("2.50", Some(2.5)),
        ("-0.1E+1", Some(-1.0)),
        ("18446744073709551617", Some(18_446_744_073_709_551_616.0)),
        ("1e400", Some(f64::INFINITY)),
        ("-1e400", Some(f64::NEG_INFINITY)),
        ("1e-400", Some(0.0)),
        (&digits, Some(f64::INFINITY)),
        ("\"2\"", None),
        ("\"inf\"", None),
        ("null", None),
        ("[2]", None),
    ] {
        let payload = format!(r#"{{"data":{{"rating":{text}}},"event":"conversation.ended"}}"#);
        let event = event(&payload);
        assert_eq!(written(&event), payload);
        let Kind::ConversationEnded(conversation) = event.kind else {
            panic!("{payload}");
        };
        assert_eq!(conversation.rating(), rating, "{text}");
    }
    assert_eq!(Conversation::default().rating(), None);
}

/// The members of each payload are in alphabetical order, so it is written as it is here.
#[test]
fn a_payload_of_an_unexpected_shape_is_accepted_and_kept() {
    for payload in [
        r#"{"event":"lead.created"}"#,
        r#"{"data":null,"event":"lead.created"}"#,
        r#"{"data":{},"event":"lead.created"}"#,
        r#"{"data":[{"id":"1"}],"event":"lead.created"}"#,
        r#"{"data":"lead","event":"lead.created"}"#,
        r#"{"data":1e400,"event":"lead.created"}"#,
        r#"{"data":{"\ud83d":1},"event":"lead.created"}"#,
        r#"{"attempt":2,"event":"lead.created","timestamp":null}"#,
        r#"{"event":"lead.created","timestamp":1716287400}"#,
        r#"{"data":{"budget":18446744073709551617,"email":"a@example.com"},"event":"lead.created"}"#,
        r#"{"data":{"tags":{"a":1,"a":2}},"event":"lead.created"}"#,
        r#"{"data":{"tags":[ 1.0 , "\u00e9" ]},"event":"lead.created"}"#,
    ] {
        lead(payload);
        assert_eq!(written(&event(payload)), payload);
    }
    for odd in [
        "null",
        "17",
        "false",
        "[]",
        r#"{"work":"a@example.com"}"#,
        r#""John \ud83d""#,
    ] {
        for field in [
            "id",
            "first_name",
            "last_name",
            "email",
            "phone",
            "source",
            "company_id",
        ] {
            let payload = format!(r#"{{"data":{{"{field}":{odd}}},"event":"lead.created"}}"#);
            assert_eq!(lead(&payload).more[field].text(), odd);
            assert_eq!(written(&event(&payload)), payload);
        }
    }
}

#[test]
fn an_unknown_event_is_kept_byte_for_byte() {
    for (payload, name) in [
        ("{}", None),
        (r#"{"event": null, "data": {"id": 1}}"#, None),
        (r#"{"event": 5}"#, None),
        (r#"{"event": ["lead.created"]}"#, None),
        (r#"{"event": "\ud83d"}"#, None),
        (r#"{"event": "lead.created", "\ud83d": 1}"#, None),
        (r#"{"event": ""}"#, Some("")),
        (r#"{"event": "Lead.created"}"#, Some("Lead.created")),
        (
            r#"{"event": "agent\u002eretired",  "b": 1.0, "a": 1e400}"#,
            Some("agent.retired"),
        ),
        (r#"{"event": "never.heard.of", "a": 1, "a": 2}"#, Some("never.heard.of")),
    ] {
        let unknown = unknown(payload);
        assert_eq!((unknown.name.as_deref(), unknown.raw.text()), (name, payload));
        let event = event(&format!(" {payload}\n"));
        assert_eq!(event.name(), name);
        assert!(event.more.is_empty());
        assert_eq!(written(&event), payload);
    }
    let retired = event(r#"{"event":"agent.retired","timestamp":"2024-05-21T10:30:00Z"}"#);
    assert_eq!(retired.timestamp.as_deref(), Some("2024-05-21T10:30:00Z"));
}

#[test]
fn of_a_member_that_is_there_twice_the_last_one_counts() {
    for (payload, counts) in [
        (
            r#"{"event":"agent.created","\u0065vent":"lead.created"}"#,
            r#"{"event":"lead.created"}"#,
        ),
        (
            r#"{"data":{"id":"1"},"data":{"email":"b"},"event":"lead.created","x":1,"x":2}"#,
            r#"{"data":{"email":"b"},"event":"lead.created","x":2}"#,
        ),
        (
            r#"{"data":{"email":"a","email":"b"},"event":"lead.created"}"#,
            r#"{"data":{"email":"b"},"event":"lead.created"}"#,
        ),
        (
            r#"{"data":{"email":"a","email":5},"event":"lead.created"}"#,
            r#"{"data":{"email":5},"event":"lead.created"}"#,
        ),
    ] {
        assert_eq!(event(payload), event(counts));
        assert_eq!(written(&event(payload)), counts);
    }
}

#[test]
fn nesting_of_any_depth_is_kept() {
    for depth in [128, 100_000] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let deep = [&open.repeat(depth), "1", &close.repeat(depth)].concat();
            for payload in [
                format!(r#"{{"data":{{"email":{deep}}},"event":"lead.created"}}"#),
                format!(r#"{{"deep":{deep},"event":"lead.created"}}"#),
                format!(r#"{{"data":{deep},"event":"never.heard.of"}}"#),
                format!(r#"{{"event":{deep}}}"#),
            ] {
                assert_eq!(written(&event(&payload)), payload);
            }
        }
    }
}

#[test]
fn bytes_that_are_not_a_json_object_are_an_error_that_quotes_nothing() {
    for (payload, message) in [
        (&b""[..], "EOF while parsing a value at line 1 column 0"),
        (b"{\n  \"email\": jane}", "expected value at line 2 column 12"),
        (b"{\"jane\"", "EOF while parsing an object at line 1 column 7"),
        (b"{} jane", "trailing characters at line 1 column 4"),
        (
            b"{\"jane\": \"\xff\"}",
            "invalid unicode code point at line 1 column 11",
        ),
        (b"\xef\xbb\xbf{}", "expected value at line 1 column 1"),
        (b"\"jane@example.com\"", "expected a JSON object"),
        (b"[{\"jane\": 1}]", "expected a JSON object"),
        (b" null ", "expected a JSON object"),
        (b"-1", "expected a JSON object"),
    ] {
        let error = Event::from_slice(payload).unwrap_err().to_string();
        assert_eq!(error, message);
    }
}

#[test]
fn debug_prints_no_personal_data() {
    let payload = r#"{"event":"lead.created","timestamp":"2024-05-21T10:30:00Z","data":{"id":"lead_1","first_name":"Jane","last_name":"Roe","email":"jane@example.com","phone":"+49301234","source":"chat","note":"likes tea"},"signature":"sha256=00ff"}"#;
    assert_eq!(
        format!("{:?}", event(payload)),
        "Event { kind: LeadCreated(Lead { id: Some(\"lead_1\"), source: Some(\"chat\"), company_id: None, \
         more: {\"note\": Raw(11 bytes)}, .. }), timestamp: Some(\"2024-05-21T10:30:00Z\"), \
         more: {\"signature\": Raw(13 bytes)} }"
    );
    assert_eq!(
        format!("{:?}", event(&payload.replace("lead.created", "lead.lost"))),
        "Event { kind: Unknown(Unknown { name: Some(\"lead.lost\"), raw: Raw(225 bytes) }), \
         timestamp: Some(\"2024-05-21T10:30:00Z\"), more: {} }"
    );
    assert_eq!(
        format!(
            "{:?}",
            event(r#"{"event":"message.received","data":{"text":"I am ill"}}"#).kind
        ),
        "MessageReceived(Message { more: {\"text\": Raw(10 bytes)} })"
    );
}

#[test]
fn a_changed_field_is_what_is_written() {
    let mut event = event(r#"{"data":{"email":null,"phone":"1","x":1},"event":"lead.created","timestamp":5}"#);
    let Kind::LeadCreated(lead) = &mut event.kind else {
        panic!("{event:?}");
    };
    lead.phone = None;
    lead.email = Some("a@example.com".to_owned());
    event.timestamp = Some("2024-05-21T10:30:00Z".to_owned());
    assert_eq!(
        written(&event),
        r#"{"data":{"email":"a@example.com","x":1},"event":"lead.created","timestamp":"2024-05-21T10:30:00Z"}"#
    );
    event.kind = Kind::LeadStatusUpdated(Lead::default());
    assert_eq!(
        written(&event),
        r#"{"event":"lead.status.updated","timestamp":"2024-05-21T10:30:00Z"}"#
    );
}
