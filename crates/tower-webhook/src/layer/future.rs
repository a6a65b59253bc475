//! The future: it waits for the verdict, then for the inner service.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::OnReject;
use crate::body::BufferedBody;
use crate::rejection::BoxError;
use crate::verify_request::{Verdict, VerifyRequest};

pin_project! {
    /// The response future of [`Verify`](crate::Verify).
    ///
    /// # Panics
    ///
    /// As [`VerifyRequest`] does.
    pub struct ResponseFuture<S, B, F>
    where
        S: Service<Request<BufferedBody>>,
    {
        #[pin]
        state: State<S, S::Future, B, F>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<S, C, B, F> {
        Verifying {
            #[pin]
            verify: VerifyRequest<B>,
            ready: S,
            on_reject: F,
        },
        Calling {
            #[pin]
            call: C,
        },
    }
}

impl<S, B, F> ResponseFuture<S, B, F>
where
    S: Service<Request<BufferedBody>>,
{
    /// `ready` is a service that is ready to be called.
    pub(super) fn new(verify: VerifyRequest<B>, ready: S, on_reject: F) -> Self {
        Self {
            state: State::Verifying {
                verify,
                ready,
                on_reject,
            },
        }
    }
}

impl<S, B, F, R> Future for ResponseFuture<S, B, F>
where
    S: Service<Request<BufferedBody>, Response = Response<R>>,
    F: OnReject<R>,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<R>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let call = match state.as_mut().project() {
                StateProj::Verifying {
                    mut verify,
                    ready,
                    on_reject,
                } => match ready!(verify.as_mut().poll_verdict(cx)) {
                    Verdict::Verified(body) => ready.call(verify.take_request(body)),
                    Verdict::Refused(rejection) => {
                        let mut response = on_reject.response(&rejection, verify.head());
                        response.extensions_mut().insert(rejection);
                        return Poll::Ready(Ok(response));
                    }
                },
                StateProj::Calling { call } => return call.poll(cx),
            };
            state.set(State::Calling { call });
        }
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
