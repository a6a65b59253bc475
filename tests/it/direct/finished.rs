//! A future that has returned or panicked is done: polled again, it panics and gives no verdict.

use std::convert::Infallible;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt;
use http::Request;
use http::request::Parts;
use tower_webhook::scheme::{Head, Knowrithm, Mailgun, Scheme, SignatureClaim, Stripe};
use tower_webhook::sign::Signer;
use tower_webhook::test::TestBody;
use tower_webhook::{Rejection, RejectionKind, SecretSource, Secrets, SigningSecret, Verifier};

use crate::contract::provider::{NOW, instant};
use crate::support::{EVENT, secret, signed, verifier};

const DONE: &str = "`VerifyRequest` polled after completion";

/// The message of the panic that polling causes.
fn panic_of<F: Future>(future: Pin<&mut F>) -> &'static str {
    let polled = catch_unwind(AssertUnwindSafe(|| future.now_or_never().is_some()));
    let panic = polled.expect_err("polling panics");
    panic
        .downcast_ref::<&str>()
        .copied()
        .expect("a message without arguments")
}

/// The first poll panics with this message, and each later one because the future is done.
fn panics_once<F: Future>(message: &str, future: F) {
    let mut future = pin!(future);
    for expected in [message, DONE, DONE] {
        assert_eq!(panic_of(future.as_mut()), expected);
    }
}

fn two_frames() -> TestBody {
    TestBody::frames([&EVENT[..10], &EVENT[10..]])
}

#[test]
fn a_refused_request_is_done() {
    for (body, kind) in [
        (TestBody::one(&EVENT[..10]).fail(), RejectionKind::BodyRead),
        (TestBody::frames([EVENT; 3]), RejectionKind::BodyTooLarge),
        (
            TestBody::frames([&EVENT[..10], "forged"]),
            RejectionKind::SignatureMismatch,
        ),
        (TestBody::one("forged"), RejectionKind::SignatureMismatch),
    ] {
        let mut future = pin!(verifier().max_body(100).verify_request(signed(EVENT, body)));
        let first = future.as_mut().now_or_never().expect("the body is there");
        assert_eq!(first.unwrap_err().kind(), kind);
        assert_eq!(panic_of(future.as_mut()), DONE, "{kind:?}");
    }
}

#[test]
fn a_verified_request_is_done() {
    for body in [TestBody::one(EVENT), two_frames()] {
        let mut future = pin!(verifier().verify_request(signed(EVENT, body)));
        assert!(future.as_mut().now_or_never().unwrap().is_ok());
        assert_eq!(panic_of(future.as_mut()), DONE);
    }
}

/// The clock is read for the head, for the time at the end of a body that had to be collected, and for the expiry of
/// the secret.
#[test]
fn a_panic_of_the_clock_ends_the_request() {
    let secret = secret().not_after(instant(NOW + 1));
    for (body, reads) in [((|| TestBody::one(EVENT)) as fn() -> TestBody, 2), (two_frames, 3)] {
        for good in 0..reads {
            let read = AtomicUsize::new(0);
            let clock = move || match read.fetch_add(1, Ordering::Relaxed) {
                times if times == good => panic!("no clock"),
                _ => instant(NOW),
            };
            let verifier = Verifier::new(Stripe, secret.clone()).clock(clock);
            let request = Signer::new(Stripe, &secret).timestamp(NOW).sign(Request::new(EVENT));
            panics_once("no clock", verifier.verify_request(request.map(|_| body())));
        }
    }
}

#[test]
fn a_panic_of_the_body_ends_the_request() {
    let body = TestBody::one(&EVENT[..10]).wait_for(async { panic!("no body") });
    panics_once("no body", verifier().verify_request(signed(EVENT, body)));
}

#[test]
fn a_panic_of_the_source_ends_the_request() {
    struct Broken;
    impl SecretSource for Broken {
        type Error = Infallible;
        async fn secrets(&self, _: &Parts) -> Result<Option<Secrets>, Infallible> {
            panic!("no secrets")
        }
    }
    let verifier = Verifier::per_request(Knowrithm, Broken);
    panics_once("no secrets", verifier.verify_request(signed(EVENT, two_frames())));
    let by_body = Verifier::per_request(Mailgun, Broken);
    let signer = Signer::new(Mailgun, &secret());
    let request = signer.sign_body(Request::new(r#"{"event-data":{}}"#)).unwrap();
    panics_once("no secrets", by_body.verify_request(request.map(TestBody::one)));
}

/// With secrets that are looked up the head is read twice.
#[test]
fn a_panic_of_the_scheme_ends_the_request() {
    struct Broken {
        good: usize,
        read: AtomicUsize,
    }
    impl Scheme for Broken {
        type Secret = SigningSecret;

        fn name(&self) -> &'static str {
            "broken"
        }

        fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
            assert!(self.read.fetch_add(1, Ordering::Relaxed) < self.good, "no scheme");
            Knowrithm.read(head)
        }
    }
    struct Found;
    impl SecretSource for Found {
        type Error = Infallible;
        async fn secrets(&self, _: &Parts) -> Result<Option<Secrets>, Infallible> {
            Ok(Some(secret().into()))
        }
    }
    let scheme = |good| Broken {
        good,
        read: AtomicUsize::new(0),
    };
    let request = || signed(EVENT, two_frames());
    panics_once(
        "no scheme",
        Verifier::new(scheme(0), secret()).verify_request(request()),
    );
    for good in [0, 1] {
        let verifier = Verifier::per_request(scheme(good), Found);
        panics_once("no scheme", verifier.verify_request(request()));
    }
}
