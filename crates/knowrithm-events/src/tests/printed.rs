//! What `Debug` and errors print of people: nothing.

use super::event;

const TOLD: [&str; 6] = [
    "Jane",
    "Roe",
    "jane@example.com",
    "+49301234",
    "sha256=00ff",
    "likes tea",
];

#[test]
fn debug_prints_ids_and_lengths() {
    let payload = r#"{"event":"lead.created","timestamp":"2024-05-21T10:30:00Z","data":{"id":"lead_1","first_name":"Jane","last_name":"Roe","email":"jane@example.com","phone":"+49301234","source":"chat","note":"likes tea"},"signature":"sha256=00ff"}"#;
    let printed = format!("{:?}", event(payload));
    for told in TOLD {
        assert!(payload.contains(told) && !printed.contains(told), "{printed}");
    }
    assert_eq!(
        printed,
        "Event { kind: LeadCreated(Lead { id: Some(\"lead_1\"), first_name: Some(4 bytes), last_name: Some(3 bytes), \
         email: Some(16 bytes), phone: Some(9 bytes), source: Some(\"chat\"), company_id: None, \
         more: {\"note\": Raw(11 bytes)} }), timestamp: Some(Timestamp { instant: 2024-05-21T10:30:00Z, \
         text: \"2024-05-21T10:30:00Z\" }), signature: Some(11 bytes), more: {} }"
    );
    let unknown = format!("{:?}", event(&payload.replace("lead.created", "lead.lost")));
    for told in TOLD {
        assert!(!unknown.contains(told), "{unknown}");
    }
    let talk = event(r#"{"event":"conversation.ended","data":{"id":"c_1","rating":1e400}}"#);
    assert!(format!("{talk:?}").contains(r#"Conversation { id: Some("c_1"), rating: Some(Number(inf)), more: {} }"#));
}

#[test]
fn errors_quote_no_value() {
    for payload in [
        r#"{"event":"lead.created","data":{"email":["jane@example.com"]}}"#,
        r#"{"event":"lead.created","data":"jane@example.com"}"#,
        r#"{"event":"lead.created","timestamp":"jane@example.com"}"#,
        r#"{"event":["jane@example.com"]}"#,
        r#"{"event":"lead.created","data":{"email":"jane@example.com","email":"jane@example.com"}}"#,
    ] {
        let error = event(payload).check().unwrap_err();
        for printed in [error.to_string(), format!("{error:?}")] {
            assert!(!printed.contains("jane"), "{printed}");
        }
    }
    for payload in [r#""jane@example.com""#, "jane", r#"{"email":"jane""#, "{jane}"] {
        let error = super::read(payload.as_bytes()).unwrap_err().to_string();
        assert!(!error.contains("jane"), "{error}");
    }
}
