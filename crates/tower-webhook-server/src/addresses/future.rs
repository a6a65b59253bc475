//! The future: an answer that is there at once, or that of the inner service.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Response, StatusCode};
use pin_project_lite::pin_project;

use super::AddressRejection;

pin_project! {
    /// The response future of [`AllowAddressesService`](super::AllowAddressesService).
    pub struct ResponseFuture<C> {
        #[pin]
        state: State<C>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<C> {
        Refused { rejection: AddressRejection },
        Calling { #[pin] call: C },
    }
}

impl<C> ResponseFuture<C> {
    pub(super) fn refused(rejection: AddressRejection) -> Self {
        let state = State::Refused { rejection };
        Self { state }
    }

    pub(super) fn calling(call: C) -> Self {
        let state = State::Calling { call };
        Self { state }
    }
}

impl<C, R, E> Future for ResponseFuture<C>
where
    C: Future<Output = Result<Response<R>, E>>,
    R: Default,
{
    type Output = C::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProj::Refused { rejection } => {
                let mut response = Response::new(R::default());
                *response.status_mut() = StatusCode::FORBIDDEN;
                response.extensions_mut().insert(*rejection);
                Poll::Ready(Ok(response))
            }
            StateProj::Calling { call } => call.poll(cx),
        }
    }
}

impl<C> fmt::Debug for ResponseFuture<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
