//! The vendor's events as an axum handler gets them: `VerifiedJson<Event>` of a signed body.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::routing::post;
use knowrithm_events::{Event, Kind, samples};
use tower::ServiceExt;
use tower_webhook::VerifyLayer;
use tower_webhook_axum::VerifiedJson;

use crate::support::{signed, verifier};

async fn receive(event: VerifiedJson<Event>) -> String {
    match event.into_inner().kind {
        Kind::LeadCreated(lead) => format!("lead {:?}", lead.email),
        Kind::ConversationEnded(conversation) => format!("rated {:?}", conversation.rating()),
        Kind::Unknown(unknown) => format!("unknown {:?}: {}", unknown.name, unknown.raw.text()),
        other => other.name().unwrap_or_default().to_owned(),
    }
}

/// The answer of the handler to a signed body.
async fn answer(body: &str) -> (u16, String) {
    let app = Router::new()
        .fallback_service(post(receive))
        .layer(VerifyLayer::new(verifier()));
    let request = signed(body, Body::from(body.to_owned()));
    let response = app.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let text = to_bytes(response.into_body(), 4096).await.unwrap();
    (status, String::from_utf8(text.into()).unwrap())
}

#[tokio::test]
async fn every_sample_reaches_the_handler() {
    for sample in samples() {
        let told = match sample.name {
            "lead.created" => r#"lead Some("john.doe@example.com")"#,
            "conversation.ended" => "rated Some(2.0)",
            name => name,
        };
        assert_eq!(answer(sample.json).await, (200, told.to_owned()));
    }
}

#[tokio::test]
async fn a_payload_of_an_unexpected_shape_reaches_the_handler() {
    for (body, told) in [
        (
            r#"{"event":"conversation.ended","data":{"rating":"bad"}}"#,
            "rated None",
        ),
        (
            r#"{"event":"lead.created","data":{"email":"a","email":"b"}}"#,
            r#"lead Some("b")"#,
        ),
        (r#"{"event":"lead.created","timestamp":5}"#, "lead None"),
        (
            r#"{"event":"never.heard.of", "budget":1e400}"#,
            r#"unknown Some("never.heard.of"): {"event":"never.heard.of", "budget":1e400}"#,
        ),
        ("{}", "unknown None: {}"),
    ] {
        assert_eq!(answer(body).await, (200, told.to_owned()));
    }
}

#[tokio::test]
async fn a_body_that_is_not_a_json_object_is_refused_with_the_reason() {
    for (body, reason) in [
        ("[]", "expected a JSON object"),
        (r#"{"event":}"#, "expected value at line 1 column 10"),
    ] {
        let refused = format!("the verified body is not the JSON expected: {reason}");
        assert_eq!(answer(body).await, (400, refused));
    }
}
