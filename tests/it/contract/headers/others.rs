//! Other headers of a provider: a second signature, one that GitHub's scheme ignores, one that the scheme of `acme.rs`
//! signs, and the type of Twilio's forms.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use tower_webhook::RejectionKind::{DuplicateSignature, MalformedSignature, MissingSignature, SignatureMismatch};
use tower_webhook::test::TestBody;

use super::super::acme::CHANNEL;
use super::super::case::Case;
use super::super::provider::{Provider, request};
use super::event;
use crate::support::EVENT;

pub(super) fn cases(of: Provider) -> Vec<Case> {
    match of {
        Provider::GitHub => sha_1(),
        Provider::Custom => channel(),
        Provider::Twilio => forms(),
        Provider::BoxCom => second(of, &HeaderName::from_static("box-signature-secondary")),
        Provider::Gitea => second(of, &HeaderName::from_static("x-forgejo-signature")),
        _ => Vec::new(),
    }
}

/// A header with another signature, either of which is enough.
fn second(of: Provider, name: &HeaderName) -> Vec<Case> {
    let (right, wrong) = (of.signature(EVENT), of.signature("another"));
    let with = |first: Option<&HeaderValue>, seconds: &[&HeaderValue]| {
        let mut headers = of.sign(EVENT);
        headers.remove(of.signature_name());
        headers.extend(first.map(|value| (of.signature_name(), value.clone())));
        for value in seconds {
            headers.append(name, (*value).clone());
        }
        move || request(headers.clone(), event())
    };
    let malformed = HeaderValue::from_static("");
    vec![
        Case::accepts(of, "the second signature alone", EVENT, with(None, &[&right])),
        Case::accepts(of, "the second signature as well", EVENT, with(Some(&right), &[&right])),
        Case::accepts(of, "the first signature is wrong", EVENT, with(Some(&wrong), &[&right])),
        Case::accepts(
            of,
            "the second signature is wrong",
            EVENT,
            with(Some(&right), &[&wrong]),
        ),
        Case::refuses(
            of,
            "both signatures are wrong",
            SignatureMismatch,
            with(Some(&wrong), &[&wrong]),
        )
        .polled(2),
        Case::refuses(
            of,
            "the second signature is empty",
            MalformedSignature,
            with(Some(&right), &[&malformed]),
        )
        .naming(name),
        Case::refuses(
            of,
            "two second signatures",
            DuplicateSignature,
            with(Some(&right), &[&right, &right]),
        )
        .naming(name),
    ]
}

/// A well-formed value.
const SHA_1: &str = "sha1=0000000000000000000000000000000000000000";

/// GitHub's older header, which is ignored.
fn sha_1() -> Vec<Case> {
    let of = Provider::GitHub;
    let beside = |name: &'static str, values: &'static [&'static str]| {
        Case::accepts(of, name, EVENT, move || {
            let mut request = of.signed(EVENT, event());
            for value in values {
                request
                    .headers_mut()
                    .append("x-hub-signature", HeaderValue::from_static(value));
            }
            request
        })
    };
    vec![
        Case::refuses(of, "a SHA-1 header alone", MissingSignature, move || {
            let mut request = of.headed_by([], event());
            request
                .headers_mut()
                .insert("x-hub-signature", HeaderValue::from_static(SHA_1));
            request
        }),
        beside("a SHA-1 header as well", &[SHA_1]),
        beside("a malformed SHA-1 header as well", &["?"]),
        beside("two SHA-1 headers as well", &[SHA_1, "sha1="]),
    ]
}

const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";

/// Forms, of which the decoded fields are signed in the order of their names.
fn forms() -> Vec<Case> {
    let of = Provider::Twilio;
    let typed = move |content_type: &'static str, signed: &'static str, sent: &'static str| {
        move || {
            let mut form = request(HeaderMap::new(), signed.as_bytes());
            let form_type = HeaderValue::from_static(FORM);
            form.headers_mut().insert(CONTENT_TYPE, form_type);
            let mut form = of.signer(&of.secret()).sign(form).map(|_| TestBody::one(sent));
            let content_type = HeaderValue::from_static(content_type);
            form.headers_mut().insert(CONTENT_TYPE, content_type);
            form
        }
    };
    let signed = "From=%2B14158675309&Body=a+b%3Dc%26d&Empty=&Digits=5678&Digits=1234&Digits=1234";
    let mut cases = vec![
        Case::accepts(of, "a form", signed, typed(FORM, signed, signed)).uncopied(),
        Case::accepts(of, "a form of no field", "", typed(FORM, "", "")),
        Case::refuses(
            of,
            "a form that is said to be JSON",
            SignatureMismatch,
            typed("application/json", signed, signed),
        )
        .polled(2),
        Case::refuses(of, "two types of content", DuplicateSignature, move || {
            let mut form = typed(FORM, signed, signed)();
            form.headers_mut().append(CONTENT_TYPE, HeaderValue::from_static(FORM));
            form
        })
        .naming(&CONTENT_TYPE),
        Case::accepts(of, "a form of 1024 fields", many(1024), move || {
            typed(FORM, "x=", "x=")().map(|_| TestBody::one(many(1024)))
        }),
        Case::refuses(of, "a form of 1025 fields", MalformedSignature, move || {
            typed(FORM, "x=", "x=")().map(|_| TestBody::one(many(1025)))
        })
        .in_the_body(),
    ];
    // The same decoded fields in another form are signed as well.
    let same = "Digits=1234&Body=%61%20b%3dc%26d&Digits=5678&Empty&From=%2b14158675309";
    cases.push(Case::accepts(
        of,
        "the fields in another form",
        same,
        typed(FORM, signed, same),
    ));
    for (what, other) in [
        (
            "a value differs",
            "From=%2B14158675308&Body=a+b%3Dc%26d&Empty=&Digits=5678&Digits=1234",
        ),
        (
            "a blank is no plus",
            "From=+14158675309&Body=a+b%3Dc%26d&Empty=&Digits=5678&Digits=1234",
        ),
        (
            "a value is missing",
            "From=%2B14158675309&Body=a+b%3Dc%26d&Empty=&Digits=5678",
        ),
        (
            "a field is missing",
            "From=%2B14158675309&Body=a+b%3Dc%26d&Digits=5678&Digits=1234",
        ),
        (
            "a field is added",
            "From=%2B14158675309&Body=a+b%3Dc%26d&Empty=&Digits=5678&Digits=1234&x",
        ),
        (
            "a value is not decoded",
            "From=%252B14158675309&Body=a+b%3Dc%26d&Empty=&Digits=5678&Digits=1234",
        ),
    ] {
        cases.push(
            Case::refuses(
                of,
                format!("a form: {what}"),
                SignatureMismatch,
                typed(FORM, signed, other),
            )
            .polled(2),
        );
    }
    cases
}

/// The same field so many times.
fn many(fields: usize) -> String {
    vec!["x="; fields].join("&")
}

fn channel() -> Vec<Case> {
    let of = Provider::Custom;
    vec![
        Case::refuses(of, "the signed header is missing", MissingSignature, move || {
            let mut headers = of.sign(EVENT);
            headers.remove(&CHANNEL);
            request(headers, event())
        })
        .naming(&CHANNEL),
        Case::refuses(
            of,
            "the signed header has another value",
            SignatureMismatch,
            move || {
                let mut headers = of.sign(EVENT);
                headers.insert(&CHANNEL, HeaderValue::from_static("doors"));
                request(headers, event())
            },
        )
        .polled(2),
    ]
}
