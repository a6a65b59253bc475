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
use crate::verify_request::VerifyRequest;

pin_project! {
    /// The response future of [`Verify`](super::Verify).
    ///
    /// # Panics
    ///
    /// Where [`VerifyRequest`] does.
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
    /// Calls `ready`, a service that is ready to be called, once the request is verified.
    ///
    /// [`Verify`](super::Verify) makes its futures with it; it is public for services that are not tower's.
    pub fn new(verify: VerifyRequest<B>, ready: S, on_reject: F) -> Self {
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
                    Ok(()) => ready.call(verify.pass_on()),
                    Err(rejection) => {
                        let parts = verify.parts().expect("the head is there until the request passes on");
                        return Poll::Ready(Ok(on_reject.response(rejection, parts)));
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
