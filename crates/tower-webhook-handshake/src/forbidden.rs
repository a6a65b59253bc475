//! The service behind a handshake that stands alone.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use http::{Request, Response, StatusCode};
use tower_service::Service;
use tower_webhook::BufferedBody;

/// A service that answers every request with an empty 403; see
/// [`HandshakeLayer::into_service`](crate::HandshakeLayer::into_service).
#[derive(Clone, Copy, Debug, Default)]
pub struct Forbidden;

impl<B> Service<Request<B>> for Forbidden {
    type Response = Response<BufferedBody>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::FORBIDDEN;
        ready(Ok(response))
    }
}
