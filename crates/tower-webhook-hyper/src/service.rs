//! The service: hyper's outside, the layer's inside.

use hyper::body::Body;
use hyper::http::request::Parts;
use hyper::service::Service;
use hyper::{Request, Response};
use tower_webhook::layer::{EmptyResponse, OnReject};
use tower_webhook::{BufferedBody, Rejection, Verifier};

use crate::always_ready::AlwaysReady;
use crate::future::ResponseFuture;

/// A hyper [`Service`] that calls the inner one for verified webhooks alone; see the [crate's page](crate).
///
/// The inner service gets the verified bytes as the request's body, and as
/// [`VerifiedBody`](tower_webhook::VerifiedBody) in its extensions. It is cloned for each request.
#[derive(Clone, Debug)]
pub struct VerifyService<S, F = EmptyResponse> {
    inner: S,
    verifier: Verifier,
    on_reject: F,
}

impl<S> VerifyService<S> {
    /// Puts the check in front of `inner`.
    ///
    /// It refuses with an empty body, the [status of the rejection](Rejection::status), and the [`Rejection`] in the
    /// response's extensions.
    pub fn new(inner: S, verifier: Verifier) -> Self {
        Self {
            inner,
            verifier,
            on_reject: EmptyResponse,
        }
    }
}

impl<S, F> VerifyService<S, F> {
    /// Replaces the answer to a refused request, as [`VerifyLayer::on_reject`](tower_webhook::VerifyLayer::on_reject) does.
    #[must_use]
    pub fn on_reject<G, R>(self, on_reject: G) -> VerifyService<S, G>
    where
        G: Fn(&Rejection, &Parts) -> Response<R> + Clone,
    {
        VerifyService {
            inner: self.inner,
            verifier: self.verifier,
            on_reject,
        }
    }

    /// The inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, F, B, R> Service<Request<B>> for VerifyService<S, F>
where
    S: Service<Request<BufferedBody>, Response = Response<R>> + Clone,
    F: OnReject<R> + Clone,
    B: Body,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = ResponseFuture<S, B, F>;

    fn call(&self, request: Request<B>) -> Self::Future {
        let verify = self.verifier.verify_request(request);
        ResponseFuture::new(verify, AlwaysReady(self.inner.clone()), self.on_reject.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;
    use std::rc::Rc;

    use bytes::Bytes;
    use http_body_util::Full;
    use hyper::service::service_fn;
    use tower_webhook::SigningSecret;
    use tower_webhook::sign::Signer;

    use super::*;

    fn verifier() -> Verifier {
        Verifier::knowrithm(SigningSecret::new("whk_test").unwrap())
    }

    fn signed(body: &'static str) -> Request<Full<Bytes>> {
        let signer = Signer::knowrithm(&SigningSecret::new("whk_test").unwrap());
        signer.sign(Request::new(body)).map(Full::from)
    }

    #[tokio::test]
    async fn what_is_not_send_and_only_borrowed_will_do() {
        let calls = Cell::new(0);
        let shared = Rc::new(());
        let service = service_fn(|request: Request<BufferedBody>| {
            calls.set(calls.get() + 1);
            let shared = Rc::clone(&shared);
            async move {
                drop(shared);
                Ok::<_, Infallible>(Response::new(Full::new(request.into_body().into_bytes())))
            }
        });
        // A borrowed hyper service is one too, so the inner one needs no `Clone` of its own.
        let service = VerifyService::new(&service, verifier());

        let (first, forged) = (
            service.call(signed("{}")),
            service.call(Request::new(Full::<Bytes>::from("{}"))),
        );
        assert_eq!(forged.await.unwrap().status(), 403);
        assert_eq!(calls.get(), 0);
        assert_eq!(first.await.unwrap().status(), 200);
        assert_eq!(calls.get(), 1);
    }

    #[tokio::test]
    async fn the_answer_can_be_replaced_and_the_error_is_the_inner_one() {
        let service = VerifyService::new(
            service_fn(async |_: Request<BufferedBody>| Err::<Response<String>, _>("out of order")),
            verifier(),
        )
        .on_reject(|rejection, parts| Response::new(format!("{} {}", parts.uri, rejection.code())));

        assert_eq!(service.call(signed("{}")).await.unwrap_err(), "out of order");
        let response = service.call(Request::new(Full::<Bytes>::default())).await.unwrap();
        assert_eq!(response.body(), "/ missing_signature");
    }

    #[test]
    fn it_is_as_send_as_its_parts() {
        fn service<T: Clone + Send + Sync + 'static>(value: T) -> T {
            value
        }
        fn future<T: Send + 'static>(_: T) {}

        let inner = service_fn(async |_: Request<BufferedBody>| Ok::<_, Infallible>(Response::new(String::new())));
        future(service(VerifyService::new(inner, verifier())).call(signed("{}")));
    }
}
