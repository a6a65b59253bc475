//! The verifier and the signer called directly, for what no entrance shows.

mod keys;
mod signer;

use std::collections::HashSet;
use std::convert::Infallible;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Request};
use tokio::sync::oneshot;
use tower_webhook::sign::Signer;
use tower_webhook::test::{TestBody, TestClock};
use tower_webhook::{
    ConfigError, PerRequest, Rejection, SecretSource, Secrets, SecretsHandle, SigningSecret, VerifiedBody, Verifier,
};

use crate::contract::provider::{self, NOW, Provider, instant, named_secret};
use crate::contract::sources::{Answer, Source};
use crate::support::body::WatchedBody;
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
    let verdict = |body: WatchedBody| verifier().verify_request(signed(EVENT, body)).now_or_never().unwrap();
    assert!(verdict(trailers(1024).into()).is_ok());

    let endless = WatchedBody::new(trailers(2000));
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

#[test]
#[should_panic = "`VerifyRequest` polled after completion"]
fn a_verdict_on_a_body_that_is_forged_is_not_given_twice() {
    polled_twice(
        TestBody::frames([&EVENT[..10], "forged"]),
        &Rejection::SignatureMismatch,
    );
}

/// First when the signed time is judged once more, then when it is asked whether the secret has expired.
#[test]
fn a_clock_that_panics_at_the_end_of_a_body_leaves_no_verdict_behind() {
    for good in [1, 2] {
        let asked = AtomicUsize::new(0);
        let clock = move || match asked.fetch_add(1, Ordering::Relaxed) {
            times if times == good => panic!("no clock"),
            _ => instant(NOW),
        };
        let secret = secret().not_after(instant(NOW + 1));
        let verifier = Verifier::stripe(secret.clone()).clock(clock);
        let request = Signer::stripe(&secret).timestamp(NOW).sign(Request::new(EVENT));
        let body = TestBody::frames([&EVENT[..10], &EVENT[10..]]);
        let mut future = pin!(verifier.verify_request(request.map(|_| body)));
        for expected in ["no clock", "`VerifyRequest` polled after completion"] {
            let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().now_or_never()));
            let panic = polled.expect_err("there is no verdict");
            assert_eq!(panic.downcast_ref::<&str>(), Some(&expected), "at {good}");
        }
    }
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

/// Nobody can be asked without a request, whoever signed; and what is wrong with the headers is said first.
#[test]
fn a_source_of_secrets_is_not_asked_without_a_request() {
    let source = Source::new(Answer::Known);
    for of in provider::ALL {
        let verifier = of.verifier_of(PerRequest(source.clone()));
        let headers = of.sign_with(&named_secret("primary"), EVENT);
        assert_eq!(
            verifier.verify(&headers, EVENT).unwrap_err(),
            Rejection::SecretSource,
            "{of:?}"
        );
        assert_eq!(verifier.begin(&headers).unwrap_err(), Rejection::SecretSource, "{of:?}");

        let unsigned = HeaderMap::new();
        assert_eq!(
            verifier.verify(&unsigned, EVENT).unwrap_err(),
            Rejection::MissingSignature,
            "{of:?}"
        );
        assert_eq!(
            verifier.begin(&unsigned).unwrap_err(),
            Rejection::MissingSignature,
            "{of:?}"
        );
    }
    assert_eq!(source.asked(), 0);
}

/// A recorded request that is begun within the window, and ended after it.
#[tokio::test]
async fn a_signed_time_is_judged_again_when_the_body_has_come() {
    let timed: Vec<_> = provider::ALL.into_iter().filter(|of| of.signs_time()).collect();
    assert!(timed.len() >= 4, "{timed:?}");
    for of in timed {
        let headers = of.sign(EVENT);
        for (later, verdict) in [(300, Ok(())), (301, Err(Rejection::TimestampTooOld))] {
            let clock = provider::clock();
            let verifier = of.verifier().clock(clock.clone());

            let mut verification = verifier.begin(&headers).unwrap();
            verification.update(EVENT.as_bytes()).unwrap();

            let (resume, resumed) = oneshot::channel::<()>();
            let body = TestBody::one(&EVENT[..9])
                .wait_for(resumed.map(drop))
                .frame(&EVENT[9..]);
            let mut request = Request::new(body);
            *request.headers_mut() = headers.clone();
            let mut future = pin!(verifier.verify_request(request));
            assert!(future.as_mut().now_or_never().is_none());

            clock.advance(Duration::from_secs(later));
            assert_eq!(verification.finish(), verdict, "{of:?}, {later} s later");
            resume.send(()).unwrap();
            assert_eq!(future.await.map(drop), verdict, "{of:?}, {later} s later");
        }
    }
}

#[test]
fn a_body_in_pieces_is_verified_under_every_secret() {
    for of in provider::ALL {
        let expired = named_secret("third").not_after(instant(NOW - 1));
        let verifier = of
            .verifier_of(named_secret("primary"))
            .secret(named_secret("second"))
            .secret(expired);
        for (name, verdict) in [
            ("primary", Ok(())),
            ("second", Ok(())),
            ("third", Err(Rejection::SignatureMismatch)),
        ] {
            let headers = of.sign_with(&named_secret(name), EVENT);
            for size in [1, 7, EVENT.len()] {
                let mut verification = verifier.begin(&headers).unwrap();
                for piece in EVENT.as_bytes().chunks(size) {
                    verification.update(piece).unwrap();
                }
                assert_eq!(verification.finish(), verdict, "{of:?}, {name}, {size}");

                let mut cut_off = verifier.begin(&headers).unwrap();
                cut_off.update(&EVENT.as_bytes()[..size.min(EVENT.len() - 1)]).unwrap();
                assert_eq!(
                    cut_off.finish(),
                    Err(Rejection::SignatureMismatch),
                    "{of:?}, {name}, {size}"
                );
            }
        }
    }
}

#[test]
fn a_verification_uses_the_secrets_with_which_it_began() {
    let handle = SecretsHandle::new(named_secret("primary"));
    let verifier = Verifier::knowrithm(handle.clone());
    let headers = |name| Provider::Knowrithm.sign_with(&named_secret(name), EVENT);
    for (name, verdict) in [("primary", Ok(())), ("second", Err(Rejection::SignatureMismatch))] {
        handle.replace(named_secret("primary"));
        let mut verification = verifier.begin(&headers(name)).unwrap();
        handle.replace(named_secret("second"));
        verification.update(EVENT.as_bytes()).unwrap();
        assert_eq!(verification.finish(), verdict, "{name}");
    }
}

/// `(printf 'tower-webhook delivery key, version 1, id\0'; printf 'msg_1') | openssl dgst -sha256`: stored keys must go on
/// to be found.
#[tokio::test]
async fn the_key_of_a_delivery_with_a_signed_id_is_a_hash_of_a_tag_and_the_id() {
    const KEY: &str = "5ca89ee0e37c2fd7921ff25989f55f99b8d0d058e3e431f6cd1b71023697214f";
    for of in [Provider::StandardWebhooks, Provider::Svix] {
        for body in ["{}", "{ }", ""] {
            let verified = of.verifier().verify(&of.sign(body), body).unwrap();
            let hex = verified.delivery_key().map(|byte| format!("{byte:02x}")).concat();
            assert_eq!(hex, KEY, "{of:?}: {body}");
            for sent in [TestBody::one(body), TestBody::chunks(body, 1)] {
                let request = of.verifier().verify_request(of.signed(body, sent)).await.unwrap();
                let proof: &VerifiedBody = request.extensions().get().unwrap();
                assert_eq!(proof.delivery_key(), verified.delivery_key(), "{of:?}: {body}");
            }
        }
        let other = of.sign_at(NOW, "msg_2", &of.secret(), "{}");
        let other = of.verifier().verify(&other, "{}").unwrap();
        assert_ne!(
            other.delivery_key(),
            of.verifier().verify(&of.sign("{}"), "{}").unwrap().delivery_key()
        );
    }
}

/// `(printf 'tower-webhook delivery key, version 1, owner\0acme'; printf 'tower-webhook delivery key, version 1, body\0{}' |
/// openssl dgst -sha256 -binary) | openssl dgst -sha256`.
#[test]
fn owners_have_keys_of_their_own_whichever_of_their_secrets_signed() {
    const KEY: &str = "6520198d4489bf262a7e9f17e71f2296967322f59747cbdd46af54dca7083772";
    let owned = |owner: &str| {
        Secrets::new(named_secret("primary").label("primary"))
            .owner(owner)
            .and(named_secret("second").label("second"))
    };
    let received = |secrets: Secrets, signer: &'static str| {
        let headers = Provider::Knowrithm.sign_with(&named_secret(signer), "{}");
        Verifier::knowrithm(secrets).verify(&headers, "{}").unwrap()
    };
    for signer in ["primary", "second"] {
        let body = received(owned("acme"), signer);
        assert_eq!((body.owner(), body.key()), (Some("acme"), Some(signer)));
        assert_eq!(body.delivery_key().map(|byte| format!("{byte:02x}")).concat(), KEY);
        // Whoever is named last is the owner of all.
        assert_eq!(
            received(owned("nobody").owner("acme"), signer).delivery_key(),
            body.delivery_key()
        );
    }
    let of_nobody = received(named_secret("primary").into(), "primary");
    assert_eq!(of_nobody.owner(), None);
    let keys: HashSet<_> = ["acme", "umbrella", "", "acme\0"]
        .map(|owner| received(owned(owner), "primary").delivery_key())
        .into_iter()
        .chain([of_nobody.delivery_key()])
        .collect();
    assert_eq!(keys.len(), 5);
}

/// An id is one that its owner drew, and another owner may draw it too.
#[test]
fn owners_have_keys_of_their_own_for_the_same_id() {
    let of = Provider::StandardWebhooks;
    let key = |owner: &str| {
        let verifier = of.verifier_of(Secrets::new(of.secret()).owner(owner));
        verifier.verify(&of.sign("{}"), "{}").unwrap().delivery_key()
    };
    assert_eq!(key("acme"), key("acme"));
    assert_ne!(key("acme"), key("umbrella"));
}

/// Two owners in one set: what the one signs is never the other's.
#[test]
fn an_owner_keeps_what_is_added_to_another() {
    let of = Provider::Knowrithm;
    let foreign = || Secrets::new(named_secret("second")).owner("umbrella");
    let owners = |secrets: &Secrets| {
        ["primary", "second", "third"].map(|signer| {
            let verifier = of.verifier_of(secrets.clone());
            let body = verifier.verify(&of.sign_with(&named_secret(signer), "{}"), "{}");
            body.map(|body| body.owner().map(str::to_owned)).ok().flatten()
        })
    };
    let (acme, umbrella) = (Some("acme".to_owned()), Some("umbrella".to_owned()));
    let mixed = Secrets::new(named_secret("primary"))
        .owner("acme")
        .and(foreign())
        .and(named_secret("third"));
    assert_eq!(owners(&mixed), [acme.clone(), umbrella.clone(), acme.clone()]);

    let without = Secrets::new(named_secret("primary")).and(foreign());
    assert_eq!(owners(&without), [None, umbrella.clone(), None]);
    let handle = SecretsHandle::new(Secrets::new(named_secret("third")).owner("acme"));
    handle.replace(without);
    assert_eq!(owners(&handle.current()), [acme, umbrella, None]);
}

/// A look-up may take as long as its source lets it.
#[tokio::test]
async fn a_signed_time_is_judged_again_when_the_secrets_were_looked_up() {
    struct Slow(TestClock, u64);
    impl SecretSource for Slow {
        type Error = Infallible;
        async fn secrets(&self, _: &Parts) -> Result<Option<Secrets>, Infallible> {
            self.0.advance(Duration::from_secs(self.1));
            Ok(Some(Secrets::new(Provider::Slack.secret())))
        }
    }
    for (later, verdict) in [(300, Ok(())), (301, Err(Rejection::TimestampTooOld))] {
        let clock = provider::clock();
        let verifier = Provider::Slack
            .verifier_of(PerRequest(Slow(clock.clone(), later)))
            .clock(clock);
        let request = Provider::Slack.signed(EVENT, TestBody::one(EVENT));
        assert_eq!(
            verifier.verify_request(request).await.map(drop),
            verdict,
            "{later} s later"
        );
    }
}
