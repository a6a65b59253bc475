//! Wake-ups: the layer does all it can in one poll, and is woken by the body or the deadline alone.

use std::convert::Infallible;
use std::time::Duration;

use http::{Request, Response};
use tokio_test::{assert_pending, assert_ready_ok, task};
use tower::{Service, service_fn};
use tower_webhook::test::TestBody;
use tower_webhook::{BufferedBody, Verify};

use super::Strict;
use crate::support::body::seconds;
use crate::support::{EVENT, signed, verifier};

#[test]
fn a_body_that_is_there_at_once_needs_one_poll() {
    let mut service = Verify::new(Strict { ready: true }, verifier());
    let frames = EVENT.bytes().map(|byte| vec![byte]);
    let mut answer = task::spawn(service.call(signed(EVENT, TestBody::frames(frames))));
    assert_eq!(assert_ready_ok!(answer.poll()).body(), EVENT);
}

#[test]
fn a_stalled_body_without_a_deadline_is_not_woken() {
    let verifier = verifier().insecure_no_read_timeout();
    let mut service = Verify::new(Strict { ready: true }, verifier);
    let mut answer = task::spawn(service.call(signed(EVENT, TestBody::one(EVENT).stall())));
    for _ in 0..3 {
        assert_pending!(answer.poll());
        assert!(!answer.is_woken());
    }
}

#[tokio::test(start_paused = true)]
async fn a_stalled_body_is_woken_by_the_deadline_alone() {
    let mut service = Verify::new(Strict { ready: true }, verifier());
    let mut answer = task::spawn(service.call(signed(EVENT, TestBody::one(EVENT).stall())));
    assert_pending!(answer.poll());
    tokio::time::advance(Duration::from_secs(29)).await;
    assert!(!answer.is_woken());
    assert_pending!(answer.poll());

    tokio::time::advance(Duration::from_secs(2)).await;
    assert!(answer.is_woken());
    assert_eq!(assert_ready_ok!(answer.poll()).status(), 408);
}

#[test]
fn a_paused_body_wakes_the_task() {
    let verifier = verifier().insecure_no_read_timeout();
    let mut service = Verify::new(Strict { ready: true }, verifier);
    let mut answer = task::spawn(service.call(signed(EVENT, TestBody::one(EVENT).pause())));
    assert_pending!(answer.poll());
    assert!(answer.is_woken());
    assert_eq!(assert_ready_ok!(answer.poll()).body(), EVENT);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_does_not_apply_to_the_handler() {
    let inner = service_fn(async |_: Request<BufferedBody>| {
        tokio::time::sleep(Duration::from_hours(1)).await;
        Ok::<_, Infallible>(Response::new("at last".to_owned()))
    });
    let mut service = Verify::new(inner, verifier());
    // The pause starts the timer of the deadline before the handler is called.
    let body = TestBody::one(EVENT).wait_for(seconds(1));
    let response = service.call(signed(EVENT, body)).await.unwrap();
    assert_eq!(response.body(), "at last");
}
