//! The kinds of refusal: what the peer sees as a status, and the operator as a code.

use std::fmt;

use http::StatusCode;

/// What kind of [`Rejection`](super::Rejection) it is, for code that treats kinds differently.
///
/// ```
/// use tower_webhook::RejectionKind;
///
/// assert_eq!(RejectionKind::BodyTimeout.status(), 408);
/// assert_eq!(RejectionKind::BodyTimeout.code(), "body_timeout");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RejectionKind {
    /// The signature header is missing, or another header that the scheme signs; or the signature is missing in the
    /// body. 403, `missing_signature`.
    MissingSignature,
    /// The signature header occurs more than once, or another header that the scheme signs does; or two headers
    /// contradict each other; or the signature occurs more than once in the body. 403, `duplicate_signature`.
    DuplicateSignature,
    /// The signature header, or a body that has the signature or the signed fields in it, does not have the form that
    /// the scheme prescribes. 403, `malformed_signature`.
    MalformedSignature,
    /// The signature is well formed, but does not match this body under any known secret. 403, `signature_mismatch`.
    SignatureMismatch,
    /// The scheme signs a timestamp, and there is none. 403, `missing_timestamp`.
    MissingTimestamp,
    /// The signed timestamp does not have the form that the scheme prescribes, or occurs twice. 403,
    /// `malformed_timestamp`.
    MalformedTimestamp,
    /// The signed timestamp is older than the [`tolerance`](crate::Verifier::tolerance) allows. 403,
    /// `timestamp_too_old`.
    TimestampTooOld,
    /// The signed timestamp is further in the future than the [`tolerance`](crate::Verifier::tolerance) allows. 403,
    /// `timestamp_in_future`.
    TimestampInFuture,
    /// The source of secrets knows no secret for this request. The body was read and hashed nevertheless. 403,
    /// `unknown_secret`.
    UnknownSecret,
    /// The source of secrets failed. 503 with `Retry-After`, `secret_source`.
    SecretSource,
    /// The body is larger than [`max_body`](crate::Verifier::max_body), or announced to be; or it has more than 1024
    /// frames without data. 413, `body_too_large`.
    BodyTooLarge,
    /// The bodies under way take all the memory that [`max_buffered`](crate::Verifier#method.max_buffered) allows. 503
    /// with `Retry-After`, `over_budget`.
    OverBudget,
    /// The body ended in an error; most often the sender closed the connection. 400, `body_read`.
    BodyRead,
    /// The body was not complete within the [read timeout](crate::Verifier#method.read_timeout). 408, `body_timeout`.
    BodyTimeout,
}

impl RejectionKind {
    /// The status of the answer.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::MissingSignature
            | Self::DuplicateSignature
            | Self::MalformedSignature
            | Self::SignatureMismatch
            | Self::MissingTimestamp
            | Self::MalformedTimestamp
            | Self::TimestampTooOld
            | Self::TimestampInFuture
            | Self::UnknownSecret => StatusCode::FORBIDDEN,
            Self::SecretSource | Self::OverBudget => StatusCode::SERVICE_UNAVAILABLE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyRead => StatusCode::BAD_REQUEST,
            Self::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
        }
    }

    /// A `snake_case` name that stays the same from release to release, for logs and metrics.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::MissingSignature => "missing_signature",
            Self::DuplicateSignature => "duplicate_signature",
            Self::MalformedSignature => "malformed_signature",
            Self::SignatureMismatch => "signature_mismatch",
            Self::MissingTimestamp => "missing_timestamp",
            Self::MalformedTimestamp => "malformed_timestamp",
            Self::TimestampTooOld => "timestamp_too_old",
            Self::TimestampInFuture => "timestamp_in_future",
            Self::UnknownSecret => "unknown_secret",
            Self::SecretSource => "secret_source",
            Self::BodyTooLarge => "body_too_large",
            Self::OverBudget => "over_budget",
            Self::BodyRead => "body_read",
            Self::BodyTimeout => "body_timeout",
        }
    }
}

impl fmt::Display for RejectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingSignature => "a required header is missing",
            Self::DuplicateSignature => "a required header occurs more than once, or contradicts another one",
            Self::MalformedSignature => "a required header does not have the form that the scheme prescribes",
            Self::SignatureMismatch => "signature does not match the body",
            Self::MissingTimestamp => "signed timestamp is missing",
            Self::MalformedTimestamp => "signed timestamp is malformed, or occurs more than once",
            Self::TimestampTooOld => "signed timestamp is too old",
            Self::TimestampInFuture => "signed timestamp is in the future",
            Self::UnknownSecret => "no secret is known for the request",
            Self::SecretSource => "source of secrets failed",
            Self::BodyTooLarge => "body is larger than the limit",
            Self::OverBudget => "memory budget for bodies is exhausted",
            Self::BodyRead => "body could not be read to its end",
            Self::BodyTimeout => "body was not complete within the read timeout",
        })
    }
}
