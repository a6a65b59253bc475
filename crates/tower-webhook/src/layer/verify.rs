//! The service: it starts the check of each request.

use std::mem;
use std::task::{Context, Poll};

use http::request::Parts;
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use super::{EmptyResponse, OnReject, ResponseFuture};
use crate::body::BufferedBody;
use crate::rejection::{BoxError, Rejection};
use crate::supply::SecretSupply;
use crate::verifier::{RequestVerifier, Verifier};
use crate::verify_request::VerifyRequest;

/// A [`Service`] that calls the inner one for verified webhooks alone; see [the module](crate::layer).
#[derive(Clone, Debug)]
pub struct Verify<S, F = EmptyResponse> {
    inner: S,
    verifier: RequestVerifier,
    on_reject: F,
}

impl<S> Verify<S> {
    /// Puts the check in front of `inner`, as [`VerifyLayer::new`](crate::VerifyLayer::new) does.
    pub fn new<Supply: SecretSupply>(inner: S, verifier: Verifier<Supply>) -> Self {
        Self::with_on_reject(inner, verifier.into(), EmptyResponse)
    }
}

impl<S, F> Verify<S, F> {
    pub(super) fn with_on_reject(inner: S, verifier: RequestVerifier, on_reject: F) -> Self {
        Self {
            inner,
            verifier,
            on_reject,
        }
    }

    /// Replaces the answer to a refused request, as [`VerifyLayer::on_reject`](crate::VerifyLayer::on_reject) does.
    #[must_use]
    pub fn on_reject<G, R>(self, on_reject: G) -> Verify<S, G>
    where
        G: Fn(&Rejection, &Parts) -> Response<R> + Clone,
    {
        Verify::with_on_reject(self.inner, self.verifier, on_reject)
    }

    /// Returns a reference to the inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns a mutable reference to the inner service.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Returns the inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, F, B, R> Service<Request<B>> for Verify<S, F>
where
    S: Service<Request<BufferedBody>, Response = Response<R>> + Clone,
    F: OnReject<R> + Clone,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = ResponseFuture<S, B, F>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that was polled ready is the one to call: its clone may not be ready.
        let fresh = self.inner.clone();
        let ready = mem::replace(&mut self.inner, fresh);
        let verify = VerifyRequest::new(self.verifier.0.clone(), request);
        ResponseFuture::new(verify, ready, self.on_reject.clone())
    }
}
