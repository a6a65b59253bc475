//! Bodies in pieces: `begin`, `update` and `finish` say the same as `verify`.

use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderValue};
use tokio::sync::oneshot;
use tower_webhook::test::TestBody;
use tower_webhook::{Provenance, Rejection, RejectionKind, SecretsHandle, VerifiedBody, Verifier};

use super::kind;
use crate::contract::provider::{self, NOW, Provider, instant, named_secret};
use crate::contract::supply::{Set, labelled, member};
use crate::support::{EVENT, SIGNATURE, signature, verifier};

fn in_pieces(verifier: &Verifier, headers: &HeaderMap, body: &str, size: usize) -> Result<Provenance, Rejection> {
    let mut verification = verifier.begin(&provider::request(headers.clone(), ()))?;
    for piece in body.as_bytes().chunks(size) {
        verification.update(piece)?;
    }
    verification.finish()
}

#[test]
fn the_announced_length_is_judged_before_the_first_piece() {
    let verifier = verifier().max_body(100);
    for (length, verdict) in [
        ("100", Ok(())),
        ("101", Err(RejectionKind::BodyTooLarge)),
        ("99999999999999999999999", Ok(())),
    ] {
        let mut headers = HeaderMap::from_iter([(SIGNATURE, signature(EVENT))]);
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static(length));
        assert_eq!(verifier.begin(&headers).map(drop).map_err(kind), verdict, "{length}");
    }
}

#[test]
fn pieces_are_counted_and_once_too_large_always_refused() {
    let verifier = verifier().max_body(EVENT.len());
    let headers = HeaderMap::from_iter([(SIGNATURE, signature(EVENT))]);
    assert!(in_pieces(&verifier, &headers, EVENT, 10).is_ok());

    let mut verification = verifier.begin(&headers).unwrap();
    verification.update(EVENT.as_bytes()).unwrap();
    for piece in [&b"x"[..], b"", b"x"] {
        assert_eq!(
            verification.update(piece).map_err(kind),
            Err(RejectionKind::BodyTooLarge)
        );
    }
    assert_eq!(
        verification.finish().map(drop).map_err(kind),
        Err(RejectionKind::BodyTooLarge)
    );
}

#[tokio::test]
async fn provenance_is_the_same_in_pieces_whole_and_in_frames() {
    for of in provider::in_headers() {
        for owner in [None, Some("acme")] {
            let set = Set::new(labelled("primary")).and(named_secret("second"));
            let verifier = of.verifier_of(match owner {
                Some(owner) => set.owner(owner),
                None => set,
            });
            for (name, label) in [("primary", Some("primary")), ("second", None)] {
                let headers = of.sign_with(&named_secret(name), EVENT);
                let head = provider::request(headers.clone(), ());
                let whole = verifier.verify(&head, EVENT).unwrap();
                let id = of.names()[2].is_some().then_some(provider::ID.as_bytes());
                assert_eq!(whole.signed_by(), label, "{of:?}");
                assert_eq!(whole.owner(), owner, "{of:?}");
                assert_eq!(whole.delivery_id(), id, "{of:?}");

                for size in [1, 7, EVENT.len()] {
                    let what = format!("{of:?}, {owner:?}, {name}, {size}");
                    let pieces = in_pieces(&verifier, &headers, EVENT, size).expect(&what);
                    assert_eq!(pieces.signed_by(), whole.signed_by(), "{what}");
                    assert_eq!(pieces.owner(), whole.owner(), "{what}");
                    assert_eq!(pieces.delivery_id(), whole.delivery_id(), "{what}");
                    assert_eq!(pieces.delivery_key(), whole.delivery_key(), "{what}");

                    let request = provider::request(headers.clone(), TestBody::chunks(EVENT, size));
                    let request = verifier.verify_request(request).await.expect(&what);
                    let frames: &VerifiedBody = request.extensions().get().unwrap();
                    assert_eq!(frames.signed_by(), whole.signed_by(), "{what}");
                    assert_eq!(frames.owner(), whole.owner(), "{what}");
                    assert_eq!(frames.delivery_id(), whole.delivery_id(), "{what}");
                    assert_eq!(frames.delivery_key(), whole.delivery_key(), "{what}");
                }
            }
        }
    }
}

#[test]
fn a_body_cut_off_or_signed_by_an_expired_secret_is_refused() {
    for of in provider::SIGNING {
        let expired = member("third").not_after(instant(NOW - 1));
        let set = Set::new(named_secret("primary"))
            .and(named_secret("second"))
            .and(expired);
        let verifier = of.verifier_of(set);
        for size in [1, 7, EVENT.len()] {
            for name in ["primary", "second"] {
                let headers = of.sign_with(&named_secret(name), EVENT);
                let refused = in_pieces(&verifier, &headers, &EVENT[..EVENT.len() - 1], size);
                let refused = refused.map(drop).map_err(kind);
                assert_eq!(refused, Err(RejectionKind::SignatureMismatch), "{of:?}, {name}, {size}");
            }
            let headers = of.sign_with(&named_secret("third"), EVENT);
            let refused = in_pieces(&verifier, &headers, EVENT, size).map(drop).map_err(kind);
            assert_eq!(refused, Err(RejectionKind::SignatureMismatch), "{of:?}, {size}");
        }
    }
}

#[test]
fn a_verification_uses_the_secrets_with_which_it_began() {
    let handle = SecretsHandle::new(named_secret("primary"));
    let verifier = Verifier::knowrithm(handle.clone());
    let headers = |name| Provider::Knowrithm.sign_with(&named_secret(name), EVENT);
    for (name, verdict) in [("primary", Ok(())), ("second", Err(RejectionKind::SignatureMismatch))] {
        handle.replace(named_secret("primary"));
        let mut verification = verifier.begin(&headers(name)).unwrap();
        handle.replace(named_secret("second"));
        verification.update(EVENT.as_bytes()).unwrap();
        assert_eq!(verification.finish().map(drop).map_err(kind), verdict, "{name}");
    }
}

/// The time is in the window at the beginning of the body, and may have left it at the end.
#[tokio::test]
async fn a_signed_time_is_judged_again_at_the_end_of_the_body() {
    let timed: Vec<_> = provider::SIGNING.into_iter().filter(|of| of.signs_time()).collect();
    assert_eq!(timed.len(), 19, "{timed:?}");
    for of in timed {
        let headers = of.sign(EVENT);
        for (later, verdict) in [(300, Ok(())), (301, Err(RejectionKind::TimestampTooOld))] {
            let clock = provider::clock();
            let verifier = of.verifier().clock(clock.clone());

            let head = provider::request(headers.clone(), ());
            let mut verification = verifier.begin(&head).unwrap();
            verification.update(EVENT.as_bytes()).unwrap();

            let (resume, resumed) = oneshot::channel::<()>();
            let body = TestBody::one(&EVENT[..9])
                .wait_for(resumed.map(drop))
                .frame(&EVENT[9..]);
            let request = provider::request(headers.clone(), body);
            let mut future = pin!(verifier.verify_request(request));
            assert!(future.as_mut().now_or_never().is_none());

            clock.advance(Duration::from_secs(later));
            let finished = verification.finish().map(drop).map_err(kind);
            assert_eq!(finished, verdict, "{of:?}, {later} s later");
            resume.send(()).unwrap();
            assert_eq!(future.await.map(drop).map_err(kind), verdict, "{of:?}, {later} s later");
        }
    }
}
