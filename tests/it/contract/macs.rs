//! The MAC: a header of the right form whose digits are not those of this body under this secret.

use tower_webhook::Rejection::{BodyTooLarge, SignatureMismatch};

use super::case::Case;
use crate::support::body::TestBody;
use crate::support::{EVENT, digits, headed, request, signature_under, signed, verifier};

pub(super) fn cases() -> Vec<Case> {
    [digit_cases(), secret_cases(), body_cases(), shape_cases()]
        .into_iter()
        .flatten()
        .collect()
}

fn digit_cases() -> Vec<Case> {
    vec![
        mismatch("all zeros", || format!("sha256={}", "0".repeat(64))),
        mismatch("another digit in the first eighth", || altered(0)),
        mismatch("another digit in the second quarter", || altered(17)),
        mismatch("another digit in the third quarter", || altered(40)),
        mismatch("another digit at the end", || altered(63)),
        mismatch("the halves of the digits swapped", || {
            let digits = digits(EVENT);
            format!("sha256={}{}", &digits[32..], &digits[..32])
        }),
    ]
}

fn secret_cases() -> Vec<Case> {
    let under = |secret: &'static str| move || request([signature_under(secret, EVENT)], TestBody::one(EVENT));
    vec![
        Case::refuses("another secret", SignatureMismatch, under("whk_another")),
        Case::refuses(
            "the secret with a line break",
            SignatureMismatch,
            under("whk_the_secret_of_the_tests\n"),
        ),
        Case::refuses(
            "the secret in upper case",
            SignatureMismatch,
            under("WHK_THE_SECRET_OF_THE_TESTS"),
        ),
    ]
}

fn body_cases() -> Vec<Case> {
    vec![
        arrives_as("right for another body", "another", EVENT),
        arrives_as("the first byte changed", EVENT, &EVENT.replacen('{', "[", 1)),
        arrives_as(
            "the last byte changed",
            EVENT,
            &format!("{}]", &EVENT[..EVENT.len() - 1]),
        ),
        arrives_as(
            "a byte in the middle changed",
            EVENT,
            &EVENT.replace("agent_1", "agent_2"),
        ),
        arrives_as("a line break added", EVENT, &format!("{EVENT}\n")),
        arrives_as("the last byte missing", EVENT, &EVENT[..EVENT.len() - 1]),
        arrives_as("signed empty, arrives with data", "", EVENT),
        arrives_as("signed with data, arrives empty", EVENT, ""),
        arrives_as(
            "re-serialised",
            r#"{"event": "agent.created"}"#,
            r#"{"event":"agent.created"}"#,
        ),
        Case::refuses("two frames in the other order", SignatureMismatch, || {
            signed("{}[]", TestBody::frames(["[]", "{}"]))
        })
        .polled(3),
    ]
}

/// What a verifier would accept that reads less, or more, than the body.
fn shape_cases() -> Vec<Case> {
    vec![
        Case::refuses("signed is the first frame alone", SignatureMismatch, || {
            signed("{}", TestBody::frames(["{}", " "]))
        }),
        Case::refuses("signed are the first two of three frames", SignatureMismatch, || {
            signed("{}", TestBody::frames(["{", "}", " "]).claim_end())
        })
        .unsendable("hyper's client believes what a body says of itself"),
        Case::refuses("signed is the last frame alone", SignatureMismatch, || {
            signed("{}", TestBody::frames([" ", "{}"]))
        }),
        Case::refuses("signed is the first piece of a frame", SignatureMismatch, || {
            signed("{}", TestBody::default().segments("{}", "[]"))
        }),
        Case::refuses(
            "signed is the first piece of the second frame",
            SignatureMismatch,
            || signed("{}[", TestBody::default().frame("{}").segments("[", "]")),
        ),
        Case::refuses("signed are the trailers as well", SignatureMismatch, || {
            let trailers = [("x-more".parse().unwrap(), "signed".parse().unwrap())];
            signed(
                format!("{EVENT}signed"),
                TestBody::one(EVENT).trailers(trailers.into_iter().collect()),
            )
        }),
        Case::refuses("wrong and too long", BodyTooLarge, || {
            signed("another", TestBody::one(EVENT))
        })
        .by(|| verifier().max_body(EVENT.len() - 1))
        .polled(1),
    ]
}

fn mismatch(name: &'static str, value: impl Fn() -> String + 'static) -> Case {
    Case::refuses(name, SignatureMismatch, move || headed(value(), TestBody::one(EVENT))).polled(2)
}

fn arrives_as(name: &'static str, signed_content: &'static str, arrives: &str) -> Case {
    let arrives = arrives.to_owned();
    Case::refuses(name, SignatureMismatch, move || {
        signed(signed_content, TestBody::one(&arrives))
    })
    .polled(2)
}

/// The right header, but for the digit at this position.
fn altered(position: usize) -> String {
    let mut digits = digits(EVENT).into_bytes();
    digits[position] = if digits[position] == b'0' { b'1' } else { b'0' };
    format!("sha256={}", String::from_utf8(digits).unwrap())
}
