//! Memory: what is reserved for a body is bounded by what came of it, whatever the sender announces.

use bytes::Bytes;
use futures_util::FutureExt;
use http::Request;
use http::header::{CONTENT_LENGTH, HeaderValue};
use tower_webhook::test::TestBody;
use tower_webhook::{VerifiedBody, Verifier};

use crate::support::{signed, verifier};

const ANNOUNCED: u64 = 2 * 1024 * 1024;

/// How much memory the verified bytes hold on to.
fn held(verifier: &Verifier, request: Request<TestBody>) -> usize {
    let answer = verifier.verify_request(request).now_or_never().unwrap().unwrap();
    let (mut head, _) = answer.into_parts();
    let bytes = head.extensions.remove::<VerifiedBody>().unwrap().into_bytes();
    let bytes = bytes.try_into_mut().expect("nobody else holds them");
    bytes.capacity()
}

/// Two frames, because the first alone needs no memory at all.
fn two_bytes() -> TestBody {
    TestBody::frames([Bytes::from_static(b"{"), Bytes::from_static(b"}")])
}

#[test]
fn nothing_is_reserved_on_the_word_of_a_content_length() {
    let mut request = signed("{}", two_bytes());
    request
        .headers_mut()
        .insert(CONTENT_LENGTH, HeaderValue::from(ANNOUNCED));
    assert!(held(&verifier(), request) <= 64 * 1024);
}

#[test]
fn little_is_reserved_on_the_word_of_a_size_hint() {
    for verifier in [verifier(), verifier().insecure_unlimited_body()] {
        let request = signed("{}", two_bytes().claiming_size(ANNOUNCED, Some(ANNOUNCED)));
        assert!(held(&verifier, request) <= 64 * 1024 + 2);
    }
    let unlimited = verifier().insecure_unlimited_body();
    let request = signed("{}", two_bytes().claiming_size(u64::MAX, None));
    assert!(held(&unlimited, request) <= 64 * 1024 + 2);
}

#[test]
fn no_more_is_reserved_than_the_limit_lets_in() {
    let verifier = verifier().max_body(100);
    // Of a body that says nothing of its size, more is expected by default.
    let held = held(&verifier, signed("{}", two_bytes()));
    assert!(held <= 100, "{held}");
}

#[test]
fn what_came_is_held_without_much_waste() {
    let content = vec![b'x'; 300_000];
    let frames = content.chunks(1000).map(Bytes::copy_from_slice);
    let held = held(&verifier(), signed(&content, TestBody::frames(frames)));
    assert!((300_000..=600_000).contains(&held), "{held}");
}
