//! What a receiver answers and prints for each kind of event, as the vendor's sample listener does.

use tower_webhook::test::TestBody;

use super::child::{KINDS, Receiver};
use crate::sockets::client::{PROTOCOLS, Protocol};
use crate::support::{SECRET, signed};

/// The vendor's example payload, as its documentation prints it.
const LEAD: &str = r#"{
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

const LOW_RATING: &str = "  -> Low rating received for conversation conv_1. Notifying support.";

fn conversation(data: &str) -> String {
    format!(r#"{{"event":"conversation.ended","data":{{"id":"conv_1"{data}}}}}"#)
}

#[tokio::test]
async fn events_are_announced_as_in_the_vendors_sample() {
    let ended = "Received valid webhook event: conversation.ended";
    let low: &[&str] = &[ended, LOW_RATING];
    let events = [
        (
            LEAD.to_owned(),
            &[
                "Received valid webhook event: lead.created",
                "  -> New lead received: John Doe (john.doe@example.com)",
            ][..],
        ),
        (conversation(r#","rating":1"#), low),
        (conversation(r#","rating":2"#), low),
        (conversation(r#","rating":-1"#), low),
        // The sample's `conversation.get('rating', 0)`.
        (conversation(""), low),
        (conversation(r#","rating":3"#), &[ended][..]),
        (conversation(r#","rating":2.5"#), &[ended][..]),
        (
            r#"{"event":"never.heard.of","data":{}}"#.to_owned(),
            &["Received valid webhook event: never.heard.of"][..],
        ),
        // Nothing of the last but one comes late, and nothing else is printed.
        (
            r#"{"event":"the.last"}"#.to_owned(),
            &["Received valid webhook event: the.last"][..],
        ),
    ];
    for kind in KINDS {
        let receiver = kind.start();
        for protocol in PROTOCOLS {
            for (body, printed) in &events {
                let request = signed(body, TestBody::one(body));
                let response = protocol.send(receiver.address, request).await.unwrap();
                assert_eq!(response.status(), 200, "{kind:?}: {body}");
                assert_eq!(
                    response.headers()["content-type"],
                    "application/json",
                    "{kind:?}: {body}"
                );
                assert_eq!(response.body(), r#"{"status":"success"}"#, "{kind:?}: {body}");
                for line in *printed {
                    assert_eq!(receiver.line(), *line, "{kind:?}: {body}");
                }
            }
        }
    }
}

#[tokio::test]
async fn events_that_lack_what_is_printed_are_still_answered() {
    for kind in KINDS {
        let receiver = kind.start();
        for body in [
            r"{}",
            r#"{"event":null}"#,
            r#"{"event":"lead.created"}"#,
            r#"{"event":"lead.created","data":[]}"#,
            r#"{"event":"conversation.ended","data":{"rating":"bad"}}"#,
        ] {
            let request = signed(body, TestBody::one(body));
            let response = Protocol::Http1.send(receiver.address, request).await.unwrap();
            assert_eq!(response.status(), 200, "{kind:?}: {body}");
        }
    }
}

#[tokio::test]
async fn events_are_answered_when_nobody_reads_what_is_printed() {
    for kind in KINDS {
        let mut command = kind.command();
        command.env("KNOWRITHM_WEBHOOK_SECRET", SECRET);
        let receiver = Receiver::deaf(command);
        for _ in 0..2 {
            let response = Protocol::Http1.send(receiver.address, signed(LEAD, TestBody::one(LEAD)));
            assert_eq!(response.await.unwrap().status(), 200, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn what_is_no_json_object_is_refused_with_a_reason_and_not_announced() {
    for kind in KINDS {
        let receiver = kind.start();
        for body in [
            "",
            "[]",
            "[{}]",
            "1",
            "null",
            "\"{}\"",
            "{",
            "{}{}",
            "{'event':1}",
            "event=lead.created",
        ] {
            let request = signed(body, TestBody::one(body));
            let response = Protocol::Http1.send(receiver.address, request).await.unwrap();
            assert_eq!(response.status(), 400, "{kind:?}: {body}");
            assert!(!response.body().is_empty(), "{kind:?}: {body}");
        }
        let body = r#"{"event":"the.last"}"#;
        let request = signed(body, TestBody::one(body));
        Protocol::Http1.send(receiver.address, request).await.unwrap();
        assert_eq!(receiver.line(), "Received valid webhook event: the.last", "{kind:?}");
    }
}
