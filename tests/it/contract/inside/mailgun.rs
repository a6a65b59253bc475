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
    [of_json(), of_parents(), of_forms()].into_iter().flatten().collect()
}

fn of_json() -> Vec<Row> {
    let of = Provider::Mailgun;
    let at = |time| signed(of, "primary", time, EVENT, &HeaderMap::new());
    let changed = |name, from: &str, to: &str, wanted| changed(of, name, from, to, wanted);
    let digits = "\"signature\":\"";
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
        Row::new(of, "two types of content", genuine(of), Err(DuplicateSignature)).with(&["a/b", "a/b"]),
    ]
}

/// The content in a form, signed by the second secret.
fn form(content: &'static str) -> String {
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(FORM))]);
    let body = signed(Provider::Mailgun, "second", NOW, content, &headers);
    String::from_utf8(body.into()).unwrap()
}

/// An event of a subaccount has a second signature, under the key of the parent account.
fn of_parents() -> Vec<Row> {
    let of = Provider::Mailgun;
    let zeros = "0".repeat(64);
    let name = "\"parent-signature\":\"";
    let parent = genuine(of).replace("\"signature\":\"", name);
    let own = format!("\"signature\":\"{zeros}\",{name}");
    let two = format!("{name}{zeros}\",{name}{zeros}\",\"token\"");
    let of_form = form("event=opened").replace("&signature=", &format!("&signature={zeros}&parent-signature="));
    let and_wrong = |times| form("event=opened") + &format!("&parent-signature={zeros}").repeat(times);
    let row = |name, body: String, wanted| Row::new(of, name, body, wanted);
    vec![
        row(
            "the signature of the parent account alone",
            parent.clone(),
            Err(MissingSignature),
        ),
        row("the parent account signed", parent.replace(name, &own), Ok("primary")),
        changed(
            of,
            "two signatures of the parent account",
            "\"token\"",
            &two,
            Err(MissingSignature),
        ),
        row("a form that the parent account signed", of_form, Ok("second")).with(&[FORM]),
        row(
            "a form with a wrong signature of the parent account",
            and_wrong(1),
            Ok("second"),
        )
        .with(&[FORM]),
        row(
            "a form with two signatures of the parent account",
            and_wrong(2),
            Err(MissingSignature),
        )
        .with(&[FORM]),
    ]
}

fn of_forms() -> Vec<Row> {
    let of = Provider::Mailgun;
    vec![
        Row::new(of, "a form", form("event=opened"), Ok("second")).with(&[FORM]),
        Row::new(of, "a form of no other field", form(""), Ok("second")).with(&[FORM]),
        Row::new(of, "a form that is said to be JSON", form(""), Err(MalformedSignature)).with(&["application/json"]),
        Row::new(of, "a form without a signature", "event=opened", Err(MissingSignature)).with(&[FORM]),
        Row::new(of, "a form with two tokens", form("token=1"), Err(MissingSignature)).with(&[FORM]),
        Row::new(of, "a form of many fields", "x&".repeat(1025), Err(MalformedSignature)).with(&[FORM]),
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
