//! Headers of a provider beside the signature's, which do not count; and those that a scheme of one's own signs.

use http::HeaderValue;
use tower_webhook::Rejection::{MissingSignature, SignatureMismatch};

use super::super::case::Case;
use super::super::provider::{Provider, request};
use super::event;
use crate::support::EVENT;

pub(super) fn cases(of: Provider) -> Vec<Case> {
    match of {
        Provider::GitHub => sha_1(),
        Provider::Custom => channel(),
        _ => Vec::new(),
    }
}

/// Of the right form; which MAC it is does not matter.
const SHA_1: &str = "sha1=0000000000000000000000000000000000000000";

/// GitHub's older header, which is not looked at.
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
        beside("a SHA-1 header besides", &[SHA_1]),
        beside("a SHA-1 header of another form besides", &["?"]),
        beside("two SHA-1 headers besides", &[SHA_1, "sha1="]),
    ]
}

fn channel() -> Vec<Case> {
    let of = Provider::Custom;
    vec![
        Case::refuses(of, "without the header that is signed", MissingSignature, move || {
            let mut headers = of.sign(EVENT);
            headers.remove("x-acme-channel");
            request(headers, event())
        }),
        Case::refuses(
            of,
            "another value of the header that is signed",
            SignatureMismatch,
            move || {
                let mut headers = of.sign(EVENT);
                headers.insert("x-acme-channel", HeaderValue::from_static("doors"));
                request(headers, event())
            },
        )
        .polled(2),
    ]
}
