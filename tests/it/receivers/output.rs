//! The lines that the receivers print for events, as the vendor's sample listener does.

use http::Request;
use tower_webhook::test::TestBody;

use super::child::{RECEIVERS, Receiver, with_secret};
use crate::sockets::client::Protocol;
use crate::support::{EVENT, PATH, signed};

async fn post(receiver: &Receiver, body: &str) -> (u16, String) {
    let request = signed(body, TestBody::one(body));
    let response = Protocol::Http1.send(receiver.address, request).await.unwrap();
    let body = String::from_utf8(response.body().to_vec()).unwrap();
    (response.status().as_u16(), body)
}

fn success() -> (u16, String) {
    (200, r#"{"status":"success"}"#.to_owned())
}

#[tokio::test]
async fn events_are_printed_as_in_the_vendors_sample() {
    let ended = "Received valid webhook event: conversation.ended";
    let low = "  -> Low rating received for conversation conv_1. Notifying support.";
    let events: [(&str, &[&str]); 6] = [
        (
            r#"{"event":"lead.created","data":{"first_name":"John","last_name":"Doe","email":"a@example.com"}}"#,
            &[
                "Received valid webhook event: lead.created",
                "  -> New lead received: John Doe (a@example.com)",
            ],
        ),
        (
            r#"{"event":"conversation.ended","data":{"id":"conv_1","rating":2}}"#,
            &[ended, low],
        ),
        // In the sample, a missing rating is 0.
        (
            r#"{"event":"conversation.ended","data":{"id":"conv_1"}}"#,
            &[ended, low],
        ),
        (
            r#"{"event":"conversation.ended","data":{"id":"conv_1","rating":2.5}}"#,
            &[ended],
        ),
        (
            r#"{"event":"never.heard.of"}"#,
            &["Received valid webhook event: never.heard.of"],
        ),
        // Shows that the line before was the last one of its event.
        (r#"{"event":null}"#, &["Received valid webhook event: -"]),
    ];
    for example in RECEIVERS {
        let receiver = Receiver::start(with_secret(example));
        for (body, printed) in events {
            assert_eq!(post(&receiver, body).await, success(), "{example}: {body}");
            for line in printed {
                assert_eq!(receiver.line(), *line, "{example}: {body}");
            }
        }
    }
}

#[tokio::test]
async fn control_characters_in_a_payload_are_escaped() {
    // Clears the screen, ends the line, and turns the direction of writing.
    let lead = r#"{"event":"lead.created","data":{"first_name":"\u001b[2J\n\u202eJohn"}}"#;
    let event = r#"{"event":"\u009b2J"}"#;
    for example in RECEIVERS {
        let receiver = Receiver::start(with_secret(example));
        assert_eq!(post(&receiver, lead).await, success(), "{example}");
        assert_eq!(post(&receiver, event).await, success(), "{example}");
        assert_eq!(
            receiver.lines(),
            [
                "Received valid webhook event: lead.created",
                r"  -> New lead received: \u{1b}[2J\n\u{202e}John - (-)",
                r"Received valid webhook event: \u{9b}2J",
            ],
            "{example}"
        );
    }
}

#[tokio::test]
async fn a_signed_body_that_is_not_an_event_is_answered_with_400_and_not_printed() {
    for example in RECEIVERS {
        let receiver = Receiver::start(with_secret(example));
        for body in ["", "[]", "null", "{", "{}{}", "event=lead.created"] {
            let (status, text) = post(&receiver, body).await;
            assert_eq!(status, 400, "{example}: {body}");
            assert!(!text.is_empty(), "{example}: {body}: a sender that signs is told more");
        }
        assert_eq!(post(&receiver, EVENT).await, success(), "{example}");
        assert_eq!(
            receiver.line(),
            "Received valid webhook event: agent.created",
            "{example}"
        );
    }
}

#[tokio::test]
async fn requests_are_answered_when_stdout_is_closed() {
    for example in RECEIVERS {
        let receiver = Receiver::deaf(with_secret(example));
        for _ in 0..2 {
            assert_eq!(post(&receiver, EVENT).await, success(), "{example}");
            let forged = signed("another", TestBody::one(EVENT));
            let response = Protocol::Http1.send(receiver.address, forged).await.unwrap();
            assert_eq!(response.status(), 403, "{example}");
        }
    }
}

#[tokio::test]
async fn other_methods_and_paths_are_not_verified() {
    for example in RECEIVERS {
        let receiver = Receiver::start(with_secret(example));
        for (method, path, status) in [
            ("GET", PATH, 405),
            ("PUT", PATH, 405),
            ("POST", "/", 404),
            ("POST", "/webhooks/knowrithm/more", 404),
        ] {
            let request = Request::builder().method(method).uri(path);
            let request = request.body(TestBody::one(EVENT)).unwrap();
            let response = Protocol::Http1.send(receiver.address, request).await.unwrap();
            assert_eq!(response.status(), status, "{example}: {method} {path}");
        }
    }
}
