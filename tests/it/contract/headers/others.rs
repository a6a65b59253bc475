//! Other headers of a provider: a second signature, one that GitHub's scheme ignores, and one that the scheme of
//! `acme.rs` signs.

use http::{HeaderName, HeaderValue};
use tower_webhook::RejectionKind::{DuplicateSignature, MalformedSignature, MissingSignature, SignatureMismatch};

use super::super::acme::CHANNEL;
use super::super::case::Case;
use super::super::provider::{Provider, request};
use super::event;
use crate::support::EVENT;

pub(super) fn cases(of: Provider) -> Vec<Case> {
    match of {
        Provider::GitHub => sha_1(),
        Provider::Custom => channel(),
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
