//! The answers that the listener makes.

use std::convert::Infallible;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};

/// The body of an answer: bytes, or events while they happen.
pub(super) type Reply = UnsyncBoxBody<Bytes, Infallible>;

/// An answer of 200 with these bytes.
pub(super) fn reply(body: impl Into<Bytes>) -> Response<Reply> {
    Response::new(Full::new(body.into()).boxed_unsync())
}

/// An answer without a body.
pub(super) fn status(status: StatusCode) -> Response<Reply> {
    let mut answer = reply(Bytes::new());
    *answer.status_mut() = status;
    answer
}

/// An answer in plain text.
pub(super) fn text(status: StatusCode, body: impl Into<Bytes>) -> Response<Reply> {
    typed(status, "text/plain; charset=utf-8", body)
}

/// An answer in JSON.
pub(super) fn json(status: StatusCode, body: impl Into<Bytes>) -> Response<Reply> {
    typed(status, "application/json", body)
}

/// 405, with the methods that there are.
pub(super) fn not_allowed(allow: &'static str) -> Response<Reply> {
    let mut answer = status(StatusCode::METHOD_NOT_ALLOWED);
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
    answer
}

fn typed(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response<Reply> {
    let mut answer = reply(body);
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}
