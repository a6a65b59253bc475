//! The service: it answers the handshake, or calls the inner service.

use std::fmt;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use tower_service::Service;

use crate::future::ResponseFuture;
use crate::responder::{Head, Reply, Responder};

/// A [`Service`] that answers the handshake of one provider and calls the inner one for every other request; made by
/// [`HandshakeLayer`](crate::HandshakeLayer).
///
/// The answer has the body type of the inner service's answers, which is made from [`Bytes`]: axum's, warp's, `Full`
/// and [`BufferedBody`](tower_webhook::BufferedBody) are.
#[derive(Clone)]
pub struct Handshake<S> {
    inner: S,
    responder: Responder,
}

impl<S> Handshake<S> {
    pub(crate) fn new(inner: S, responder: Responder) -> Self {
        Self { inner, responder }
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

impl<S, B, R> Service<Request<B>> for Handshake<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: From<Bytes>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Responder { provider, reply } = &self.responder;
        match reply(&Head::from(&request)) {
            // Called here and now, so that it is the service that was polled ready.
            Reply::Pass => ResponseFuture::pass(self.inner.call(request)),
            Reply::Now(result) => ResponseFuture::now(provider, result),
            Reply::Later(decision) => ResponseFuture::later(provider, decision),
        }
    }
}

/// Prints the inner service and the name of the provider.
impl<S: fmt::Debug> fmt::Debug for Handshake<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("inner", &self.inner)
            .field("provider", &self.responder.provider)
            .finish()
    }
}
