//! Why a request was refused: for the operator, never for the peer.

use std::error::Error;
use std::fmt;

use http::header::RETRY_AFTER;
use http::{HeaderValue, Response, StatusCode};

/// Why a request was refused.
///
/// The peer sees [`status`](Self::status) alone: an empty 403 whatever was wrong with its signature. The operator
/// finds the reason in the response's extensions, and with the `tracing` feature in one debug event.
///
/// ```
/// use tower_webhook::Rejection;
///
/// assert_eq!(Rejection::SignatureMismatch.status(), 403);
/// assert_eq!(Rejection::SignatureMismatch.code(), "signature_mismatch");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rejection {
    /// There is no signature header, or another header that the scheme signs is missing. 403, `missing_signature`.
    MissingSignature,
    /// There is more than one signature header, or of another that the scheme signs. 403, `duplicate_signature`.
    DuplicateSignature,
    /// The signature header is not of the form that the scheme prescribes. 403, `malformed_signature`.
    MalformedSignature,
    /// The signature is well formed, but not that of this body under this secret. 403, `signature_mismatch`.
    SignatureMismatch,
    /// The scheme signs a time, and there is none. 403, `missing_timestamp`.
    MissingTimestamp,
    /// The signed time is not whole seconds in decimal, or there are two. 403, `malformed_timestamp`.
    MalformedTimestamp,
    /// The signed time is further back than the [`tolerance`](crate::Verifier::tolerance). 403, `timestamp_too_old`.
    TimestampTooOld,
    /// The signed time is further ahead than the [`tolerance`](crate::Verifier::tolerance). 403,
    /// `timestamp_in_future`.
    TimestampInFuture,
    /// The source of secrets knows none for this request. The body was read and hashed all the same. 403,
    /// `unknown_key`.
    UnknownKey,
    /// The source of secrets failed; or there is one, and nobody to ask it, as in
    /// [`verify`](crate::Verifier::verify). 503 with `Retry-After`, `secret_source`.
    SecretSource,
    /// The body is, or says it is, larger than [`max_body`](crate::Verifier::max_body); or it holds more than 1024
    /// frames without data. 413, `body_too_large`.
    BodyTooLarge,
    /// The body ended in an error: most often a sender that hung up. 400, `body_read`.
    BodyRead,
    /// The body was not complete within the read timeout. 408, `body_timeout`.
    BodyTimeout,
}

impl Rejection {
    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::MissingSignature
            | Self::DuplicateSignature
            | Self::MalformedSignature
            | Self::SignatureMismatch
            | Self::MissingTimestamp
            | Self::MalformedTimestamp
            | Self::TimestampTooOld
            | Self::TimestampInFuture
            | Self::UnknownKey => StatusCode::FORBIDDEN,
            Self::SecretSource => StatusCode::SERVICE_UNAVAILABLE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyRead => StatusCode::BAD_REQUEST,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
        }
    }

    /// A `snake_case` name that does not change from release to release, for logs and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingSignature => "missing_signature",
            Self::DuplicateSignature => "duplicate_signature",
            Self::MalformedSignature => "malformed_signature",
            Self::SignatureMismatch => "signature_mismatch",
            Self::MissingTimestamp => "missing_timestamp",
            Self::MalformedTimestamp => "malformed_timestamp",
            Self::TimestampTooOld => "timestamp_too_old",
            Self::TimestampInFuture => "timestamp_in_future",
            Self::UnknownKey => "unknown_key",
            Self::SecretSource => "secret_source",
            Self::BodyTooLarge => "body_too_large",
            Self::BodyRead => "body_read",
            Self::BodyTimeout => "body_timeout",
        }
    }

    /// The default answer: [`status`](Self::status), an empty body, and the rejection in the extensions. A 503 asks the
    /// sender to come again in ten seconds.
    ///
    /// ```
    /// use tower_webhook::Rejection;
    ///
    /// let response = Rejection::BodyTimeout.into_response::<String>();
    /// assert_eq!(response.status(), 408);
    /// assert_eq!(response.body(), "");
    /// assert_eq!(response.extensions().get(), Some(&Rejection::BodyTimeout));
    /// ```
    #[must_use]
    pub fn into_response<R: Default>(self) -> Response<R> {
        let mut response = Response::new(R::default());
        *response.status_mut() = self.status();
        if self == Self::SecretSource {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from_static("10"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingSignature => "signature header is missing",
            Self::DuplicateSignature => "signature header occurs more than once",
            Self::MalformedSignature => "signature header is not of the form that the scheme prescribes",
            Self::SignatureMismatch => "signature is not that of the body",
            Self::MissingTimestamp => "signed timestamp is missing",
            Self::MalformedTimestamp => "signed timestamp is not whole seconds in decimal",
            Self::TimestampTooOld => "signed timestamp is too old",
            Self::TimestampInFuture => "signed timestamp is in the future",
            Self::UnknownKey => "no secret is known for the request",
            Self::SecretSource => "source of secrets did not answer",
            Self::BodyTooLarge => "body is larger than the limit",
            Self::BodyRead => "body could not be read to its end",
            Self::BodyTimeout => "body was not complete within the read timeout",
        })
    }
}

impl Error for Rejection {}
