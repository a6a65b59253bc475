//! The future: the answer, or that of the inner service.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::Response;
use pin_project_lite::pin_project;

use crate::answer::Answer;
use crate::rejection::HandshakeRejection;
use crate::responder::Decision;
use crate::trace;

pin_project! {
    /// The response future of [`Handshake`](crate::Handshake).
    ///
    /// # Panics
    ///
    /// When it is polled after it was ready.
    pub struct ResponseFuture<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F> {
        Passed {
            #[pin]
            call: F,
        },
        Answered {
            response: Option<Response<Bytes>>,
        },
        // Boxed, because it is a future of the user, for one request in the life of a subscription.
        Deciding {
            provider: &'static str,
            decision: Decision,
        },
    }
}

impl<F> ResponseFuture<F> {
    pub(crate) fn pass(call: F) -> Self {
        State::Passed { call }.into()
    }

    pub(crate) fn now(provider: &'static str, result: Result<Answer, HandshakeRejection>) -> Self {
        let response = Some(response(provider, result));
        State::Answered { response }.into()
    }

    pub(crate) fn later(provider: &'static str, decision: Decision) -> Self {
        State::Deciding { provider, decision }.into()
    }
}

impl<F> From<State<F>> for ResponseFuture<F> {
    fn from(state: State<F>) -> Self {
        Self { state }
    }
}

impl<F, R, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: From<Bytes>,
{
    type Output = Result<Response<R>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let response = match self.project().state.project() {
            StateProj::Passed { call } => return call.poll(cx),
            StateProj::Answered { response } => response.take().expect("`ResponseFuture` polled after completion"),
            StateProj::Deciding { provider, decision } => {
                let result = ready!(decision.as_mut().poll(cx));
                response(provider, result)
            }
        };
        Poll::Ready(Ok(response.map(R::from)))
    }
}

fn response(provider: &'static str, result: Result<Answer, HandshakeRejection>) -> Response<Bytes> {
    match result {
        Ok(answer) => {
            trace::answered(provider);
            answer.into_response()
        }
        Err(rejection) => {
            trace::refused(provider, &rejection);
            rejection.into_response()
        }
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
