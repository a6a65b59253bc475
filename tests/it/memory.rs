//! Memory: the bytes that arrived bound the memory that is reserved for a body, whatever the sender announces.

use bytes::Bytes;
use futures_util::FutureExt;
use http::Request;
use http::header::{CONTENT_LENGTH, HeaderValue};
use tower_webhook::test::TestBody;
use tower_webhook::{Budget, Verifier};

use crate::support::{signed, verifier};

const ANNOUNCED: u64 = 2 * 1024 * 1024;

/// The memory of the buffer with the verified bytes, as the budget counts it.
fn held(verifier: &Verifier, request: Request<TestBody>) -> usize {
    let budget = Budget::insecure_unlimited();
    let verifier = verifier.clone().max_buffered(budget.clone());
    let answer = verifier.verify_request(request).now_or_never().unwrap();
    let held = budget.used();
    drop(answer.unwrap());
    assert_eq!(budget.used(), 0);
    held
}

/// Two frames, because a single frame is not copied.
fn two_bytes() -> TestBody {
    TestBody::frames([Bytes::from_static(b"{"), Bytes::from_static(b"}")])
}

#[test]
fn a_content_length_reserves_at_most_64_kib() {
    let mut request = signed("{}", two_bytes());
    request
        .headers_mut()
        .insert(CONTENT_LENGTH, HeaderValue::from(ANNOUNCED));
    assert!(held(&verifier(), request) <= 64 * 1024);
}

#[test]
fn a_size_hint_reserves_at_most_64_kib() {
    for verifier in [verifier(), verifier().insecure_unlimited_body()] {
        let request = signed("{}", two_bytes().claiming_size(ANNOUNCED, Some(ANNOUNCED)));
        assert!(held(&verifier, request) <= 64 * 1024 + 2);
    }
    let unlimited = verifier().insecure_unlimited_body();
    let request = signed("{}", two_bytes().claiming_size(u64::MAX, None));
    assert!(held(&unlimited, request) <= 64 * 1024 + 2);
}

#[test]
fn at_most_the_size_limit_is_reserved() {
    let content = vec![b'x'; 60_000];
    let held = |verifier: Verifier| held(&verifier, signed(&content, TestBody::chunks(&content, 20_000)));
    assert!(held(verifier()) > 61_000, "without a tight limit more is reserved");
    let tight = held(verifier().max_body(61_000));
    assert!(tight <= 61_000, "{tight}");
}

#[test]
fn a_body_in_frames_reserves_at_most_twice_its_size() {
    let content = vec![b'x'; 300_000];
    let frames = content.chunks(1000).map(Bytes::copy_from_slice);
    let held = held(&verifier(), signed(&content, TestBody::frames(frames)));
    assert!((300_000..=600_000).contains(&held), "{held}");
}
