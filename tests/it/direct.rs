//! The verifier and the signer called directly, for what no entrance shows.

use std::error::Error;
use std::pin::pin;

use futures_util::FutureExt;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderValue, Request};
use tower_webhook::sign::Signer;
use tower_webhook::{ConfigError, Rejection, SigningSecret, VerifiedBody, Verifier};

use crate::support::body::TestBody;
use crate::support::{EVENT, SIGNATURE, secret, signature, signed, verifier};

fn verified(secret: &str, body: &'static str) -> VerifiedBody {
    let secret = SigningSecret::new(secret).unwrap();
    let headers = Signer::knowrithm(&secret).headers(body);
    Verifier::knowrithm(secret).verify(&headers, body).unwrap()
}

/// `(printf 'tower-webhook delivery key, version 1, body\0'; printf '{}') | openssl dgst -sha256`: stored keys must go on
/// to be found.
#[test]
fn the_key_of_a_delivery_is_a_hash_of_a_tag_and_the_body() {
    const KEY: &str = "2c345899d83966934a7403e2df24bfc036c37e8ce0e8a166f8414c73c4e588b2";
    const PLAIN_SHA256: &str = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

    let key = verified("whk_one", "{}").delivery_key();
    let hex = key.map(|byte| format!("{byte:02x}")).concat();
    assert_eq!(hex, KEY);
    assert_ne!(hex, PLAIN_SHA256);
    assert_eq!(verified("whk_another", "{}").delivery_key(), key);
    assert_ne!(verified("whk_one", "{ }").delivery_key(), key);
}

#[test]
fn what_content_length_announces_is_judged_before_the_first_piece() {
    let verifier = verifier().max_body(100);
    for (length, verdict) in [
        ("100", Ok(())),
        ("101", Err(Rejection::BodyTooLarge)),
        ("99999999999999999999999", Ok(())),
    ] {
        let mut headers = HeaderMap::from_iter([(SIGNATURE, signature(EVENT))]);
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static(length));
        assert_eq!(verifier.begin(&headers).map(drop), verdict, "{length}");
    }
}

#[test]
fn trailers_are_counted_as_frames_without_data() {
    let trailers = |count| (0..count).fold(TestBody::one(EVENT), |body, _| body.trailers(HeaderMap::new()));
    let verdict = |body| verifier().verify_request(signed(EVENT, body)).now_or_never().unwrap();
    assert!(verdict(trailers(1024)).is_ok());

    let endless = trailers(2000);
    let log = endless.log();
    assert_eq!(verdict(endless).unwrap_err(), Rejection::BodyTooLarge);
    assert_eq!(log.polls(), 1026);
}

#[test]
fn signing_again_replaces_the_signature() {
    let mut request = Request::new("{}");
    let signatures = [SIGNATURE; 2].map(|name| (name, signature("another")));
    for (name, value) in signatures {
        request.headers_mut().append(name, value);
    }
    let request = Signer::knowrithm(&secret()).sign(request);
    let signatures: Vec<_> = request.headers().get_all(SIGNATURE).iter().collect();
    assert_eq!(signatures, [signature("{}")]);
}

#[test]
#[should_panic = "`VerifyRequest` polled after completion"]
fn a_verdict_on_a_body_that_broke_off_is_not_given_twice() {
    polled_twice(TestBody::one(&EVENT[..10]).fail(), &Rejection::BodyRead);
}

#[test]
#[should_panic = "`VerifyRequest` polled after completion"]
fn a_verdict_on_a_body_that_is_too_large_is_not_given_twice() {
    polled_twice(TestBody::frames([EVENT; 3]), &Rejection::BodyTooLarge);
}

fn polled_twice(body: TestBody, verdict: &Rejection) {
    let mut future = pin!(verifier().max_body(100).verify_request(signed(EVENT, body)));
    let first = future.as_mut().now_or_never().expect("the body is there");
    assert_eq!(first.as_ref().unwrap_err(), verdict);
    drop(future.as_mut().now_or_never());
}

#[test]
fn a_file_that_cannot_be_read_has_a_source_and_nothing_else_has() {
    let unreadable = SigningSecret::from_file("/nowhere/at/all").unwrap_err();
    let source = unreadable.source().expect("the operating system said something");
    assert!(source.is::<std::io::Error>());
    // A chain of errors is printed one after the other, and says nothing twice.
    assert!(!unreadable.to_string().contains(&source.to_string()), "{unreadable}");

    let blank = SigningSecret::new("").unwrap_err();
    assert!(matches!(blank, ConfigError::BlankSecret));
    assert!(blank.source().is_none());
}
