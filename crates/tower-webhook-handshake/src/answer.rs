//! The answers: none of them can be read as a page or a script.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::Value;

use crate::challenge::Challenge;

/// An answer to a handshake.
pub(crate) struct Answer(Response<Bytes>);

impl Answer {
    /// 200 with the challenge as plain text.
    pub(crate) fn text(challenge: &Challenge) -> Self {
        let body = Bytes::copy_from_slice(challenge.as_str().as_bytes());
        Self::new(StatusCode::OK, body).header(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))
    }

    /// 200 with JSON. Every text in it that comes from the request was a [`Challenge`].
    pub(crate) fn json(value: &Value) -> Self {
        let body = Bytes::from(value.to_string());
        Self::new(StatusCode::OK, body).header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
    }

    /// A status without a body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self::new(status, Bytes::new())
    }

    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers_mut().insert(name, value);
        self
    }

    pub(crate) fn into_response(self) -> Response<Bytes> {
        self.0
    }

    fn new(status: StatusCode, body: Bytes) -> Self {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        // The type is the one that is declared, and no cache serves the answer to another challenge.
        Self(response)
            .header(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"))
            .header(CACHE_CONTROL, HeaderValue::from_static("no-store"))
    }
}
