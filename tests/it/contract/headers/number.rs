//! How many signature headers there are, and that they are judged before all else.

use http::{HeaderValue, Request};
use tower_webhook::Rejection::{self, BodyTooLarge, DuplicateSignature, MalformedSignature, MissingSignature};
use tower_webhook::test::TestBody;

use super::super::case::Case;
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
        missing(of, "no header, but a signature in the payload", move || {
            let signature = of.signature(EVENT);
            let payload = format!(r#"{{"event":"a","signature":"{}"}}"#, signature.to_str().unwrap());
            of.headed_by([], TestBody::one(payload))
        }),
        missing(of, "the signature in a header of another name", move || {
            let mut request = of.headed_by([], event());
            request.headers_mut().insert("x-signature", of.signature(EVENT));
            request
        }),
        doubled("two headers, the same", &right, &right),
        doubled("two headers, the second right", &wrong, &right),
        doubled("two headers, the first right", &right, &wrong),
        doubled("two headers, one of them empty", &right, &empty),
    ]
}

/// The signature header comes first, then Content-Length, then the body.
fn order(of: Provider) -> Vec<Case> {
    let lies = "hyper's client sends no Content-Length that is not the body's";
    vec![
        missing(of, "no header, and far too long", move || {
            long(of.headed_by([], event()))
        })
        .unsendable(lies),
        Case::refuses(of, "two headers, and far too long", DuplicateSignature, move || {
            let right = of.signature(EVENT);
            long(of.headed_by([right.clone(), right], event()))
        })
        .unsendable(lies),
        Case::refuses(of, "malformed, and far too long", MalformedSignature, move || {
            long(of.headed("?", event()))
        })
        .unsendable(lies),
        Case::refuses(of, "well-formed, and far too long", BodyTooLarge, move || {
            long(of.signed("another", event()))
        })
        .polled(0)
        .unsendable(lies),
        Case::refuses(of, "malformed, and the body fails", MalformedSignature, move || {
            of.headed("?", TestBody::new().fail())
        })
        .unsendable("who aborts a request gets no answer"),
        missing(of, "no header, and the body never comes", move || {
            of.headed_by([], TestBody::new().stall())
        }),
    ]
}

fn missing(of: Provider, name: &'static str, request: impl Fn() -> Request<TestBody> + 'static) -> Case {
    const REJECTION: Rejection = MissingSignature;
    Case::refuses(of, name, REJECTION, request)
}

fn long(mut request: Request<TestBody>) -> Request<TestBody> {
    let length = HeaderValue::from(3 * 1024 * 1024);
    request.headers_mut().insert("content-length", length);
    request
}
