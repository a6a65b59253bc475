//! Custom answers: the rejection is in the extensions of every answer, and the answer is otherwise the closure's.

use std::convert::Infallible;
use std::error::Error;

use http::request::Parts;
use http::{HeaderName, Request, Response, StatusCode};
use tower::{Layer, ServiceExt, service_fn};
use tower_webhook::scheme::Knowrithm;
use tower_webhook::test::{BrokenBody, TestBody};
use tower_webhook::{BufferedBody, Rejection, RejectionKind, SecretSupply, Verifier, Verify, VerifyLayer};
use tower_webhook_hyper::VerifyService;

use crate::contract::sources::{Answer, Outage, Source};
use crate::support::{EVENT, PATH, SIGNATURE, request, signed, verifier};

async fn handle(_: Request<BufferedBody>) -> Result<Response<String>, Infallible> {
    Ok(Response::new("handled".to_owned()))
}

/// The answers of the layer, its service and the hyper service to the same request.
async fn answers<S: SecretSupply>(
    verifier: Verifier<S>,
    request: impl Fn() -> Request<TestBody>,
) -> [Response<String>; 3] {
    let on_reject = |rejection: &Rejection, head: &Parts| {
        let mut response = Response::new(format!("{} {}", rejection.code(), head.uri));
        *response.status_mut() = StatusCode::IM_A_TEAPOT;
        response
    };
    let layered = VerifyLayer::new(verifier.clone())
        .on_reject(on_reject)
        .layer(service_fn(handle));
    let service = Verify::new(service_fn(handle), verifier.clone()).on_reject(on_reject);
    let hyper = VerifyService::new(hyper::service::service_fn(handle), verifier).on_reject(on_reject);
    [
        layered.oneshot(request()).await.unwrap(),
        service.oneshot(request()).await.unwrap(),
        hyper::service::Service::call(&hyper, request()).await.unwrap(),
    ]
}

fn check(response: &Response<String>, kind: RejectionKind, header: Option<&HeaderName>) -> Rejection {
    assert_eq!(response.status(), 418);
    assert_eq!(*response.body(), format!("{} {PATH}", kind.code()));
    let rejection: &Rejection = response.extensions().get().expect("the layer inserts it");
    assert_eq!((rejection.kind(), rejection.header()), (kind, header));
    rejection.clone()
}

#[tokio::test]
async fn a_custom_answer_carries_the_rejection() {
    for response in answers(verifier(), || request([], TestBody::one(EVENT))).await {
        let rejection = check(&response, RejectionKind::MissingSignature, Some(&SIGNATURE));
        assert!(rejection.source().is_none());
    }
    for response in answers(verifier(), || signed("another", TestBody::one(EVENT))).await {
        check(&response, RejectionKind::SignatureMismatch, None);
    }
    for response in answers(verifier(), || signed(EVENT, TestBody::one(EVENT).fail())).await {
        let rejection = check(&response, RejectionKind::BodyRead, None);
        assert!(rejection.source().expect("the error of the body").is::<BrokenBody>());
    }
    let source = || Verifier::per_request(Knowrithm, Source::new(Answer::Fails));
    for response in answers(source(), || signed(EVENT, TestBody::one(EVENT))).await {
        let rejection = check(&response, RejectionKind::SecretSource, None);
        assert!(rejection.source().expect("the error of the source").is::<Outage>());
    }
}

#[tokio::test]
async fn a_verified_request_is_not_answered_by_the_closure() {
    for response in answers(verifier(), || signed(EVENT, TestBody::one(EVENT))).await {
        assert_eq!((response.status().as_u16(), response.body().as_str()), (200, "handled"));
        assert!(response.extensions().get::<Rejection>().is_none());
    }
}
