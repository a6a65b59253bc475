//! What the layer asks of its neighbours: it is as `Send`, `Sync` and long-lived as they are, and asks for none of it.

use std::cell::Cell;
use std::convert::Infallible;
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
    BufferedBody, Keys, PerRequest, Rejection, Secrets, SecretsHandle, SigningSecret, VerifiedBody, Verifier, Verify,
    VerifyLayer, VerifyRequest,
};

use super::Strict;
use crate::contract::sources::Source;
use crate::support::{EVENT, signed, verifier};

const fn shared<T: Clone + Send + Sync + 'static>() {}
const fn sent<T: Send + 'static>() {}
const fn serves<S: Service<Request<B>>, B>() {}

/// Compiles, or does not.
const _: () = {
    shared::<SigningSecret>();
    shared::<Secrets>();
    shared::<SecretsHandle>();
    shared::<PerRequest<Source>>();
    shared::<Keys>();
    shared::<Verifier>();
    shared::<VerifiedBody>();
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
    // axum's body is not `Sync`, and need not be.
    sent::<VerifyRequest<axum::body::Body>>();
    sent::<VerifyRequest<hyper::body::Incoming>>();
    sent::<ResponseFuture<axum::routing::Route, axum::body::Body, EmptyResponse>>();
    sent::<ResponseFuture<Strict, hyper::body::Incoming, EmptyResponse>>();
};

/// A body that cannot leave its thread, and borrows what it gives.
struct Local<'a> {
    content: Option<&'a [u8]>,
    _not_send: PhantomData<Rc<()>>,
}

impl Body for Local<'_> {
    type Data = Bytes;
    /// Neither `Error` nor `Send` nor anything else.
    type Error = Rc<()>;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Rc<()>>>> {
        let content = self.content.take().map(Bytes::copy_from_slice);
        Poll::Ready(content.map(|content| Ok(Frame::data(content))))
    }
}

#[test]
fn what_is_neither_send_nor_static_will_do() {
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
