//! The service: hyper's interface around that of the layer.

use std::error::Error;

use hyper::body::Body;
use hyper::http::request::Parts;
use hyper::service::Service;
use hyper::{Request, Response};
use tower_service::Service as _;
use tower_webhook::layer::{EmptyResponse, OnReject};
use tower_webhook::{BufferedBody, Rejection, SecretSupply, Verifier, Verify};

use crate::always_ready::AlwaysReady;
use crate::future::ResponseFuture;

/// A hyper [`Service`] that calls the inner one for verified webhooks alone; see the [crate's page](crate).
///
/// The inner service receives the verified bytes as the request's body, and as
/// [`VerifiedBody`](tower_webhook::VerifiedBody) in its extensions. It is cloned for each request.
#[derive(Clone, Debug)]
pub struct VerifyService<S, F = EmptyResponse> {
    verify: Verify<AlwaysReady<S>, F>,
}

impl<S> VerifyService<S> {
    /// Puts the check in front of `inner`. A refused request is answered with an empty body and the
    /// [status of the rejection](Rejection::status).
    pub fn new<K: SecretSupply>(inner: S, verifier: Verifier<K>) -> Self {
        Self {
            verify: Verify::new(AlwaysReady(inner), verifier),
        }
    }
}

impl<S, F> VerifyService<S, F> {
    /// Replaces the answer to a refused request, as [`VerifyLayer::on_reject`](tower_webhook::VerifyLayer::on_reject)
    /// does. The [`Rejection`] is in its extensions in any case.
    #[must_use]
    pub fn on_reject<G, R>(self, on_reject: G) -> VerifyService<S, G>
    where
        G: Fn(&Rejection, &Parts) -> Response<R> + Clone,
    {
        VerifyService {
            verify: self.verify.on_reject(on_reject),
        }
    }

    /// The inner service.
    pub fn get_ref(&self) -> &S {
        &self.verify.get_ref().0
    }

    /// The inner service.
    pub fn into_inner(self) -> S {
        self.verify.into_inner().0
    }
}

impl<S, F, B, R> Service<Request<B>> for VerifyService<S, F>
where
    S: Service<Request<BufferedBody>, Response = Response<R>> + Clone,
    F: OnReject<R> + Clone,
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = ResponseFuture<S, B, F>;

    fn call(&self, request: Request<B>) -> Self::Future {
        ResponseFuture {
            inner: self.verify.clone().call(request),
        }
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
    use tower_webhook::scheme::Knowrithm;
    use tower_webhook::sign::Signer;

    use super::*;

    fn verifier() -> Verifier {
        Verifier::knowrithm(SigningSecret::new("whk_test").unwrap())
    }

    fn signed(body: &'static str) -> Request<Full<Bytes>> {
        let signer = Signer::new(Knowrithm, &SigningSecret::new("whk_test").unwrap());
        signer.sign(Request::new(body)).map(Full::from)
    }

    #[tokio::test]
    async fn a_borrowed_service_that_is_not_send_is_accepted() {
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
        // A reference to a hyper service is a hyper service, and it is `Clone`.
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
    async fn the_answer_can_be_replaced_and_the_error_is_that_of_the_inner_service() {
        let service = VerifyService::new(
            service_fn(async |_: Request<BufferedBody>| Err::<Response<String>, _>("out of order")),
            verifier(),
        )
        .on_reject(|rejection, parts| Response::new(format!("{} {}", parts.uri, rejection.code())));

        assert_eq!(service.call(signed("{}")).await.unwrap_err(), "out of order");
        let response = service.call(Request::new(Full::<Bytes>::default())).await.unwrap();
        assert_eq!(response.body(), "/ missing_signature");
        assert!(response.extensions().get::<Rejection>().is_some());
    }

    #[test]
    fn service_and_future_are_send_when_their_parts_are() {
        fn service<T: Clone + Send + Sync + 'static>(value: T) -> T {
            value
        }
        fn future<T: Send + 'static>(_: T) {}

        let inner = service_fn(async |_: Request<BufferedBody>| Ok::<_, Infallible>(Response::new(String::new())));
        future(service(VerifyService::new(inner, verifier())).call(signed("{}")));
    }
}
