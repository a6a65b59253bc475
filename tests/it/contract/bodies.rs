//! Bodies of every shape: what was signed is accepted, however it comes, and what breaks off is not.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request};
use tower_webhook::Rejection::BodyRead;

use super::case::Case;
use crate::support::body::TestBody;
use crate::support::{EVENT, request, signature, signed};

pub(super) fn cases() -> Vec<Case> {
    [contents(), frames(), sayings(), broken()]
        .into_iter()
        .flatten()
        .collect()
}

fn contents() -> Vec<Case> {
    let any_bytes: Vec<u8> = (0..=u8::MAX).collect();
    vec![
        one_frame("an event", EVENT),
        one_frame("one byte", "0"),
        one_frame("not UTF-8", b"\xff\xfe{}\x80"),
        one_frame("every byte there is", any_bytes),
        one_frame("nothing but zero bytes", [0; 64]),
        one_frame("white space around an event", format!("\r\n {EVENT} \n")),
        one_frame("a signature in the payload", r#"{"event":"a","signature":"sha256=0"}"#),
        one_frame("many blocks of the hash", pattern(100_000)),
        Case::accepts("empty: no frame", "", || signed("", TestBody::default())),
        Case::accepts("empty: an empty frame", "", || signed("", TestBody::frames([""]))),
    ]
}

fn frames() -> Vec<Case> {
    vec![
        Case::accepts("two frames", EVENT, || {
            let (first, second) = EVENT.split_at(10);
            signed(EVENT, TestBody::frames([first, second]))
        }),
        Case::accepts("frames of one byte", EVENT, || {
            signed(EVENT, TestBody::frames(EVENT.bytes().map(|byte| vec![byte])))
        }),
        Case::accepts("frames of 16 KiB", pattern(100_000), || {
            let content = pattern(100_000);
            let frames = content.chunks(16 * 1024).map(Bytes::copy_from_slice);
            signed(&content, TestBody::frames(frames))
        }),
        Case::accepts("a small frame, then a large one", pattern(70_000), || {
            let mut content = pattern(70_000);
            signed(content.clone(), TestBody::frames([content.split_to(1), content]))
        }),
        Case::accepts("empty frames among others", EVENT, || {
            let (first, second) = EVENT.split_at(10);
            signed(EVENT, TestBody::frames(["", first, "", "", second, ""]))
        }),
        Case::accepts("empty frames around one", EVENT, || {
            signed(EVENT, TestBody::one(EVENT).frame("").frame(""))
        })
        .uncopied(),
        Case::accepts("as many empty frames as may be", EVENT, || {
            signed(EVENT, (0..1024).fold(TestBody::one(EVENT), |body, _| body.frame("")))
        })
        .unsendable("HTTP/2 servers hang up on so many empty frames")
        .uncopied(),
        Case::accepts("a frame in two pieces", EVENT, || {
            let (first, second) = EVENT.split_at(10);
            signed(EVENT, TestBody::default().segments(first, second))
        }),
        Case::accepts("frames in two pieces each", EVENT, || {
            let pieces: Vec<_> = EVENT.as_bytes().chunks(5).collect();
            let body = pieces.chunks(2).fold(TestBody::default(), |body, pair| {
                body.segments(pair[0], *pair.get(1).unwrap_or(&&b""[..]))
            });
            signed(EVENT, body)
        }),
        Case::accepts("trailers, dropped", EVENT, || {
            let mut request = signed(EVENT, TestBody::one(EVENT).trailers(checksum()));
            request
                .headers_mut()
                .insert("trailer", HeaderValue::from_static("x-checksum"));
            request
        })
        .uncopied(),
        Case::accepts("trailers alone, dropped", "", || {
            signed("", TestBody::default().trailers(checksum()))
        }),
        Case::accepts("pauses between the frames", EVENT, || {
            let (first, second) = EVENT.split_at(10);
            let body = TestBody::default().then_yield().frame(first).then_yield();
            signed(EVENT, body.frame(second).then_yield())
        }),
    ]
}

/// What a body or a header says of the body's size or end: the sender's word, and not always true.
fn sayings() -> Vec<Case> {
    let lies = "hyper's client believes what a body says of itself";
    vec![
        one_frame_with("a body that knows its size", || TestBody::one(EVENT).hint(49, Some(49))),
        one_frame_with("a body that says it is at its end", || TestBody::one(EVENT).claim_end()).unsendable(lies),
        one_frame_with("a body that says it has no bytes", || {
            TestBody::one(EVENT).hint(0, Some(0))
        })
        .unsendable(lies),
        one_frame_with("a body that says it has a mebibyte", || {
            TestBody::one(EVENT).hint(1024 * 1024, Some(1024 * 1024))
        })
        .unsendable(lies),
        Case::accepts("a body that says it ends after its first frame", EVENT, || {
            let (first, second) = EVENT.split_at(10);
            signed(EVENT, TestBody::frames([first, second]).hint(0, Some(0)).claim_end())
        })
        .unsendable(lies),
        Case::accepts("three frames that each say they are the last", EVENT, || {
            signed(EVENT, in_three().claim_end())
        })
        .unsendable(lies),
        Case::accepts("a pause after a frame that says it is the last", EVENT, || {
            let (first, rest) = EVENT.split_at(10);
            let (second, third) = rest.split_at(10);
            let body = TestBody::frames([first]).then_yield().frame(second).then_yield();
            signed(EVENT, body.frame(third).claim_end())
        })
        .unsendable(lies),
        content_length("a Content-Length that is true", "49"),
        content_length("a Content-Length that is too small", "1").unsendable(lies),
        content_length("a Content-Length that is too large", "2000").unsendable(lies),
        content_length("a Content-Length that is no number", "many").unsendable(lies),
    ]
}

fn broken() -> Vec<Case> {
    let aborted = "who aborts a request gets no answer";
    vec![
        Case::refuses("fails at once", BodyRead, || signed("", TestBody::default().fail()))
            .polled(1)
            .unsendable(aborted),
        Case::refuses("fails midway", BodyRead, || {
            signed(EVENT, TestBody::one(&EVENT[..10]).fail())
        })
        .polled(2)
        .unsendable(aborted),
        Case::refuses("fails where it should end", BodyRead, || {
            signed(EVENT, TestBody::one(EVENT).fail())
        })
        .polled(2)
        .unsendable(aborted),
    ]
}

/// A body in one frame is accepted, and handed on without a copy.
fn one_frame(name: &'static str, content: impl AsRef<[u8]>) -> Case {
    let content = Bytes::copy_from_slice(content.as_ref());
    let signature = signature(&content);
    Case::accepts(name, content.clone(), move || {
        request([signature.clone()], TestBody::one(&content))
    })
    .uncopied()
}

fn one_frame_with(name: &'static str, body: fn() -> TestBody) -> Case {
    Case::accepts(name, EVENT, move || signed(EVENT, body())).uncopied()
}

fn content_length(name: &'static str, length: &'static str) -> Case {
    let request = move || -> Request<TestBody> {
        let mut request = signed(EVENT, TestBody::one(EVENT));
        let length = HeaderValue::from_static(length);
        request.headers_mut().insert("content-length", length);
        request
    };
    Case::accepts(name, EVENT, request).uncopied()
}

fn in_three() -> TestBody {
    let (first, rest) = EVENT.split_at(10);
    let (second, third) = rest.split_at(10);
    TestBody::frames([first, second, third])
}

fn checksum() -> HeaderMap {
    HeaderMap::from_iter([("x-checksum".parse().unwrap(), HeaderValue::from_static("1"))])
}

/// Bytes that repeat only after a while, so that no two frames are alike.
fn pattern(length: usize) -> Bytes {
    (0..length)
        .map(|i| u8::try_from((i * 7 + i / 251) % 256).expect("a remainder of 256"))
        .collect()
}
