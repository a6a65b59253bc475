//! Each event of the vendor's table.

use serde_json::Value;

use super::{event, written};
use crate::{Event, Kind, Lead, Members, Number, samples};

/// The vendor's example payload, as its documentation prints it.
const PAGE: &str = r#"{
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

/// The vendor's table.
const NAMES: [&str; 7] = [
    "agent.created",
    "conversation.started",
    "conversation.ended",
    "message.received",
    "lead.created",
    "lead.status.updated",
    "document.processed",
];

fn sample(name: &str) -> &'static str {
    samples().iter().find(|sample| sample.name == name).unwrap().json
}

fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

#[test]
fn the_samples_are_the_table_and_the_page() {
    let names: Vec<_> = samples().iter().map(|sample| sample.name).collect();
    assert_eq!(names, NAMES);
    assert_eq!(value(sample("lead.created")), value(PAGE));
    for sample in samples() {
        assert!(!sample.json.contains(['\'', '\n']), "{}", sample.name);
    }
}

#[test]
fn every_sample_is_known_as_documented_and_comes_back() {
    for sample in samples() {
        let event = event(sample.json);
        assert_eq!(event.name(), Some(sample.name));
        assert!(!matches!(event.kind, Kind::Unknown(_)), "{}", sample.name);
        assert_eq!(event.check(), Ok(()), "{}", sample.name);
        let timestamp = event.timestamp.as_ref().unwrap();
        assert_eq!(timestamp.text(), value(sample.json)["timestamp"]);
        assert_eq!(event.signature.as_deref(), Some("sha256=a1b2c3d4e5f6..."));
        assert_eq!(event.more, Members::new(), "{}", sample.name);
        assert_eq!(value(&written(&event)), value(sample.json));
    }
}

#[test]
fn each_name_is_a_kind_of_its_own() {
    let kinds = NAMES.map(|name| match event(sample(name)).kind {
        Kind::AgentCreated(agent) => ("agent.created", agent.more["id"].text().to_owned()),
        Kind::ConversationStarted(talk) => ("conversation.started", talk.id.unwrap()),
        Kind::ConversationEnded(talk) => ("conversation.ended", talk.rating.unwrap().text().to_owned()),
        Kind::MessageReceived(message) => ("message.received", message.more["id"].text().to_owned()),
        Kind::LeadCreated(lead) => ("lead.created", lead.first_name.unwrap()),
        Kind::LeadStatusUpdated(lead) => ("lead.status.updated", lead.id.unwrap()),
        Kind::DocumentProcessed(document) => ("document.processed", document.more["id"].text().to_owned()),
        Kind::Unknown(unknown) => panic!("{unknown:?}"),
    });
    assert_eq!(kinds.each_ref().map(|(name, _)| *name), NAMES);
    assert_eq!(
        kinds.map(|(_, told)| told),
        [
            r#""agent_123abc""#,
            "conversation_123abc",
            "2",
            r#""message_123abc""#,
            "John",
            "lead_123abc",
            r#""document_123abc""#
        ]
    );
}

#[test]
fn a_lead_has_the_members_of_the_page() {
    let Kind::LeadCreated(lead) = event(PAGE).kind else {
        panic!("the page's example is of a lead");
    };
    let Lead {
        id,
        first_name,
        last_name,
        email,
        phone,
        source,
        company_id,
        more,
    } = lead;
    let typed = [id, first_name, last_name, email, phone, source, company_id];
    assert_eq!(
        typed.map(Option::unwrap),
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
fn a_rating_comes_back_as_it_came() {
    for (text, number) in [
        ("2", 2.0),
        ("2.0", 2.0),
        ("-1", -1.0),
        ("2.50", 2.5),
        ("2e0", 2.0),
        ("-0", 0.0),
        ("0.1E+1", 1.0),
    ] {
        let payload = format!(r#"{{"event":"conversation.ended","data":{{"rating":{text}}}}}"#);
        let event = event(&payload);
        assert_eq!(written(&event), payload);
        let Kind::ConversationEnded(talk) = event.kind else {
            panic!("{payload}");
        };
        let rating = talk.rating.unwrap();
        assert!((rating.value() - number).abs() < f64::EPSILON, "{text}");
        assert_eq!(rating.text(), text);
    }
}

#[test]
fn timestamps_come_back_as_they_were_written() {
    let instant = "2024-05-21T10:30:00Z".parse().unwrap();
    let later = "2024-05-21T10:30:00.123456789Z".parse().unwrap();
    for (text, wanted) in [
        ("2024-05-21T10:30:00Z", instant),
        ("2024-05-21T10:30:00+00:00", instant),
        ("2024-05-21T12:30:00+02:00", instant),
        ("2024-05-21T05:00:00-05:30", instant),
        ("2024-05-21T10:30:00.000Z", instant),
        ("2024-05-21 10:30:00z", instant),
        ("2024-05-21T10:30:00.123456789Z", later),
        ("2024-05-21T12:30:00.123456789+02:00", later),
    ] {
        let payload = format!(r#"{{"event":"lead.created","timestamp":"{text}"}}"#);
        let event = event(&payload);
        assert_eq!(event.check(), Ok(()), "{text}");
        assert_eq!(written(&event), payload);
        let timestamp = event.timestamp.unwrap();
        assert_eq!((timestamp.instant(), timestamp.text()), (wanted, text));
    }
    let made = crate::Timestamp::from(instant);
    assert_eq!((made.instant(), made.text()), (instant, "2024-05-21T10:30:00Z"));
}

#[test]
fn what_is_made_by_hand_is_written_once() {
    let mut lead = Lead {
        email: Some("a@example.com".to_owned()),
        ..Lead::default()
    };
    lead.more.insert("email".to_owned(), "null".parse().unwrap());
    lead.more.insert("budget".to_owned(), "1e400".parse().unwrap());
    let mut made = Event::new(Kind::LeadStatusUpdated(lead));
    made.timestamp = Some("2024-05-21T10:30:00Z".parse().unwrap());
    made.more.insert("data".to_owned(), "{}".parse().unwrap());
    made.more.insert("event".to_owned(), "1".parse().unwrap());
    assert_eq!(
        written(&made),
        r#"{"event":"lead.status.updated","timestamp":"2024-05-21T10:30:00Z","data":{"email":"a@example.com","budget":1e400}}"#
    );
}

#[test]
fn parts_are_read_and_written_alone() {
    let json = r#"{"id":"c_1","rating":2.0,"topic":"prices"}"#;
    let talk: crate::Conversation = serde_json::from_str(json).unwrap();
    assert_eq!(talk.more["topic"].parse::<String>().unwrap(), "prices");
    assert_eq!(serde_json::to_string(&talk).unwrap(), json);
    for (json, error) in [
        ("[]", "expected an object, found an array"),
        (r#"{"id":"1","id":"1"}"#, "id: there more than once"),
    ] {
        let found = serde_json::from_str::<crate::Conversation>(json).unwrap_err();
        assert_eq!(found.to_string(), error);
    }

    assert_eq!(serde_json::from_str::<Number>("1e0").unwrap().text(), "1e0");
    assert_eq!(serde_json::to_string(&Number::from(-3)).unwrap(), "-3");
    let error = serde_json::from_str::<Number>("true").unwrap_err();
    assert_eq!(error.to_string(), "expected a number, found a boolean");
    let error = "\"1\"".parse::<Number>().unwrap_err();
    assert_eq!(error.to_string(), "expected a number, found a string");

    let text = r#""2024-05-21T10:30:00Z""#;
    let timestamp: crate::Timestamp = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&timestamp).unwrap(), text);
    let error = serde_json::from_str::<crate::Timestamp>("\"now\"").unwrap_err();
    assert!(error.to_string().starts_with("expected an instant"), "{error}");
}
