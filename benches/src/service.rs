//! A service that does as little as a service can, and how one is called without a runtime.

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use http::{Request, Response};
use tower_service::Service;

/// Drops the request and answers 200. What it costs is measured too, and subtracted from the layer over it.
#[derive(Clone, Copy, Debug)]
pub struct Inner;

impl<B> Service<Request<B>> for Inner {
    type Response = Response<()>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Answer {
        Answer
    }
}

/// The future of [`Inner`]: makes the answer when it is polled, as a handler does.
#[derive(Debug)]
pub struct Answer;

impl Future for Answer {
    type Output = Result<Response<()>, Infallible>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok(Response::new(())))
    }
}

/// Calls a service as a server does, once it is ready, and polls the future by hand.
///
/// # Panics
///
/// When there is something to wait for.
pub fn call<S, Q>(service: &mut S, request: Q) -> S::Response
where
    S: Service<Q, Error = Infallible>,
{
    let cx = &mut Context::from_waker(Waker::noop());
    assert!(service.poll_ready(cx).is_ready(), "the service is busy");
    match pin!(service.call(request)).poll(cx) {
        Poll::Ready(Ok(response)) => response,
        Poll::Pending => panic!("the answer is not there at once"),
    }
}
