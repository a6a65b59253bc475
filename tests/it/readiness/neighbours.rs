//! `ConcurrencyLimit`, `Buffer` and `LoadShed`, behind the layer and in front of it.

use std::fmt::Debug;
use std::task::Poll;

use http::{Request, Response};
use tokio_test::{assert_pending, assert_ready, assert_ready_err, assert_ready_ok, task};
use tower::buffer::Buffer;
use tower::limit::ConcurrencyLimit;
use tower::load_shed::LoadShed;
use tower::load_shed::error::Overloaded;
use tower::{Service, ServiceBuilder, ServiceExt};
use tower_test::mock::{Mock, Spawn, spawn_with};
use tower_webhook::test::TestBody;
use tower_webhook::{BufferedBody, Verify, VerifyLayer};

use super::Strict;
use crate::support::body::WatchedBody;
use crate::support::{EVENT, request, signed, verifier};

/// Sends genuine and forged requests in turn, through one service and through clones of it.
async fn serves_requests_in_turn<S>(stack: &str, mut service: S)
where
    S: Service<Request<TestBody>, Response = Response<String>> + Clone,
    S::Error: Debug,
{
    for round in 0..3 {
        for (request, status) in [
            (signed(EVENT, TestBody::one(EVENT)), 200),
            (request([], TestBody::one(EVENT)), 403),
            (signed("another", TestBody::one(EVENT).pause()), 403),
            (signed(EVENT, TestBody::one(EVENT).pause()), 200),
        ] {
            let response = service.ready().await.unwrap().call(request).await.unwrap();
            assert_eq!(response.status(), status, "{stack}, round {round}");
        }
        let clone = service.clone();
        let response = clone.oneshot(signed(EVENT, TestBody::one(EVENT))).await.unwrap();
        assert_eq!(response.body(), EVENT, "{stack}, round {round}");
    }
}

#[tokio::test]
async fn limit_buffer_and_load_shed_work_behind_the_layer() {
    let verify = VerifyLayer::new(verifier());
    let stack = || ServiceBuilder::new().layer(&verify);
    serves_requests_in_turn("nothing", stack().service(Strict::default())).await;
    serves_requests_in_turn("limit", stack().concurrency_limit(1).service(Strict::default())).await;
    serves_requests_in_turn("buffer", stack().buffer(1).service(Strict::default())).await;
    serves_requests_in_turn("shed", stack().load_shed().service(Strict::default())).await;
    serves_requests_in_turn(
        "shed, limit",
        stack().load_shed().concurrency_limit(1).service(Strict::default()),
    )
    .await;
    serves_requests_in_turn(
        "buffer, limit",
        stack().buffer(1).concurrency_limit(1).service(Strict::default()),
    )
    .await;
}

#[tokio::test]
async fn limit_buffer_and_load_shed_work_in_front_of_the_layer() {
    let verified = || VerifyLayer::new(verifier());
    let stack = ServiceBuilder::new;
    let inner = || stack().layer(verified()).service(Strict::default());
    serves_requests_in_turn("limit", stack().concurrency_limit(1).service(inner())).await;
    serves_requests_in_turn("buffer", stack().buffer(1).service(inner())).await;
    serves_requests_in_turn("shed", stack().load_shed().service(inner())).await;
    serves_requests_in_turn(
        "all on both sides",
        stack()
            .buffer(1)
            .load_shed()
            .concurrency_limit(1)
            .layer(verified())
            .buffer(1)
            .load_shed()
            .concurrency_limit(1)
            .service(Strict::default()),
    )
    .await;
}

#[tokio::test]
async fn a_permit_behind_the_layer_is_held_until_the_answer() {
    let mut service = Spawn::new(Verify::new(ConcurrencyLimit::new(Strict::default(), 1), verifier()));
    a_permit_is_held_until_the_answer(&mut service);
}

#[tokio::test]
async fn a_permit_in_front_of_the_layer_is_held_until_the_answer() {
    let mut service = Spawn::new(ConcurrencyLimit::new(Verify::new(Strict::default(), verifier()), 1));
    a_permit_is_held_until_the_answer(&mut service);
}

fn a_permit_is_held_until_the_answer<S>(service: &mut Spawn<S>)
where
    S: Service<Request<TestBody>, Response = Response<String>>,
    S::Error: Debug,
{
    for (request, status) in [
        (signed(EVENT, TestBody::one(EVENT).pause()), 200),
        (signed("another", TestBody::one(EVENT).pause()), 403),
        (signed(EVENT, TestBody::new().pause().fail()), 400),
    ] {
        assert_ready_ok!(service.poll_ready());
        let mut answer = task::spawn(service.call(request));
        assert_pending!(answer.poll());
        assert_pending!(service.poll_ready(), "the permit is taken");

        assert_eq!(assert_ready_ok!(answer.poll()).status(), status);
        drop(answer);
        assert!(service.is_woken());
    }
    assert_ready_ok!(service.poll_ready());
}

type Inner = Mock<Request<BufferedBody>, Response<String>>;

#[test]
fn load_shed_behind_the_layer_sheds_verified_requests_alone() {
    let (mut service, mut handle) = spawn_with(|inner: Inner| Verify::new(LoadShed::new(inner), verifier()));
    handle.allow(0);

    assert_ready_ok!(service.poll_ready::<Request<TestBody>>());
    let mut forged = task::spawn(service.call(request([], TestBody::one(EVENT))));
    assert_eq!(assert_ready_ok!(forged.poll()).status(), 403);

    assert_ready_ok!(service.poll_ready::<Request<TestBody>>());
    let mut genuine = task::spawn(service.call(signed(EVENT, TestBody::one(EVENT))));
    let error = assert_ready_err!(genuine.poll());
    assert!(error.is::<Overloaded>(), "{error}");
}

#[test]
fn load_shed_in_front_of_the_layer_sheds_requests_unread() {
    let (mut service, mut handle) = spawn_with(|inner: Inner| LoadShed::new(Verify::new(inner, verifier())));
    handle.allow(0);

    assert_ready_ok!(service.poll_ready::<Request<TestBody>>());
    let body = WatchedBody::new(TestBody::one(EVENT));
    let log = body.log();
    let mut genuine = task::spawn(service.call(signed(EVENT, body)));
    let error = assert_ready_err!(genuine.poll());
    assert!(error.is::<Overloaded>(), "{error}");
    assert_eq!(log.polls(), 0);
}

#[tokio::test]
async fn the_layer_waits_for_a_full_buffer_behind_it() {
    let (inner, mut handle) = tower_test::mock::pair::<Request<BufferedBody>, Response<String>>();
    handle.allow(0);
    let mut service = Spawn::new(Verify::new(Buffer::new(inner, 1), verifier()));
    assert_ready_ok!(service.poll_ready::<Request<TestBody>>());
    let mut first = task::spawn(service.call(signed(EVENT, TestBody::one(EVENT))));
    assert_pending!(first.poll());
    // The worker takes the first request out of the buffer and waits for the mock; then there is room for another.
    while service.poll_ready::<Request<TestBody>>().is_pending() {
        tokio::task::yield_now().await;
    }
    let mut second = task::spawn(service.call(signed(EVENT, TestBody::one(EVENT))));
    assert_pending!(second.poll());
    assert_pending!(service.poll_ready::<Request<TestBody>>());

    handle.allow(1);
    let (_, send) = handle.next_request().await.unwrap();
    send.send_response(Response::new("first".to_owned()));
    let answer = loop {
        match first.poll() {
            Poll::Ready(answer) => break answer.unwrap(),
            Poll::Pending => tokio::task::yield_now().await,
        }
    };
    assert_eq!(answer.body(), "first");
    tokio::task::yield_now().await;
    assert_ready!(service.poll_ready::<Request<TestBody>>()).unwrap();
}
