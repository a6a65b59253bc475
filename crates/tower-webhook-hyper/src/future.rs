//! The future: the layer's, under a name of ours.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::Body;
use hyper::service::Service;
use hyper::{Request, Response};
use pin_project_lite::pin_project;
use tower_webhook::layer::{self, OnReject};
use tower_webhook::{BufferedBody, VerifyRequest};

use crate::always_ready::AlwaysReady;

pin_project! {
    /// The response future of [`VerifyService`](crate::VerifyService).
    ///
    /// # Panics
    ///
    /// Where [`VerifyRequest`] does.
    pub struct ResponseFuture<S, B, F>
    where
        S: Service<Request<BufferedBody>>,
    {
        #[pin]
        inner: layer::ResponseFuture<AlwaysReady<S>, B, F>,
    }
}

impl<S, B, F> ResponseFuture<S, B, F>
where
    S: Service<Request<BufferedBody>>,
{
    pub(crate) fn new(verify: VerifyRequest<B>, ready: AlwaysReady<S>, on_reject: F) -> Self {
        Self {
            inner: layer::ResponseFuture::new(verify, ready, on_reject),
        }
    }
}

impl<S, B, F, R> Future for ResponseFuture<S, B, F>
where
    S: Service<Request<BufferedBody>, Response = Response<R>>,
    F: OnReject<R>,
    B: Body,
{
    type Output = Result<Response<R>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().inner.poll(cx)
    }
}

impl<S, B, F> fmt::Debug for ResponseFuture<S, B, F>
where
    S: Service<Request<BufferedBody>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
