//! Futures dropped midway: they release everything that they hold, and the next request is served.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;

use http::{Request, Response};
use tokio_test::{assert_pending, assert_ready_ok, task};
use tower::limit::ConcurrencyLimit;
use tower::service_fn;
use tower_test::mock::Spawn;
use tower_webhook::test::TestBody;
use tower_webhook::{BufferedBody, Verify};

use super::Strict;
use crate::contract::provider::Provider;
use crate::contract::sources::{Answer, Source};
use crate::support::body::WatchedBody;
use crate::support::{EVENT, signed, verifier};

#[test]
fn a_future_dropped_during_the_body_releases_its_permit() {
    let mut service = Spawn::new(Verify::new(ConcurrencyLimit::new(Strict::default(), 1), verifier()));
    let verifier = verifier().insecure_no_read_timeout();
    let mut unhurried = Spawn::new(Verify::new(service.get_ref().get_ref().clone(), verifier));

    let body = WatchedBody::new(TestBody::one(&EVENT[..10]).stall());
    let log = body.log();
    assert_ready_ok!(unhurried.poll_ready::<Request<WatchedBody>>());
    let mut answer = task::spawn(unhurried.call(signed(EVENT, body)));
    assert_pending!(answer.poll());
    assert!(!log.dropped());
    assert_pending!(service.poll_ready::<Request<WatchedBody>>(), "the permit is taken");

    drop(answer);
    assert!(log.dropped());
    assert_ready_ok!(service.poll_ready::<Request<WatchedBody>>());
    let mut answer = task::spawn(service.call(signed(EVENT, TestBody::one(EVENT))));
    assert_eq!(assert_ready_ok!(answer.poll()).body(), EVENT);
}

#[test]
fn a_future_dropped_before_the_first_poll_releases_its_permit() {
    let mut service = Spawn::new(Verify::new(ConcurrencyLimit::new(Strict::default(), 1), verifier()));
    let body = WatchedBody::new(TestBody::one(EVENT));
    let log = body.log();
    assert_ready_ok!(service.poll_ready::<Request<WatchedBody>>());
    drop(service.call(signed(EVENT, body)));
    assert!(log.dropped());
    assert_eq!(log.polls(), 0);
    assert_ready_ok!(service.poll_ready::<Request<WatchedBody>>());
}

#[test]
fn a_future_dropped_during_the_handler_releases_it() {
    let handlers = Arc::new(());
    let held = handlers.clone();
    let inner = service_fn(move |request: Request<BufferedBody>| {
        let held = held.clone();
        async move {
            let _held = (held, request);
            pending::<Result<Response<String>, Infallible>>().await
        }
    });
    let mut service = Spawn::new(Verify::new(ConcurrencyLimit::new(inner, 1), verifier()));
    let before = Arc::strong_count(&handlers);

    for _ in 0..2 {
        let body = WatchedBody::new(TestBody::one(EVENT));
        let log = body.log();
        assert_ready_ok!(service.poll_ready::<Request<WatchedBody>>());
        let mut answer = task::spawn(service.call(signed(EVENT, body)));
        assert_pending!(answer.poll());
        assert!(log.dropped(), "the body is dropped before the handler is called");
        assert!(Arc::strong_count(&handlers) > before);

        drop(answer);
        assert_eq!(Arc::strong_count(&handlers), before);
    }
}

#[test]
fn a_future_dropped_during_the_look_up_releases_its_permit() {
    let source = Source::new(Answer::Never);
    let verifier = Provider::Knowrithm.verifier_of(&source);
    let mut service = Spawn::new(Verify::new(ConcurrencyLimit::new(Strict::default(), 1), verifier));
    for round in 1..3 {
        let body = WatchedBody::new(TestBody::one(EVENT));
        let log = body.log();
        assert_ready_ok!(service.poll_ready::<Request<WatchedBody>>());
        let mut answer = task::spawn(service.call(signed(EVENT, body)));
        assert_pending!(answer.poll());
        assert_pending!(answer.poll());
        assert_eq!((source.asked(), source.under_way(), log.polls()), (round, 1, 0));
        assert_pending!(service.poll_ready::<Request<WatchedBody>>(), "the permit is taken");

        drop(answer);
        assert!(log.dropped());
        assert_eq!(source.under_way(), 0, "the lookup is dropped with the request");
        assert_ready_ok!(service.poll_ready::<Request<WatchedBody>>());
    }
}

#[test]
fn a_future_dropped_before_the_look_up_does_not_ask_the_source() {
    let source = Source::new(Answer::Never);
    let verifier = Provider::Knowrithm.verifier_of(&source);
    drop(verifier.verify_request(signed(EVENT, TestBody::one(EVENT))));
    assert_eq!(source.asked(), 0);
}
