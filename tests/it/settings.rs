//! Limits that bound nothing are refused at the start, by a message that names the `insecure_` method.

use std::panic::catch_unwind;
use std::time::Duration;

use http::StatusCode;
use http::header::{CONTENT_LENGTH, HeaderName};
use tower_webhook::scheme::{Head, HmacScheme, Scheme, SignatureClaim, TokenScheme};
use tower_webhook::test::TestBody;
use tower_webhook::{Budget, Rejection, RejectionKind, SigningSecret, Verifier};

use crate::contract::provider::{self, Provider};
use crate::support::{EVENT, SIGNATURE, headed, secret, signed, verifier};

#[test]
fn a_limit_beyond_its_maximum_panics_and_names_the_insecure_method() {
    type Set = fn(Verifier) -> Verifier;
    let settings: [(&str, Set, Set); 4] = [
        (
            "insecure_unlimited_body",
            |verifier| verifier.max_body(1 << 30),
            |verifier| verifier.max_body((1 << 30) + 1),
        ),
        (
            "insecure_any_timestamp",
            |verifier| verifier.tolerance(Duration::from_hours(720)),
            |verifier| verifier.tolerance(Duration::from_secs(720 * 3600 + 1)),
        ),
        (
            "insecure_unlimited",
            |verifier| verifier.max_buffered(1 << 40),
            |verifier| verifier.max_buffered((1 << 40) + 1),
        ),
        (
            "insecure_no_read_timeout",
            |verifier| verifier.read_timeout(Duration::from_hours(1)),
            |verifier| verifier.read_timeout(Duration::MAX),
        ),
    ];
    for (insecure, largest, larger) in settings {
        let _accepted = largest(verifier());
        let panic = catch_unwind(|| larger(verifier())).unwrap_err();
        let message = panic.downcast_ref::<&str>().unwrap();
        assert!(message.contains(insecure), "{message}");
    }
}

#[test]
fn a_refusal_that_the_provider_would_take_for_an_answer_panics() {
    struct Acme;
    impl Scheme for Acme {
        type Secret = SigningSecret;
        fn name(&self) -> &'static str {
            "acme"
        }
        fn refusal(&self) -> StatusCode {
            StatusCode::OK
        }
        fn read<'a>(&'a self, _: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
            Err(RejectionKind::MissingSignature.into())
        }
    }

    let made: [fn(StatusCode); 2] = [
        |status| drop(HmacScheme::new("acme", HeaderName::from_static("x-acme")).with_refusal(status)),
        |status| drop(TokenScheme::new("acme", HeaderName::from_static("x-acme")).with_refusal(status)),
    ];
    for make in made {
        for (status, is_refusal) in [(399, false), (400, true), (499, true), (500, false)] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(catch_unwind(|| make(status)).is_ok(), is_refusal, "{status}");
        }
    }
    let panic = catch_unwind(|| drop(Verifier::new(Acme, secret()))).unwrap_err();
    let message = panic.downcast_ref::<&str>().unwrap();
    assert_eq!(*message, "a refusal has a status from 400 to 499");
    assert!(catch_unwind(|| drop(verifier().refuse_with(StatusCode::OK))).is_err());
}

#[tokio::test]
async fn clones_share_one_budget_and_so_do_verifiers_that_were_given_one() {
    let budget = Budget::new(1024 * 1024);
    let verifiers = [
        verifier().max_buffered(budget.clone()),
        verifier().max_buffered(budget.clone()),
    ];
    let content = vec![b'x'; 100_000];
    let mut answers = Vec::new();
    for verifier in verifiers
        .iter()
        .flat_map(|verifier| [verifier.clone(), verifier.clone().max_body(100_000)])
    {
        let request = signed(&content, TestBody::one(&content));
        answers.push(verifier.verify_request(request).await.unwrap());
        assert_eq!(budget.used(), answers.len() * content.len());
    }
    drop(answers);
    assert_eq!(budget.used(), 0);
}

#[tokio::test]
async fn a_body_that_goes_over_the_budget_gives_all_of_it_back_at_once() {
    let verifier = verifier().max_buffered(100_000);
    let forged = || {
        headed(
            format!("sha256={}", "0".repeat(64)),
            TestBody::chunks(vec![b'x'; 50_000], 1000).stall(),
        )
    };
    let mut held: Vec<_> = (0..2).map(|_| Box::pin(verifier.verify_request(forged()))).collect();
    let mut outcomes = Vec::new();
    for future in &mut held {
        outcomes.push(futures_util::poll!(future));
    }
    assert!(outcomes[0].is_pending(), "the first has memory, and waits");
    let std::task::Poll::Ready(Err(rejection)) = &outcomes[1] else {
        panic!("the second has none");
    };
    assert_eq!(rejection.kind(), RejectionKind::OverBudget);
    drop(held);
    let content = vec![b'x'; 80_000];
    let honest = signed(&content, TestBody::one(&content));
    assert!(verifier.verify_request(honest).await.is_ok(), "there is room again");
    assert!(
        verifier
            .verify_request(signed(EVENT, TestBody::one(EVENT)))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn the_default_budget_is_four_of_the_largest_bodies_and_at_least_64_mib() {
    const MIB: usize = 1024 * 1024;
    for (verifier, limit) in [
        (verifier(), 64 * MIB),
        (verifier().max_body(MIB), 64 * MIB),
        (verifier().max_body(25 * MIB), 100 * MIB),
        (Provider::GitHub.verifier(), 100 * MIB),
        (Provider::GitHub.verifier().max_body(MIB), 64 * MIB),
        (verifier().max_body(25 * MIB).max_body(MIB), 64 * MIB),
        (verifier().max_buffered(MIB).max_body(25 * MIB), MIB),
        (verifier().insecure_unlimited_body(), usize::MAX),
        (verifier().insecure_unlimited_buffers(), usize::MAX),
    ] {
        let printed = format!("{verifier:?}");
        assert!(printed.contains(&format!("limit: {limit},")), "{printed}");
    }
}

#[test]
fn the_default_limit_of_a_body_is_what_the_provider_sends_or_2_mib() {
    const MIB: usize = 1024 * 1024;
    for of in provider::in_headers() {
        let limit = if of == Provider::GitHub { 25 * MIB } else { 2 * MIB };
        for (length, is_admitted) in [(limit, true), (limit + 1, false)] {
            let mut headers = of.sign("");
            headers.insert(CONTENT_LENGTH, length.into());
            let begun = of.verifier().begin(&provider::request(headers, ()));
            assert_eq!(begun.is_ok(), is_admitted, "{of:?}: {length}");
        }
    }
    let larger = HmacScheme::new("own", SIGNATURE).with_max_body(usize::MAX);
    assert!(format!("{:?}", Verifier::new(larger, secret())).contains("max_body: 1073741824"));
}
