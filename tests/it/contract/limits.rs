//! The size limit: announced too large is refused unread, grown too large is refused there and then.

use bytes::Bytes;
use http::{HeaderValue, Request};
use tower_webhook::Rejection::{self, BodyTooLarge};
use tower_webhook::Verifier;

use super::case::Case;
use crate::support::body::TestBody;
use crate::support::{request, signature, signed, verifier};

const LIMIT: usize = 100;
const DEFAULT_LIMIT: usize = 2 * 1024 * 1024;
const LIES: &str = "hyper's client sends no length that is not the body's";
const STILL_SENDING: &str = "the answer comes, and the connection closes, while the client still sends";

pub(super) fn cases() -> Vec<Case> {
    [announced(), grown(), within(), other_limits()]
        .into_iter()
        .flatten()
        .collect()
}

fn announced() -> Vec<Case> {
    vec![
        refuses("Content-Length one over the limit", || {
            with_length("101", signed(content(101), TestBody::one(content(101))))
        })
        .polled(0),
        refuses("Content-Length over the limit, little sent", || {
            with_length("101", signed("{}", TestBody::one("{}")))
        })
        .polled(0)
        .unsendable(LIES),
        refuses("Content-Length as large as can be", || {
            with_length("18446744073709551615", signed("{}", TestBody::one("{}")))
        })
        .polled(0)
        .unsendable(LIES),
        refuses("two Content-Lengths, one of them over the limit", || {
            let mut request = with_length("2", signed("{}", TestBody::one("{}")));
            request
                .headers_mut()
                .append("content-length", HeaderValue::from_static("101"));
            request
        })
        .polled(0)
        .unsendable(LIES),
        refuses("a size_hint one over the limit", || {
            signed(content(101), TestBody::one(content(101)).hint(101, Some(101)))
        })
        .unread_given_the_hint(),
        refuses("a size_hint over the limit, without an upper bound", || {
            signed(content(101), TestBody::one(content(101)).hint(101, None))
        })
        .unread_given_the_hint(),
        Case::refuses("Content-Length one over the default limit", BodyTooLarge, || {
            let body = TestBody::one(content(DEFAULT_LIMIT + 1));
            with_length("2097153", signed("never hashed", body))
        })
        .polled(0)
        .unsendable(STILL_SENDING),
    ]
}

fn grown() -> Vec<Case> {
    vec![
        refuses("one frame over the limit", || {
            signed(content(101), TestBody::one(content(101)))
        })
        .polled(1),
        refuses("the second frame goes over the limit", || {
            signed(content(101), TestBody::frames([content(100), content(1), content(100)]))
        })
        .polled(2)
        .unsendable(STILL_SENDING),
        refuses("small frames go over the limit", || {
            signed(content(300), TestBody::frames(vec![content(1); 300]))
        })
        .polled(101)
        .unsendable(STILL_SENDING),
        refuses("a frame in two pieces goes over the limit", || {
            signed(
                content(101),
                TestBody::default().segments(content(100), content(1)).stall(),
            )
        })
        .polled(1),
        refuses("over the limit, and then nothing more", || {
            signed(content(101), TestBody::one(content(101)).stall())
        })
        .polled(1),
        refuses("over the limit, whatever Content-Length said", || {
            with_length("2", signed(content(101), TestBody::one(content(101)).stall()))
        })
        .polled(1)
        .unsendable(LIES),
        refuses("over the limit, whatever the size_hint said", || {
            signed(
                content(101),
                TestBody::one(content(101)).hint(0, Some(2)).claim_end().stall(),
            )
        })
        .polled(1)
        .unsendable(LIES),
        Case::refuses("one byte over the default limit", BodyTooLarge, || {
            let body = TestBody::frames([content(DEFAULT_LIMIT), content(1)]).stall();
            signed("never compared", body)
        })
        .polled(2),
        Case::refuses("empty frames without end", BodyTooLarge, || {
            let body = (0..2000).fold(TestBody::one("{}"), |body, _| body.frame(""));
            signed("{}", body)
        })
        .polled(1026)
        .unsendable("hyper's client sends no empty frames"),
    ]
}

fn within() -> Vec<Case> {
    vec![
        accepts("as large as the limit, in one frame", || TestBody::one(content(100))).uncopied(),
        accepts("as large as the limit, in frames", || {
            TestBody::frames([content(99), content(1)])
        }),
        accepts("as large as the limit, in pieces", || {
            TestBody::default().segments(content(99), content(1))
        }),
        accepts("as large as the limit, and saying so", || {
            TestBody::one(content(100)).hint(100, Some(100))
        })
        .uncopied(),
        accepts("as large as the limit, and perhaps larger", || {
            TestBody::one(content(100)).hint(0, Some(101))
        })
        .uncopied(),
        Case::accepts("Content-Length as large as the limit", content(100), || {
            with_length("100", signed(content(100), TestBody::one(content(100))))
        })
        .by(limited)
        .uncopied(),
        {
            let content = Bytes::from(content(DEFAULT_LIMIT));
            let signature = signature(&content);
            Case::accepts("as large as the default limit", content.clone(), move || {
                request([signature.clone()], TestBody::frames([content.clone()]))
            })
        }
        .uncopied(),
    ]
}

fn other_limits() -> Vec<Case> {
    vec![
        Case::accepts("nothing, where nothing is allowed", "", || {
            signed("", TestBody::default())
        })
        .by(|| verifier().max_body(0)),
        Case::refuses("one byte, where nothing is allowed", BodyTooLarge, || {
            signed("0", TestBody::one("0"))
        })
        .by(|| verifier().max_body(0))
        .polled(1),
        Case::accepts("more than the limit was, where all is allowed", content(101), || {
            with_length("101", signed(content(101), TestBody::one(content(101))))
        })
        .by(|| limited().insecure_unlimited_body())
        .uncopied(),
    ]
}

fn limited() -> Verifier {
    verifier().max_body(LIMIT)
}

fn refuses(name: &'static str, request: fn() -> Request<TestBody>) -> Case {
    const REJECTION: Rejection = BodyTooLarge;
    Case::refuses(name, REJECTION, request).by(limited)
}

fn accepts(name: &'static str, body: fn() -> TestBody) -> Case {
    Case::accepts(name, content(LIMIT), move || signed(content(LIMIT), body())).by(limited)
}

fn content(length: usize) -> Vec<u8> {
    vec![b'x'; length]
}

fn with_length(length: &'static str, mut request: Request<TestBody>) -> Request<TestBody> {
    let length = HeaderValue::from_static(length);
    request.headers_mut().insert("content-length", length);
    request
}
