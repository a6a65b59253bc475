//! Properties: a signed body is accepted in any frames, and refused with any bit of body, secret or header changed.

mod base64;
mod bodies;
mod der;
mod headers;
mod pointers;
mod secrets;

use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderMap, HeaderValue, Request};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use tower_webhook::scheme::Knowrithm;
use tower_webhook::sign::Signer;
use tower_webhook::test::TestBody;
use tower_webhook::{Rejection, RejectionKind, SigningSecret, VerifiedBody, Verifier};

use crate::support::SIGNATURE;
use crate::support::body::WatchedBody;

/// A secret that is not blank even with any one bit changed.
fn secrets() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..200).prop_map(|random| [b"whk_", random.as_slice()].concat())
}

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..3000)
}

/// The offsets at which a body is cut into frames; a repeated one makes an empty frame.
fn cuts() -> impl Strategy<Value = Vec<Index>> {
    vec(any::<Index>(), 0..12)
}

fn signature(secret: &[u8], body: &[u8]) -> HeaderValue {
    Signer::new(Knowrithm, &SigningSecret::new(secret).unwrap()).headers(body)[&SIGNATURE].clone()
}

/// The verdict on a body in these frames, on which every way of verifying must agree.
fn verdict(secret: &[u8], header: &HeaderValue, frames: &[Bytes]) -> Result<Bytes, RejectionKind> {
    let kind = |rejection: Rejection| rejection.kind();
    let verifier = Verifier::knowrithm(SigningSecret::new(secret).unwrap());
    let headers = HeaderMap::from_iter([(SIGNATURE, header.clone())]);
    let whole = Bytes::from(frames.concat());

    let at_once = verifier.verify(&headers, whole.clone());
    let at_once = at_once.map(VerifiedBody::into_bytes).map_err(kind);

    let in_pieces = verifier.begin(&headers).and_then(|mut verification| {
        frames.iter().try_for_each(|frame| verification.update(frame))?;
        verification.finish()
    });
    assert_eq!(in_pieces.map(drop).map_err(kind), at_once.clone().map(drop));

    for body in [WatchedBody::new(in_frames(frames)), in_pairs(frames)] {
        let mut request = Request::new(body);
        *request.headers_mut() = headers.clone();
        let answer = verifier
            .verify_request(request)
            .now_or_never()
            .expect("the body is there");
        let collected = answer.map(|request| {
            let proof: &VerifiedBody = request.extensions().get().unwrap();
            assert_eq!(proof.bytes(), request.body().bytes());
            proof.bytes().clone()
        });
        assert_eq!(collected.map_err(kind), at_once);
    }
    at_once
}

fn in_frames(frames: &[Bytes]) -> TestBody {
    TestBody::frames(frames.iter().cloned())
}

/// Each pair of frames as one frame in two pieces of memory.
fn in_pairs(frames: &[Bytes]) -> WatchedBody {
    let pairs = frames.chunks(2).map(<[Bytes]>::concat);
    WatchedBody::new(TestBody::frames(pairs)).cut_at(frames[0].len())
}

fn split(body: &[u8], cuts: &[Index]) -> Vec<Bytes> {
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
    cuts.extend([0, body.len()]);
    cuts.sort_unstable();
    let pairs = cuts.windows(2);
    pairs
        .map(|pair| Bytes::copy_from_slice(&body[pair[0]..pair[1]]))
        .collect()
}

fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

proptest! {
    // No files beside the sources: a failure prints its case in full.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_signed_body_is_accepted(secret in secrets(), body in bodies(), cuts in cuts()) {
        let header = signature(&secret, &body);
        prop_assert_eq!(verdict(&secret, &header, &split(&body, &cuts)), Ok(Bytes::from(body)));
    }

    #[test]
    fn a_changed_bit_of_the_body_is_refused(
        secret in secrets(),
        body in vec(any::<u8>(), 1..3000),
        cuts in cuts(),
        bit in any::<Index>(),
    ) {
        let header = signature(&secret, &body);
        let changed = flipped(&body, bit.index(body.len() * 8));
        prop_assert_eq!(verdict(&secret, &header, &split(&changed, &cuts)), Err(RejectionKind::SignatureMismatch));
    }

    #[test]
    fn a_changed_bit_of_the_secret_is_refused(
        secret in secrets(),
        body in bodies(),
        cuts in cuts(),
        bit in any::<Index>(),
    ) {
        let header = signature(&secret, &body);
        let changed = flipped(&secret, bit.index(secret.len() * 8));
        prop_assert_eq!(verdict(&changed, &header, &split(&body, &cuts)), Err(RejectionKind::SignatureMismatch));
    }

    #[test]
    fn a_changed_bit_of_the_header_is_refused(
        secret in secrets(),
        body in bodies(),
        cuts in cuts(),
        bit in any::<Index>(),
    ) {
        let header = signature(&secret, &body);
        let changed = flipped(header.as_bytes(), bit.index(header.len() * 8));
        // Some bits make a control character, which no header can contain.
        if let Ok(changed) = HeaderValue::from_bytes(&changed) {
            let verdict = verdict(&secret, &changed, &split(&body, &cuts));
            prop_assert!(
                matches!(verdict, Err(RejectionKind::SignatureMismatch | RejectionKind::MalformedSignature)),
                "{:?}", verdict
            );
        }
    }

    #[test]
    fn a_random_header_is_refused_without_a_panic(value in vec(any::<u8>(), 0..100), body in bodies()) {
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            prop_assert!(verdict(b"secret", &value, &[Bytes::from(body)]).is_err());
        }
    }
}
