//! Bounds: the layer is `Send`, `Sync` and `'static` if its neighbours are, and requires none of it.

use std::cell::Cell;
use std::convert::Infallible;
use std::error::Error;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body::{Body, Frame};
use tokio_test::{assert_ready_ok, task};
use tower::{Layer, Service, service_fn};
use tower_webhook::layer::{EmptyResponse, ResponseFuture};
use tower_webhook::sign::Signer;
use tower_webhook::test::{RequestBuilder, TestBody};
use tower_webhook::{
    BufferedBody, DecodedSecret, DeliveryKey, PerRequest, Provenance, Rejection, Secrets, SecretsHandle, SigningSecret,
    Verification, VerifiedBody, Verifier, Verify, VerifyLayer, VerifyRequest,
};

use super::Strict;
use crate::support::{EVENT, signed, verifier};

const fn shared<T: Clone + Send + Sync + 'static>() {}
const fn sent<T: Send + 'static>() {}
const fn serves<S: Service<Request<B>>, B>() {}

/// Checked by the compiler.
const _: () = {
    shared::<SigningSecret>();
    shared::<Secrets>();
    shared::<SecretsHandle>();
    shared::<DecodedSecret>();
    shared::<Secrets<DecodedSecret>>();
    shared::<SecretsHandle<DecodedSecret>>();
    shared::<Verifier>();
    shared::<Verifier<PerRequest>>();
    shared::<VerifiedBody>();
    shared::<Provenance>();
    shared::<DeliveryKey>();
    shared::<BufferedBody>();
    shared::<Rejection>();
    shared::<VerifyLayer>();
    shared::<Signer>();
    shared::<RequestBuilder>();
    shared::<Verify<axum::routing::Route>>();
    shared::<Verify<Strict>>();
    serves::<Verify<axum::routing::Route>, axum::body::Body>();
    serves::<Verify<Strict>, axum::body::Body>();
    serves::<Verify<Strict>, hyper::body::Incoming>();
    sent::<TestBody>();
    sent::<Verification>();
    // The body of axum is not `Sync`.
    sent::<VerifyRequest<axum::body::Body>>();
    sent::<VerifyRequest<hyper::body::Incoming>>();
    sent::<ResponseFuture<axum::routing::Route, axum::body::Body, EmptyResponse>>();
    sent::<ResponseFuture<Strict, hyper::body::Incoming, EmptyResponse>>();
};

/// A body that is not `Send`, and borrows its content.
struct Local<'a> {
    content: Option<&'a [u8]>,
    _not_send: PhantomData<Rc<()>>,
}

/// Not an `Error` and not `Send`, but convertible into a boxed error.
struct LocalError(PhantomData<Rc<()>>);

impl From<LocalError> for Box<dyn Error + Send + Sync> {
    fn from(_: LocalError) -> Self {
        "not an error".into()
    }
}

impl Body for Local<'_> {
    type Data = Bytes;
    type Error = LocalError;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, LocalError>>> {
        let content = self.content.take().map(Bytes::copy_from_slice);
        Poll::Ready(content.map(|content| Ok(Frame::data(content))))
    }
}

#[test]
fn a_body_and_a_service_need_not_be_send_or_static() {
    let content = EVENT.to_owned();
    let (calls, refused) = (Cell::new(0), Rc::new(Cell::new(0)));
    let inner = service_fn(|request: Request<BufferedBody>| {
        calls.set(calls.get() + 1);
        let not_send = Rc::new(request.into_body().into_bytes());
        async move { Ok::<_, Infallible>(Response::new(not_send.len())) }
    });
    let counter = Rc::clone(&refused);
    let layer = VerifyLayer::new(verifier()).on_reject(move |_: &Rejection, _: &Parts| {
        counter.set(counter.get() + 1);
        Response::new(0)
    });
    let mut service = layer.layer(inner);
    let mut answer = |signed_content: &str| {
        let body = Local {
            content: Some(content.as_bytes()),
            _not_send: PhantomData,
        };
        let mut answer = task::spawn(service.call(signed(signed_content, body)));
        *assert_ready_ok!(answer.poll()).body()
    };

    assert_eq!(answer(EVENT), EVENT.len());
    assert_eq!(answer("another"), 0);
    assert_eq!((calls.get(), refused.get()), (1, 1));
}
