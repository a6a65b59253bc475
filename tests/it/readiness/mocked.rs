//! The layer in front of a mock with scripted readiness, answers and errors.

use http::{Request, Response};
use tokio_test::{assert_pending, assert_ready, assert_ready_err, assert_ready_ok, task};
use tower_test::mock::{Handle, Mock, Spawn, spawn_with};
use tower_webhook::test::TestBody;
use tower_webhook::{BufferedBody, Rejection, RejectionKind, VerifiedBody, Verify};

use crate::support::{EVENT, headed, request, signed, verifier};

type Inner = Mock<Request<BufferedBody>, Response<String>>;
type InnerHandle = Handle<Request<BufferedBody>, Response<String>>;

fn verify() -> (Spawn<Verify<Inner>>, InnerHandle) {
    spawn_with(|inner| Verify::new(inner, verifier()))
}

fn poll_ready(service: &mut Spawn<Verify<Inner>>) -> std::task::Poll<Result<(), tower::BoxError>> {
    service.poll_ready::<Request<TestBody>>()
}

#[test]
fn the_layer_is_ready_when_the_inner_service_is() {
    let (mut service, mut handle) = verify();
    handle.allow(0);
    assert_pending!(poll_ready(&mut service));

    handle.allow(1);
    assert!(service.is_woken());
    assert_ready_ok!(poll_ready(&mut service));
}

#[test]
fn the_service_polled_ready_is_the_one_called() {
    let (mut service, mut handle) = verify();
    handle.allow(1);
    assert_ready_ok!(poll_ready(&mut service));
    let mut answer = task::spawn(service.call(signed(EVENT, TestBody::one(EVENT))));
    assert_pending!(answer.poll());
    // Another call needs readiness of its own.
    assert_pending!(poll_ready(&mut service));
    let (request, send) = assert_ready!(handle.poll_request()).unwrap();
    let verified: &VerifiedBody = request.extensions().get().unwrap();
    assert_eq!(verified.bytes(), EVENT);
    assert_eq!(request.body().bytes(), EVENT);

    send.send_response(Response::new("thanks".to_owned()));
    assert_eq!(assert_ready_ok!(answer.poll()).body(), "thanks");
}

#[tokio::test]
async fn the_inner_service_is_not_called_before_the_body_is_verified() {
    let (mut service, mut handle) = verify();
    assert_ready_ok!(poll_ready(&mut service));
    let body = TestBody::one(EVENT).pause();
    let mut answer = task::spawn(service.call(signed(EVENT, body)));
    assert_pending!(handle.poll_request());

    // All bytes have arrived, but not the end of the body.
    assert_pending!(answer.poll());
    assert_pending!(handle.poll_request());

    assert_pending!(answer.poll());
    assert_ready!(handle.poll_request());
}

#[test]
fn the_inner_service_is_not_called_for_a_refused_request() {
    let (mut service, mut handle) = verify();
    for (request, kind) in [
        (request([], TestBody::one(EVENT)), RejectionKind::MissingSignature),
        (
            headed("sha256=", TestBody::one(EVENT)),
            RejectionKind::MalformedSignature,
        ),
        (
            signed("another", TestBody::one(EVENT)),
            RejectionKind::SignatureMismatch,
        ),
        (signed(EVENT, TestBody::one(EVENT).fail()), RejectionKind::BodyRead),
    ] {
        assert_ready_ok!(poll_ready(&mut service));
        let mut answer = task::spawn(service.call(request));
        let response = assert_ready_ok!(answer.poll());
        let rejection: &Rejection = response.extensions().get().unwrap();
        assert_eq!(rejection.kind(), kind);
        assert_pending!(handle.poll_request());
    }
}

#[test]
fn errors_of_the_inner_service_pass_through() {
    let (mut service, mut handle) = verify();
    handle.send_error("not today");
    let error = assert_ready_err!(poll_ready(&mut service));
    assert_eq!(error.to_string(), "not today");

    assert_ready_ok!(poll_ready(&mut service));
    let mut answer = task::spawn(service.call(signed(EVENT, TestBody::one(EVENT))));
    assert_pending!(answer.poll());
    let (_, send) = assert_ready!(handle.poll_request()).unwrap();
    send.send_error("out of order");
    assert_eq!(assert_ready_err!(answer.poll()).to_string(), "out of order");
}
