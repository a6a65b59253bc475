//! Mailgun's signature in JSON and in forms.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Request};
use tower_webhook::RejectionKind::{
    DuplicateSignature, MalformedSignature, MalformedTimestamp, MissingSignature, SignatureMismatch, TimestampInFuture,
    TimestampTooOld,
};

use super::super::provider::{NOW, Provider, named_secret};
use super::{Row, changed, genuine, signed, verifier};
use crate::support::PATH;

pub(super) const EVENT: &str = r#"{"event-data":{"event":"delivered","n":1}}"#;

const FORM: &str = "application/x-www-form-urlencoded";

pub(super) fn rows() -> Vec<Row> {
    let of = Provider::Mailgun;
    let at = |time| signed(of, "primary", time, EVENT, &HeaderMap::new());
    let row = |name, body: String, wanted| Row::new(of, name, body, wanted);
    let changed = |name, from, to, wanted| changed(of, name, from, to, wanted);
    let digits = "\"signature\":\"";
    let parent = genuine(of).replace(digits, "\"parent-signature\":\"");
    let own = format!("{digits}{}\",\"parent-signature\":\"", "0".repeat(64));
    let form = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(FORM))]);
    let of_form = |content: &'static str| signed(of, "second", NOW, content, &form);
    vec![
        Row::new(of, "an old time", at(NOW - 301), Err(TimestampTooOld)),
        Row::new(of, "a time in the window", at(NOW - 300), Ok("primary")),
        Row::new(of, "a time to come", at(NOW + 301), Err(TimestampInFuture)),
        changed("the time as a number", "\"1700000000\"", "1700000000", Ok("primary")),
        changed("another time", "1700000000", "1700000001", Err(SignatureMismatch)),
        changed(
            "a time of no number",
            "\"1700000000\"",
            "\"170000000x\"",
            Err(MalformedTimestamp),
        ),
        changed(
            "a time of a fraction",
            "\"1700000000\"",
            "1700000000.0",
            Err(MissingSignature),
        ),
        changed(
            "another event, which is not signed",
            "delivered",
            "complained",
            Ok("primary"),
        ),
        changed(
            "a token that is longer",
            "\"token\":\"",
            "\"token\":\"0",
            Err(MalformedSignature),
        ),
        changed(
            "a digit of the time in the token",
            "0\",\"token\":\"",
            "\",\"token\":\"0",
            Err(MalformedSignature),
        ),
        changed(
            "a signature that is longer",
            digits,
            "\"signature\":\"0",
            Err(MalformedSignature),
        ),
        changed(
            "a signature that is null",
            "\"token\"",
            "\"signature\":null,\"token\"",
            Err(MissingSignature),
        ),
        changed(
            "an object that is doubled",
            "\"event-data\"",
            "\"signature\":{},\"x\"",
            Err(MissingSignature),
        ),
        row(
            "the signature of the parent account alone",
            parent.clone(),
            Err(MissingSignature),
        ),
        row(
            "the parent account signed",
            parent.replace("\"parent-signature\":\"", &own),
            Ok("primary"),
        ),
        Row::new(of, "a form", of_form("event=opened"), Ok("second")).with(&[FORM]),
        Row::new(of, "a form of no other field", of_form(""), Ok("second")).with(&[FORM]),
        Row::new(
            of,
            "a form that is said to be JSON",
            of_form(""),
            Err(MalformedSignature),
        )
        .with(&["application/json"]),
        Row::new(of, "a form without a signature", "event=opened", Err(MissingSignature)).with(&[FORM]),
        Row::new(of, "a form with two tokens", of_form("token=1"), Err(MissingSignature)).with(&[FORM]),
        Row::new(of, "a form of many fields", "x&".repeat(1025), Err(MalformedSignature)).with(&[FORM]),
        Row::new(of, "two types of content", genuine(of), Err(DuplicateSignature)).with(&["a/b", "a/b"]),
    ]
}

#[test]
fn a_token_of_mailgun_identifies_its_delivery_whatever_the_event() {
    let of = Provider::Mailgun;
    let verified = |body: String| verifier(of).verify(&HeaderMap::new(), body).unwrap();
    let (first, second) = (
        verified(genuine(of)),
        verified(genuine(of).replace("delivered", "complained")),
    );
    assert_eq!(first.delivery_id().unwrap().len(), 50);
    assert_eq!(first.delivery_key(), second.delivery_key());

    let unsigned = Request::post(PATH).body(EVENT).unwrap();
    let signer = of.signer(&named_secret("primary")).timestamp(NOW).id("msg_2");
    let other = verifier(of)
        .verify(&HeaderMap::new(), signer.sign_body(unsigned).unwrap().into_body())
        .unwrap();
    assert_ne!(first.delivery_key(), other.delivery_key());
}
