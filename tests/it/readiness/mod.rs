//! Readiness, poll by poll: tower's contract between the layer and the services around it.

mod bounds;
mod dropped;
mod mocked;
mod neighbours;
mod waking;

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use http::{Request, Response};
use tower::Service;
use tower_webhook::BufferedBody;

/// A service that panics when it is called without having been polled ready. Its clones are not ready.
#[derive(Debug, Default)]
struct Strict {
    ready: bool,
}

impl Clone for Strict {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Service<Request<BufferedBody>> for Strict {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<BufferedBody>) -> Self::Future {
        assert!(std::mem::take(&mut self.ready), "called without being ready");
        let body = request.into_body().into_bytes();
        ready(Ok(Response::new(String::from_utf8(body.into()).unwrap())))
    }
}
