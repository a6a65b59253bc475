//! A hyper service as a tower service.

use std::task::{Context, Poll};

use hyper::service::Service;

/// A tower service that is always ready, because a hyper service takes a request at any time.
#[derive(Clone, Debug)]
pub(crate) struct AlwaysReady<S>(pub(crate) S);

impl<S, Request> tower_service::Service<Request> for AlwaysReady<S>
where
    S: Service<Request>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> S::Future {
        self.0.call(request)
    }
}
