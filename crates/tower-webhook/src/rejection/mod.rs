//! Why a request was refused: for the operator, never for the peer.

mod kind;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use http::header::RETRY_AFTER;
use http::{HeaderName, HeaderValue, Response, StatusCode};

pub use self::kind::RejectionKind;

/// An error of any type, as tower names it.
pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// Why a request was refused: its [kind](Self::kind), and what caused it.
///
/// The peer sees the [status](Self::status) alone, an empty 403 for everything that can be wrong with a signature. The
/// operator finds the rejection in the response's extensions and, with the `tracing` feature, in one debug event.
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::{RejectionKind, SigningSecret, Verifier};
///
/// let verifier = Verifier::knowrithm(SigningSecret::new("whk_demo")?);
/// let rejection = verifier.verify(&HeaderMap::new(), "{}").unwrap_err();
/// assert_eq!(rejection.kind(), RejectionKind::MissingSignature);
/// assert_eq!(rejection.status(), 403);
/// assert_eq!(rejection.code(), "missing_signature");
/// assert_eq!(rejection.to_string(), "a required header is missing: x-knowrithm-signature");
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
///
/// A [`Scheme`](crate::scheme::Scheme) makes one from a kind: `RejectionKind::MalformedSignature.into()`.
#[derive(Clone, Debug)]
pub struct Rejection {
    kind: RejectionKind,
    place: Place,
    /// The status in place of 403.
    refusal: Option<StatusCode>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// Where the fault is.
#[derive(Clone, Debug)]
enum Place {
    Unnamed,
    Header(HeaderName),
    Body,
}

impl Rejection {
    /// A rejection of this kind, without a cause.
    #[must_use]
    pub fn new(kind: RejectionKind) -> Self {
        Self {
            kind,
            place: Place::Unnamed,
            refusal: None,
            source: None,
        }
    }

    /// A rejection of this kind, whose fault is in the body: for a scheme that
    /// [reads it](crate::scheme::Scheme::read_body). [`with_source`](Self::with_source) tells the operator what is
    /// wrong there.
    ///
    /// ```
    /// use tower_webhook::{Rejection, RejectionKind};
    ///
    /// let rejection = Rejection::in_body(RejectionKind::MissingSignature);
    /// assert_eq!(rejection.to_string(), "signature in the body is missing");
    /// assert_eq!(rejection.header(), None);
    /// assert_eq!(rejection.status(), 403);
    /// ```
    #[must_use]
    pub fn in_body(kind: RejectionKind) -> Self {
        Self {
            place: Place::Body,
            ..Self::new(kind)
        }
    }

    /// Names the header at fault.
    #[must_use]
    pub fn with_header(mut self, name: &HeaderName) -> Self {
        self.place = Place::Header(name.clone());
        self
    }

    /// Keeps the error that caused the refusal, as its [`source`](Error::source).
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into().into());
        self
    }

    /// What kind of refusal it is.
    #[must_use]
    pub fn kind(&self) -> RejectionKind {
        self.kind
    }

    /// The status of the answer: that of its [kind](RejectionKind::status), or in place of 403 that of the
    /// [scheme](crate::scheme::Scheme::refusal) or of [`Verifier::refuse_with`](crate::Verifier::refuse_with).
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.refusal.unwrap_or_else(|| self.kind.status())
    }

    /// Answers with this status in place of 403.
    pub(crate) fn refused_with(mut self, status: StatusCode) -> Self {
        if self.kind.status() == StatusCode::FORBIDDEN {
            self.refusal = Some(status);
        }
        self
    }

    /// The name of its [kind](RejectionKind::code), for logs and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// The header that is missing, duplicate or malformed, if one is at fault and the scheme named it.
    #[must_use]
    pub fn header(&self) -> Option<&HeaderName> {
        match &self.place {
            Place::Header(name) => Some(name),
            Place::Unnamed | Place::Body => None,
        }
    }

    /// The default answer: the [status](Self::status), an empty body, and the rejection in the extensions. A 503 asks
    /// the sender to retry after ten seconds.
    ///
    /// ```
    /// use tower_webhook::{Rejection, RejectionKind};
    ///
    /// let response = Rejection::new(RejectionKind::SecretSource).into_response::<String>();
    /// assert_eq!(response.status(), 503);
    /// assert_eq!(response.headers()["retry-after"], "10");
    /// assert_eq!(response.body(), "");
    /// assert_eq!(response.extensions().get::<Rejection>().unwrap().code(), "secret_source");
    /// ```
    #[must_use]
    pub fn into_response<R: Default>(self) -> Response<R> {
        let mut response = self.empty_response();
        response.extensions_mut().insert(self);
        response
    }

    /// The default answer, without the extension.
    pub(crate) fn empty_response<R: Default>(&self) -> Response<R> {
        let mut response = Response::new(R::default());
        *response.status_mut() = self.status();
        if self.status() == StatusCode::SERVICE_UNAVAILABLE {
            let wait = HeaderValue::from_static("10");
            response.headers_mut().insert(RETRY_AFTER, wait);
        }
        response
    }
}

impl From<RejectionKind> for Rejection {
    fn from(kind: RejectionKind) -> Self {
        Self::new(kind)
    }
}

/// Prints the kind, and the header at fault, or that the fault is in the body.
impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.place, self.kind) {
            (Place::Header(name), kind) => write!(f, "{kind}: {name}"),
            (Place::Body, RejectionKind::MissingSignature) => f.write_str("signature in the body is missing"),
            (Place::Body, RejectionKind::DuplicateSignature) => {
                f.write_str("signature in the body occurs more than once, or contradicts another one")
            }
            // The signature itself may be in a header, and the message be made of the body.
            (Place::Body, RejectionKind::MalformedSignature) => {
                f.write_str("body does not have the form that the scheme prescribes")
            }
            (Place::Unnamed | Place::Body, kind) => kind.fmt(f),
        }
    }
}

/// The source is the error of the body or of the source of secrets, if one of them caused the refusal, or says what is
/// wrong [in the body](Rejection::in_body).
impl Error for Rejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_the_place_of_the_fault_and_a_source_names_none() {
        let name = HeaderName::from_static("x-acme-mac");
        for kind in [
            RejectionKind::MissingSignature,
            RejectionKind::DuplicateSignature,
            RejectionKind::MalformedSignature,
        ] {
            let rejection = Rejection::new(kind).with_source("a scheme of a user says so");
            assert_eq!(rejection.to_string(), kind.to_string());
            let in_header = rejection.with_header(&name);
            assert_eq!(in_header.to_string(), format!("{kind}: x-acme-mac"));
            let in_body = Rejection::in_body(kind).to_string();
            assert!(in_body.contains("body") && !in_body.contains("header"), "{in_body}");
        }
        let expired = Rejection::in_body(RejectionKind::MalformedTimestamp).to_string();
        assert_eq!(expired, RejectionKind::MalformedTimestamp.to_string());
    }
}
