//! The service, poll by poll: which service is called, and what a request that passes on has lost.

use http::{Request, Response};
use tokio_test::{assert_pending, assert_ready, assert_ready_err, assert_ready_ok, task};
use tower::limit::ConcurrencyLimit;
use tower::{Layer, ServiceExt};
use tower_test::mock::{Handle, Mock, Spawn, spawn_with};
use tower_webhook::BufferedBody;
use tower_webhook::test::TestBody;
use tower_webhook_handshake::{Handshake, HandshakeLayer};

use crate::support::EVENT;
use crate::support::body::WatchedBody;

type Inner = Mock<Request<WatchedBody>, Response<BufferedBody>>;
type InnerHandle = Handle<Request<WatchedBody>, Response<BufferedBody>>;

fn service() -> (Spawn<Handshake<Inner>>, InnerHandle) {
    spawn_with(|inner| HandshakeLayer::dropbox().layer(inner))
}

fn poll_ready(service: &mut Spawn<Handshake<Inner>>) -> std::task::Poll<Result<(), tower::BoxError>> {
    service.poll_ready::<Request<WatchedBody>>()
}

fn asks() -> Request<WatchedBody> {
    Request::get("/hook?challenge=abc")
        .body(TestBody::one(EVENT).into())
        .unwrap()
}

fn delivery() -> Request<WatchedBody> {
    Request::post("/hook").body(TestBody::one(EVENT).into()).unwrap()
}

#[test]
fn the_service_polled_ready_is_the_one_called_and_the_body_arrives_untouched() {
    let (mut service, mut handle) = service();
    handle.allow(0);
    assert_pending!(poll_ready(&mut service));
    handle.allow(1);
    assert!(service.is_woken());
    assert_ready_ok!(poll_ready(&mut service));

    let body = WatchedBody::new(TestBody::one(EVENT));
    let log = body.log();
    let request = Request::post("/hook?challenge=abc")
        .header("x-a", "b")
        .body(body)
        .unwrap();
    let mut answer = task::spawn(service.call(request));
    assert_pending!(answer.poll());
    assert_pending!(poll_ready(&mut service), "another call needs readiness of its own");
    let (request, send) = assert_ready!(handle.poll_request()).unwrap();
    assert_eq!(request.uri(), "/hook?challenge=abc");
    assert_eq!(request.headers()["x-a"], "b");
    assert_eq!((log.polls(), log.dropped()), (0, false));

    send.send_response(Response::new(BufferedBody::new("thanks")));
    assert_eq!(assert_ready_ok!(answer.poll()).body().bytes(), "thanks");
}

#[test]
fn an_answered_handshake_calls_nothing_and_reads_no_body() {
    let (mut service, mut handle) = service();
    handle.allow(1);
    for _ in 0..3 {
        assert_ready_ok!(poll_ready(&mut service));
        let request = asks();
        let log = request.body().log();
        let mut answer = task::spawn(service.call(request));
        assert_eq!(assert_ready_ok!(answer.poll()).body().bytes(), "abc");
        assert_pending!(handle.poll_request());
        assert_eq!((log.polls(), log.dropped()), (0, true));
    }
}

#[test]
fn errors_of_the_inner_service_pass_through() {
    let (mut service, mut handle) = service();
    handle.send_error("not today");
    assert_eq!(assert_ready_err!(poll_ready(&mut service)).to_string(), "not today");

    assert_ready_ok!(poll_ready(&mut service));
    let mut answer = task::spawn(service.call(asks()));
    assert_ready_ok!(answer.poll());
    assert_ready_ok!(poll_ready(&mut service));
    let mut answer = task::spawn(service.call(delivery()));
    assert_pending!(answer.poll());
    let (_, send) = assert_ready!(handle.poll_request()).unwrap();
    send.send_error("out of order");
    assert_eq!(assert_ready_err!(answer.poll()).to_string(), "out of order");
}

/// The permit that was acquired for a handshake serves the next request, and is then free.
#[test]
fn a_concurrency_limit_behind_the_layer_is_not_used_up() {
    let inner = tower::service_fn(async |_: Request<WatchedBody>| Ok::<_, ()>(Response::new(BufferedBody::default())));
    let limited = HandshakeLayer::dropbox().layer(ConcurrencyLimit::new(inner, 1));
    let mut service = Spawn::new(limited);
    for _ in 0..3 {
        for (request, body) in [(asks(), "abc"), (delivery(), "")] {
            assert_ready_ok!(service.poll_ready::<Request<WatchedBody>>());
            let mut answer = task::spawn(service.call(request));
            assert_eq!(assert_ready_ok!(answer.poll()).body().bytes(), body);
        }
        let mut answer = task::spawn(service.get_ref().clone().oneshot(delivery()));
        assert_ready_ok!(answer.poll());
    }
}

#[test]
fn a_callback_that_waits_is_waited_for() {
    let (send, receive) = tokio::sync::oneshot::channel();
    let receive = std::sync::Mutex::new(Some(receive));
    let layer = HandshakeLayer::asana(move |_, _| {
        let receive = receive.lock().unwrap().take();
        async move { receive.unwrap().await.unwrap_or(false) }
    });
    let offer = Request::post("/hook").header("x-hook-secret", "b537").body(()).unwrap();
    let mut answer = task::spawn(layer.into_service().oneshot(offer));
    assert_pending!(answer.poll());
    send.send(true).unwrap();
    assert!(answer.is_woken());
    let answer = assert_ready_ok!(answer.poll());
    assert_eq!(answer.headers()["x-hook-secret"], "b537");
    assert!(answer.headers()["x-hook-secret"].is_sensitive());
}
