//! The answer to a refused request.

use http::Response;
use http::request::Parts;

use crate::rejection::Rejection;

/// Makes the answer to a refused request. The layer adds the [`Rejection`] to its extensions.
///
/// [`EmptyResponse`] is the default; every `Fn(&Rejection, &Parts) -> Response<R>` is another one. The trait is sealed:
/// [`VerifyLayer::on_reject`](crate::VerifyLayer::on_reject) has to ask for that `Fn`, because only then the compiler
/// infers the argument types of a closure.
pub trait OnReject<R>: sealed::Sealed<R> {
    /// The answer to the request with this head, which was refused for this reason.
    fn response(&self, rejection: &Rejection, head: &Parts) -> Response<R>;
}

mod sealed {
    pub trait Sealed<R> {}
}

impl<F, R> sealed::Sealed<R> for F where F: Fn(&Rejection, &Parts) -> Response<R> {}

impl<F, R> OnReject<R> for F
where
    F: Fn(&Rejection, &Parts) -> Response<R>,
{
    fn response(&self, rejection: &Rejection, head: &Parts) -> Response<R> {
        self(rejection, head)
    }
}

/// Answers with an empty body and the [status of the rejection](Rejection::status); a 503 has a `Retry-After` of ten
/// seconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmptyResponse;

impl<R: Default> sealed::Sealed<R> for EmptyResponse {}

impl<R: Default> OnReject<R> for EmptyResponse {
    fn response(&self, rejection: &Rejection, _: &Parts) -> Response<R> {
        rejection.empty_response()
    }
}
