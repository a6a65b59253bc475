//! The vendor's events as a handler gets them: `VerifiedJson` of a signed body, over axum.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::routing::post;
use knowrithm_events::{Event, Kind, Strict, samples};
use tower::ServiceExt;
use tower_webhook::VerifyLayer;
use tower_webhook_axum::VerifiedJson;

use crate::support::{signed, verifier};

async fn lenient(VerifiedJson(event): VerifiedJson<Event>) -> String {
    match event.kind {
        Kind::LeadCreated(lead) => format!("lead {:?}", lead.email.unwrap_or_default()),
        Kind::ConversationEnded(talk) => format!("rated {:?}", talk.rating.map(|rating| rating.value())),
        Kind::Unknown(unknown) => format!("unknown {:?} in {} bytes", unknown.name, unknown.raw.text().len()),
        other => other.name().unwrap_or_default().to_owned(),
    }
}

async fn strict(VerifiedJson(Strict(event)): VerifiedJson<Strict>) -> String {
    event.name().unwrap_or_default().to_owned()
}

/// The answers of the two handlers to a body that was signed.
async fn answers(body: &str) -> [(u16, String); 2] {
    let verify = VerifyLayer::new(verifier());
    let routes = [post(lenient), post(strict)].map(|handler| Router::new().fallback(handler).layer(verify.clone()));
    let mut answers = Vec::new();
    for route in routes {
        let request = signed(body, Body::from(body.to_owned()));
        let response = route.oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let text = to_bytes(response.into_body(), 4096).await.unwrap();
        answers.push((status, String::from_utf8(text.into()).unwrap()));
    }
    answers.try_into().unwrap()
}

#[tokio::test]
async fn every_sample_reaches_both_handlers() {
    for sample in samples() {
        let [lenient, strict] = answers(sample.json).await;
        let told = match sample.name {
            "lead.created" => "lead \"john.doe@example.com\"",
            "conversation.ended" => "rated Some(2.0)",
            name => name,
        };
        assert_eq!(lenient, (200, told.to_owned()));
        assert_eq!(strict, (200, sample.name.to_owned()));
    }
}

#[tokio::test]
async fn what_is_not_as_documented_is_kept_or_named() {
    for (body, kept, named) in [
        (
            r#"{"event":"conversation.ended","data":{"rating":"bad"}}"#,
            "rated None",
            "data.rating: expected a number, found a string",
        ),
        (
            r#"{"event":"lead.created","data":{"email":"a","email":"b"}}"#,
            "unknown Some(\"lead.created\") in 57 bytes",
            "data.email: there more than once",
        ),
        (
            r#"{"event":"lead.created","timestamp":"yesterday"}"#,
            "lead \"\"",
            "timestamp: expected an instant such as 2024-05-21T10:30:00Z, found a string",
        ),
        ("{}", "unknown None in 2 bytes", "event: missing"),
    ] {
        let [lenient, strict] = answers(body).await;
        assert_eq!(lenient, (200, kept.to_owned()));
        assert_eq!(
            strict,
            (400, format!("the verified body is not the JSON expected: {named}"))
        );
    }
}

#[tokio::test]
async fn what_is_no_object_is_refused_by_both() {
    for (body, reason) in [
        ("[]", "expected an object, found an array"),
        (r#"{"event":}"#, "expected value at line 1 column 10"),
    ] {
        let refused = (400, format!("the verified body is not the JSON expected: {reason}"));
        assert_eq!(answers(body).await, [refused.clone(), refused]);
    }
}
