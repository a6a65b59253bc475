//! The future: that of the layer, under a name of this crate.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::Body;
use hyper::service::Service;
use hyper::{Request, Response};
use pin_project_lite::pin_project;
use tower_webhook::BufferedBody;
use tower_webhook::layer::{self, OnReject};

use crate::always_ready::AlwaysReady;

pin_project! {
    /// The response future of [`VerifyService`](crate::VerifyService).
    ///
    /// # Panics
    ///
    /// As [`VerifyRequest`](tower_webhook::VerifyRequest) does.
    pub struct ResponseFuture<S, B, F>
    where
        S: Service<Request<BufferedBody>>,
    {
        #[pin]
        pub(crate) inner: layer::ResponseFuture<AlwaysReady<S>, B, F>,
    }
}

impl<S, B, F, R> Future for ResponseFuture<S, B, F>
where
    S: Service<Request<BufferedBody>, Response = Response<R>>,
    F: OnReject<R>,
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
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
