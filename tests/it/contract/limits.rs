//! The size limit: a body announced too large is not read, and one that grows too large is not read on.

use bytes::Bytes;
use http::{HeaderValue, Request};
use tower_webhook::RejectionKind::{self, BodyTooLarge};
use tower_webhook::Verifier;
use tower_webhook::test::TestBody;

use super::case::Case;
use super::provider::{Provider, request};

const LIMIT: usize = 100;
const DEFAULT_LIMIT: usize = 2 * 1024 * 1024;
const LIES: &str = "hyper's client sends the length of the body alone";
const STILL_SENDING: &str = "the connection is closed while the client still sends";

pub(super) fn cases(of: Provider) -> Vec<Case> {
    [announced(of), grown(of), within(of), other_limits(of)]
        .into_iter()
        .flatten()
        .collect()
}

fn announced(of: Provider) -> Vec<Case> {
    vec![
        refuses(of, "Content-Length one over the limit", move || {
            with_length("101", of.signed(content(101), TestBody::one(content(101))))
        })
        .polled(0),
        refuses(of, "Content-Length over the limit, little sent", move || {
            with_length("101", of.signed("{}", TestBody::one("{}")))
        })
        .polled(0)
        .unsendable(LIES),
        refuses(of, "the largest Content-Length", move || {
            with_length("18446744073709551615", of.signed("{}", TestBody::one("{}")))
        })
        .polled(0)
        .unsendable(LIES),
        refuses(of, "two Content-Lengths, one of them over the limit", move || {
            let mut request = with_length("2", of.signed("{}", TestBody::one("{}")));
            request
                .headers_mut()
                .append("content-length", HeaderValue::from_static("101"));
            request
        })
        .polled(0)
        .unsendable(LIES),
        refuses(of, "a size_hint one over the limit", move || {
            of.signed(content(101), TestBody::one(content(101)).claiming_size(101, Some(101)))
        })
        .unread_given_the_hint(),
        refuses(of, "a size_hint over the limit, without an upper bound", move || {
            of.signed(content(101), TestBody::one(content(101)).claiming_size(101, None))
        })
        .unread_given_the_hint(),
        Case::refuses(
            of,
            "Content-Length one over the default limit",
            BodyTooLarge,
            move || {
                let body = TestBody::one(content(DEFAULT_LIMIT + 1));
                with_length("2097153", of.signed("never hashed", body))
            },
        )
        .polled(0)
        .by(move || with_default_limit(of))
        .unsendable(STILL_SENDING),
    ]
}

fn grown(of: Provider) -> Vec<Case> {
    vec![
        refuses(of, "one frame over the limit", move || {
            of.signed(content(101), TestBody::one(content(101)))
        })
        .polled(1),
        refuses(of, "the second frame goes over the limit", move || {
            of.signed(content(101), TestBody::frames([content(100), content(1), content(100)]))
        })
        .polled(2)
        .unsendable(STILL_SENDING),
        refuses(of, "small frames go over the limit", move || {
            of.signed(content(300), TestBody::frames(vec![content(1); 300]))
        })
        .polled(101)
        .unsendable(STILL_SENDING),
        refuses(of, "a frame in two pieces goes over the limit", move || {
            of.signed(content(101), TestBody::one(content(101)).stall())
        })
        .in_pieces(100)
        .polled(1),
        refuses(of, "over the limit, and the body never ends", move || {
            of.signed(content(101), TestBody::one(content(101)).stall())
        })
        .polled(1),
        refuses(of, "over the limit, with a smaller Content-Length", move || {
            with_length("2", of.signed(content(101), TestBody::one(content(101)).stall()))
        })
        .polled(1)
        .unsendable(LIES),
        refuses(of, "over the limit, with a smaller size_hint", move || {
            of.signed(
                content(101),
                TestBody::one(content(101))
                    .claiming_size(0, Some(2))
                    .claiming_end()
                    .stall(),
            )
        })
        .polled(1)
        .unsendable(LIES),
        Case::refuses(of, "one byte over the default limit", BodyTooLarge, move || {
            let body = TestBody::frames([content(DEFAULT_LIMIT), content(1)]).stall();
            of.signed("never compared", body)
        })
        .by(move || with_default_limit(of))
        .polled(2),
        Case::refuses(of, "more empty frames than are allowed", BodyTooLarge, move || {
            let body = (0..2000).fold(TestBody::one("{}"), |body, _| body.frame(""));
            of.signed("{}", body)
        })
        .polled(1026)
        .unsendable("hyper's client sends no empty frames"),
    ]
}

fn within(of: Provider) -> Vec<Case> {
    vec![
        accepts(of, "as large as the limit, in one frame", move || {
            TestBody::one(content(100))
        })
        .uncopied(),
        accepts(of, "as large as the limit, in frames", move || {
            TestBody::frames([content(99), content(1)])
        }),
        accepts(of, "as large as the limit, in pieces", move || {
            TestBody::one(content(100))
        })
        .in_pieces(99),
        accepts(of, "as large as the limit, with that size_hint", move || {
            TestBody::one(content(100)).claiming_size(100, Some(100))
        })
        .uncopied(),
        accepts(of, "as large as the limit, with a larger upper bound", move || {
            TestBody::one(content(100)).claiming_size(0, Some(101))
        })
        .uncopied(),
        Case::accepts(of, "Content-Length as large as the limit", content(100), move || {
            with_length("100", of.signed(content(100), TestBody::one(content(100))))
        })
        .by(move || limited(of))
        .uncopied(),
        {
            let content = Bytes::from(content(DEFAULT_LIMIT));
            let headers = of.sign(&content);
            Case::accepts(of, "as large as the default limit", content.clone(), move || {
                request(headers.clone(), TestBody::frames([content.clone()]))
            })
        }
        .by(move || with_default_limit(of))
        .uncopied(),
    ]
}

/// A verifier with the default limit, which GitHub's scheme raises.
pub(super) fn with_default_limit(of: Provider) -> Verifier {
    match of {
        Provider::GitHub => of.verifier().max_body(DEFAULT_LIMIT),
        _ => of.verifier(),
    }
}

fn other_limits(of: Provider) -> Vec<Case> {
    vec![
        Case::accepts(of, "empty, with a limit of zero", "", move || {
            of.signed("", TestBody::new())
        })
        .by(move || of.verifier().max_body(0)),
        Case::refuses(of, "one byte, with a limit of zero", BodyTooLarge, move || {
            of.signed("0", TestBody::one("0"))
        })
        .by(move || of.verifier().max_body(0))
        .polled(1),
        Case::accepts(
            of,
            "over the limit that was set before, without a limit",
            content(101),
            move || with_length("101", of.signed(content(101), TestBody::one(content(101)))),
        )
        .by(move || limited(of).insecure_unlimited_body())
        .uncopied(),
    ]
}

fn limited(of: Provider) -> Verifier {
    of.verifier().max_body(LIMIT)
}

fn refuses(of: Provider, name: &'static str, request: impl Fn() -> Request<TestBody> + 'static) -> Case {
    const KIND: RejectionKind = BodyTooLarge;
    Case::refuses(of, name, KIND, request).by(move || limited(of))
}

fn accepts(of: Provider, name: &'static str, body: impl Fn() -> TestBody + 'static) -> Case {
    Case::accepts(of, name, content(LIMIT), move || of.signed(content(LIMIT), body())).by(move || limited(of))
}

fn content(length: usize) -> Vec<u8> {
    vec![b'x'; length]
}

fn with_length(length: &'static str, mut request: Request<TestBody>) -> Request<TestBody> {
    let length = HeaderValue::from_static(length);
    request.headers_mut().insert("content-length", length);
    request
}
