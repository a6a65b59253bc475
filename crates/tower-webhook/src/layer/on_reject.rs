//! The answer to a refused request.

use http::Response;
use http::request::Parts;

use crate::rejection::Rejection;

/// Makes the answer to a refused request.
///
/// [`EmptyResponse`] is the default; every `Fn(&Rejection, &Parts) -> Response<R>` is another. There are no others: the
/// trait is sealed, because what takes one asks for that `Fn`, from which the compiler infers the types of a closure.
pub trait OnReject<R>: sealed::Sealed<R> {
    /// The answer to the request with this head, refused for this reason.
    fn response(&self, rejection: Rejection, parts: &Parts) -> Response<R>;
}

mod sealed {
    pub trait Sealed<R> {}
}

impl<F, R> sealed::Sealed<R> for F where F: Fn(&Rejection, &Parts) -> Response<R> {}

impl<F, R> OnReject<R> for F
where
    F: Fn(&Rejection, &Parts) -> Response<R>,
{
    fn response(&self, rejection: Rejection, parts: &Parts) -> Response<R> {
        self(&rejection, parts)
    }
}

/// Answers with an empty body, the [status of the rejection](Rejection::status), and the [`Rejection`] in the
/// response's extensions: [`Rejection::into_response`].
#[derive(Clone, Copy, Debug, Default)]
pub struct EmptyResponse;

impl<R: Default> sealed::Sealed<R> for EmptyResponse {}

impl<R: Default> OnReject<R> for EmptyResponse {
    fn response(&self, rejection: Rejection, _: &Parts) -> Response<R> {
        rejection.into_response()
    }
}
