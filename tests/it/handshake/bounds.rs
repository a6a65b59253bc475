//! Bounds: the layer is `Send`, `Sync` and `'static` if its neighbours are, and requires none of it.

use std::cell::Cell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::FutureExt;
use http::{Request, Response};
use tower::{Layer, Service, service_fn};
use tower_webhook::{BufferedBody, Token, Verify};
use tower_webhook_handshake::{Forbidden, Handshake, HandshakeLayer, HandshakeRejection, ResponseFuture};

const fn shared<T: Clone + Send + Sync + 'static>() {}
const fn sent<T: Send + 'static>() {}
const fn serves<S: Service<Request<B>>, B>() {}

/// Checked by the compiler.
const _: () = {
    shared::<Token>();
    shared::<HandshakeLayer>();
    shared::<Handshake<axum::routing::Route>>();
    shared::<HandshakeRejection>();
    sent::<ResponseFuture<<axum::routing::Route as Service<Request<axum::body::Body>>>::Future>>();
    serves::<Handshake<axum::routing::Route>, axum::body::Body>();
    serves::<Handshake<Verify<axum::routing::Route>>, axum::body::Body>();
    serves::<Verify<Handshake<Forbidden>>, hyper::body::Incoming>();
};

#[test]
fn a_body_and_a_service_need_not_be_send_clone_or_static() {
    struct NotSend(PhantomData<Rc<()>>);

    let calls = Cell::new(0);
    let borrowed = &calls;
    let not_clone = AtomicUsize::new(0);
    let inner = service_fn(move |_: Request<NotSend>| {
        borrowed.set(not_clone.fetch_add(1, Ordering::Relaxed) + 1);
        let not_send = Rc::new(borrowed.get());
        async move { Ok::<_, Rc<()>>(Response::new(BufferedBody::new(not_send.to_string()))) }
    });
    let mut service = HandshakeLayer::dropbox().layer(inner);
    for (uri, answer) in [("/hook", "1"), ("/hook?challenge=abc", "abc"), ("/hook", "2")] {
        let request = Request::get(uri).body(NotSend(PhantomData)).unwrap();
        let answered = service.call(request).now_or_never().unwrap().unwrap();
        assert_eq!(answered.body().bytes(), answer);
    }
    assert_eq!(calls.get(), 2);
}
