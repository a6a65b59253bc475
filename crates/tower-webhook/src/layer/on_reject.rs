//! The answer to a refused request.

use http::Response;
use http::request::Parts;

use crate::rejection::Rejection;

/// Makes the answer to a refused request.
///
/// [`EmptyResponse`] is the default; every `Fn(&Rejection, &Parts) -> Response<R>` is another.
pub trait OnReject<R> {
    /// The answer to the request with this head, refused for this reason.
    fn response(&self, rejection: Rejection, parts: &Parts) -> Response<R>;
}

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

impl<R: Default> OnReject<R> for EmptyResponse {
    fn response(&self, rejection: Rejection, _: &Parts) -> Response<R> {
        rejection.into_response()
    }
}
