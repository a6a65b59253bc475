//! Bodies of every shape: the signed bytes are accepted in any frames, and a body that breaks off is refused.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request};
use tower_webhook::RejectionKind::BodyRead;
use tower_webhook::test::TestBody;

use super::case::Case;
use super::provider::{Provider, request};
use crate::support::EVENT;

pub(super) fn cases(of: Provider) -> Vec<Case> {
    [contents(of), frames(of), claims(of), broken(of)]
        .into_iter()
        .flatten()
        .collect()
}

fn contents(of: Provider) -> Vec<Case> {
    let any_bytes: Vec<u8> = (0..=u8::MAX).collect();
    vec![
        one_frame(of, "an event", EVENT),
        one_frame(of, "one byte", "0"),
        one_frame(of, "not UTF-8", b"\xff\xfe{}\x80"),
        one_frame(of, "every value of a byte", any_bytes),
        one_frame(of, "nothing but zero bytes", [0; 64]),
        one_frame(of, "white space around an event", format!("\r\n {EVENT} \n")),
        one_frame(
            of,
            "a signature in the payload",
            r#"{"event":"a","signature":"sha256=0"}"#,
        ),
        one_frame(of, "many blocks of the hash", pattern(100_000)),
        Case::accepts(of, "empty: no frame", "", move || of.signed("", TestBody::new())),
        Case::accepts(of, "empty: an empty frame", "", move || {
            of.signed("", TestBody::frames([""]))
        }),
    ]
}

fn frames(of: Provider) -> Vec<Case> {
    vec![
        Case::accepts(of, "two frames", EVENT, move || {
            let (first, second) = EVENT.split_at(10);
            of.signed(EVENT, TestBody::frames([first, second]))
        }),
        Case::accepts(of, "frames of one byte", EVENT, move || {
            of.signed(EVENT, TestBody::frames(EVENT.bytes().map(|byte| vec![byte])))
        }),
        Case::accepts(of, "frames of 16 KiB", pattern(100_000), move || {
            let content = pattern(100_000);
            let frames = content.chunks(16 * 1024).map(Bytes::copy_from_slice);
            of.signed(&content, TestBody::frames(frames))
        }),
        Case::accepts(of, "a small frame, then a large one", pattern(70_000), move || {
            let mut content = pattern(70_000);
            of.signed(content.clone(), TestBody::frames([content.split_to(1), content]))
        }),
        Case::accepts(of, "empty frames among others", EVENT, move || {
            let (first, second) = EVENT.split_at(10);
            of.signed(EVENT, TestBody::frames(["", first, "", "", second, ""]))
        }),
        Case::accepts(of, "empty frames around one", EVENT, move || {
            of.signed(EVENT, TestBody::one(EVENT).frame("").frame(""))
        })
        .uncopied(),
        Case::accepts(of, "as many empty frames as are allowed", EVENT, move || {
            of.signed(EVENT, (0..1024).fold(TestBody::one(EVENT), |body, _| body.frame("")))
        })
        .unsendable("HTTP/2 servers hang up on so many empty frames")
        .uncopied(),
        Case::accepts(of, "a frame in two pieces", EVENT, move || {
            of.signed(EVENT, TestBody::one(EVENT))
        })
        .in_pieces(10),
        Case::accepts(of, "frames in two pieces each", EVENT, move || {
            of.signed(EVENT, TestBody::chunks(EVENT, 10))
        })
        .in_pieces(5),
        Case::accepts(of, "trailers, which are dropped", EVENT, move || {
            let mut request = of.signed(EVENT, TestBody::one(EVENT).trailers(checksum()));
            request
                .headers_mut()
                .insert("trailer", HeaderValue::from_static("x-checksum"));
            request
        })
        .uncopied(),
        Case::accepts(of, "trailers alone, which are dropped", "", move || {
            of.signed("", TestBody::new().trailers(checksum()))
        }),
        Case::accepts(of, "pauses between the frames", EVENT, move || {
            let (first, second) = EVENT.split_at(10);
            let body = TestBody::new().pause().frame(first).pause();
            of.signed(EVENT, body.frame(second).pause())
        }),
    ]
}

/// Claims of a body or a header about the size or the end of the body, true and false.
fn claims(of: Provider) -> Vec<Case> {
    let lies = "hyper's client relies on the claims of a body";
    vec![
        one_frame_with(of, "a body that knows its size", move || {
            TestBody::one(EVENT).claiming_size(49, Some(49))
        }),
        one_frame_with(of, "a body that claims to be at its end", move || {
            TestBody::one(EVENT).claiming_end()
        })
        .unsendable(lies),
        one_frame_with(of, "a body that claims to be empty", move || {
            TestBody::one(EVENT).claiming_size(0, Some(0))
        })
        .unsendable(lies),
        one_frame_with(of, "a body that claims a mebibyte", move || {
            TestBody::one(EVENT).claiming_size(1024 * 1024, Some(1024 * 1024))
        })
        .unsendable(lies),
        Case::accepts(
            of,
            "a body of two frames that claims to end after the first",
            EVENT,
            move || {
                let (first, second) = EVENT.split_at(10);
                of.signed(
                    EVENT,
                    TestBody::frames([first, second])
                        .claiming_size(0, Some(0))
                        .claiming_end(),
                )
            },
        )
        .unsendable(lies),
        Case::accepts(
            of,
            "three frames, each of which claims to be the last",
            EVENT,
            move || of.signed(EVENT, in_three().claiming_end()),
        )
        .unsendable(lies),
        Case::accepts(
            of,
            "a pause after a frame that claims to be the last",
            EVENT,
            move || {
                let (first, rest) = EVENT.split_at(10);
                let (second, third) = rest.split_at(10);
                let body = TestBody::frames([first]).pause().frame(second).pause();
                of.signed(EVENT, body.frame(third).claiming_end())
            },
        )
        .unsendable(lies),
        content_length(of, "a Content-Length that is true", "49"),
        content_length(of, "a Content-Length that is too small", "1").unsendable(lies),
        content_length(of, "a Content-Length that is too large", "2000").unsendable(lies),
        content_length(of, "a Content-Length that is no number", "many").unsendable(lies),
    ]
}

fn broken(of: Provider) -> Vec<Case> {
    let aborted = "a client that aborts its request gets no answer";
    vec![
        Case::refuses(of, "the body fails at once", BodyRead, move || {
            of.signed("", TestBody::new().fail())
        })
        .polled(1)
        .unsendable(aborted),
        Case::refuses(of, "the body fails midway", BodyRead, move || {
            of.signed(EVENT, TestBody::one(&EVENT[..10]).fail())
        })
        .polled(2)
        .unsendable(aborted),
        Case::refuses(of, "the body fails after its last byte", BodyRead, move || {
            of.signed(EVENT, TestBody::one(EVENT).fail())
        })
        .polled(2)
        .unsendable(aborted),
    ]
}

/// A body in one frame, which is passed on without a copy.
fn one_frame(of: Provider, name: &'static str, content: impl AsRef<[u8]>) -> Case {
    let content = Bytes::copy_from_slice(content.as_ref());
    let headers = of.sign(&content);
    Case::accepts(of, name, content.clone(), move || {
        request(headers.clone(), TestBody::one(&content))
    })
    .uncopied()
}

fn one_frame_with(of: Provider, name: &'static str, body: fn() -> TestBody) -> Case {
    Case::accepts(of, name, EVENT, move || of.signed(EVENT, body())).uncopied()
}

fn content_length(of: Provider, name: &'static str, length: &'static str) -> Case {
    let request = move || -> Request<TestBody> {
        let mut request = of.signed(EVENT, TestBody::one(EVENT));
        let length = HeaderValue::from_static(length);
        request.headers_mut().insert("content-length", length);
        request
    };
    Case::accepts(of, name, EVENT, request).uncopied()
}

fn in_three() -> TestBody {
    let (first, rest) = EVENT.split_at(10);
    let (second, third) = rest.split_at(10);
    TestBody::frames([first, second, third])
}

fn checksum() -> HeaderMap {
    HeaderMap::from_iter([("x-checksum".parse().unwrap(), HeaderValue::from_static("1"))])
}

/// Bytes with a long period, so that no two frames are alike.
fn pattern(length: usize) -> Bytes {
    (0..length)
        .map(|i| u8::try_from((i * 7 + i / 251) % 256).expect("a remainder of 256"))
        .collect()
}
