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

/// Accepts and refuses by turns, through one service and through clones of it.
async fn goes_on_working<S>(stack: &str, mut service: S)
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
async fn each_works_behind_the_layer() {
    let verify = VerifyLayer::new(verifier());
    let stack = || ServiceBuilder::new().layer(&verify);
    goes_on_working("nothing", stack().service(Strict::default())).await;
    goes_on_working("limit", stack().concurrency_limit(1).service(Strict::default())).await;
    goes_on_working("buffer", stack().buffer(1).service(Strict::default())).await;
    goes_on_working("shed", stack().load_shed().service(Strict::default())).await;
    goes_on_working(
        "shed, limit",
        stack().load_shed().concurrency_limit(1).service(Strict::default()),
    )
    .await;
    goes_on_working(
        "buffer, limit",
        stack().buffer(1).concurrency_limit(1).service(Strict::default()),
    )
    .await;
}

#[tokio::test]
async fn each_works_in_front_of_the_layer() {
    let verified = || VerifyLayer::new(verifier());
    let stack = ServiceBuilder::new;
    let inner = || stack().layer(verified()).service(Strict::default());
    goes_on_working("limit", stack().concurrency_limit(1).service(inner())).await;
    goes_on_working("buffer", stack().buffer(1).service(inner())).await;
    goes_on_working("shed", stack().load_shed().service(inner())).await;
    goes_on_working(
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
async fn a_permit_behind_the_layer_is_held_while_the_body_comes_and_no_longer() {
    let mut service = Spawn::new(Verify::new(ConcurrencyLimit::new(Strict::default(), 1), verifier()));
    a_permit_is_held_until_the_answer(&mut service);
}

#[tokio::test]
async fn a_permit_in_front_of_the_layer_is_held_while_the_body_comes_and_no_longer() {
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
        assert_pending!(service.poll_ready(), "while the body comes");

        assert_eq!(assert_ready_ok!(answer.poll()).status(), status);
        drop(answer);
        assert!(service.is_woken());
    }
    assert_ready_ok!(service.poll_ready());
}

type Inner = Mock<Request<BufferedBody>, Response<String>>;

#[test]
fn behind_the_layer_only_what_is_verified_is_shed() {
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
fn in_front_of_the_layer_what_is_shed_is_not_read() {
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
async fn a_full_buffer_behind_the_layer_is_waited_for() {
    let (inner, mut handle) = tower_test::mock::pair::<Request<BufferedBody>, Response<String>>();
    handle.allow(0);
    let mut service = Spawn::new(Verify::new(Buffer::new(inner, 1), verifier()));
    assert_ready_ok!(service.poll_ready::<Request<TestBody>>());
    let mut first = task::spawn(service.call(signed(EVENT, TestBody::one(EVENT))));
    assert_pending!(first.poll());
    // The buffer's worker takes the first request and waits with it for the mock; then there is room for one more.
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
