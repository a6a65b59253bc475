//! The number of signature headers, and that they are judged before everything else.

use http::{HeaderValue, Request};
use tower_webhook::RejectionKind::{self, BodyTooLarge, DuplicateSignature, MalformedSignature, MissingSignature};
use tower_webhook::test::TestBody;

use super::super::case::Case;
use super::super::limits::with_default_limit;
use super::super::provider::Provider;
use super::event;
use crate::support::EVENT;

pub(super) fn cases(of: Provider) -> Vec<Case> {
    [number(of), order(of)].into_iter().flatten().collect()
}

fn number(of: Provider) -> Vec<Case> {
    let doubled = |name, first: &HeaderValue, second: &HeaderValue| {
        let values = [first.clone(), second.clone()];
        Case::refuses(of, name, DuplicateSignature, move || {
            of.headed_by(values.clone(), event())
        })
    };
    let (right, wrong, empty) = (
        of.signature(EVENT),
        of.signature("another"),
        HeaderValue::from_static(""),
    );
    vec![
        missing(of, "no signature header", move || of.headed_by([], event())),
        missing(of, "no signature header, no body", move || {
            of.headed_by([], TestBody::new())
        }),
        missing(of, "no signature header, and a signature in the payload", move || {
            let signature = of.signature(EVENT);
            let payload = format!(r#"{{"event":"a","signature":"{}"}}"#, signature.to_str().unwrap());
            of.headed_by([], TestBody::one(payload))
        }),
        missing(of, "the signature in a header of another name", move || {
            let mut request = of.headed_by([], event());
            request.headers_mut().insert("x-other-signature", of.signature(EVENT));
            request
        }),
        doubled("two signature headers, both right", &right, &right),
        doubled("two signature headers, the second right", &wrong, &right),
        doubled("two signature headers, the first right", &right, &wrong),
        doubled("two signature headers, one empty", &right, &empty),
    ]
}

/// The signature header is judged first, then Content-Length, then the body.
fn order(of: Provider) -> Vec<Case> {
    let lies = "hyper's client sends the length of the body alone";
    vec![
        missing(of, "no signature header, and too long", move || {
            long(of.headed_by([], event()))
        })
        .unsendable(lies),
        Case::refuses(
            of,
            "two signature headers, and too long",
            DuplicateSignature,
            move || {
                let right = of.signature(EVENT);
                long(of.headed_by([right.clone(), right], event()))
            },
        )
        .unsendable(lies),
        Case::refuses(of, "malformed, and too long", MalformedSignature, move || {
            long(of.headed(of.malformed(), event()))
        })
        .unsendable(lies),
        Case::refuses(of, "well-formed, and too long", BodyTooLarge, move || {
            long(of.signed("another", event()))
        })
        .by(move || with_default_limit(of))
        .polled(0)
        .unsendable(lies),
        Case::refuses(of, "malformed, and the body fails", MalformedSignature, move || {
            of.headed(of.malformed(), TestBody::new().fail())
        })
        .unsendable("a client that aborts its request gets no answer"),
        missing(of, "no signature header, and the body never arrives", move || {
            of.headed_by([], TestBody::new().stall())
        }),
    ]
}

fn missing(of: Provider, name: &'static str, request: impl Fn() -> Request<TestBody> + 'static) -> Case {
    const KIND: RejectionKind = MissingSignature;
    Case::refuses(of, name, KIND, request)
}

fn long(mut request: Request<TestBody>) -> Request<TestBody> {
    let length = HeaderValue::from(3 * 1024 * 1024);
    request.headers_mut().insert("content-length", length);
    request
}
