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
/// assert_eq!(rejection.to_string(), "a header of the signature is missing: x-knowrithm-signature");
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
///
/// A [`Scheme`](crate::scheme::Scheme) makes one from a kind: `RejectionKind::MalformedSignature.into()`.
#[derive(Clone, Debug)]
pub struct Rejection {
    kind: RejectionKind,
    header: Option<HeaderName>,
    /// The status in place of 403.
    refusal: Option<StatusCode>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl Rejection {
    /// A rejection of this kind, without a cause.
    #[must_use]
    pub fn new(kind: RejectionKind) -> Self {
        Self {
            kind,
            header: None,
            refusal: None,
            source: None,
        }
    }

    /// Names the header at fault.
    #[must_use]
    pub fn with_header(mut self, name: &HeaderName) -> Self {
        self.header = Some(name.clone());
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

    /// The status of the answer: that of its [kind](RejectionKind::status), or the one of
    /// [`Verifier::refuse_with`](crate::Verifier::refuse_with) in place of 403.
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
        self.header.as_ref()
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

/// Prints the kind, and the header at fault.
impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A scheme that reads the body tells by the source what is wrong there.
        let is_in_body = self.header.is_none() && self.source.is_some();
        match self.kind {
            RejectionKind::MissingSignature if is_in_body => return f.write_str("signature in the body is missing"),
            RejectionKind::MalformedSignature if is_in_body => {
                return f.write_str("signature in the body does not have the form that the scheme prescribes");
            }
            kind => kind.fmt(f)?,
        }
        match &self.header {
            Some(name) => write!(f, ": {name}"),
            None => Ok(()),
        }
    }
}

/// The source is the error of the body or of the source of secrets, if one of them caused the refusal, or says what is
/// wrong with a signature in the body.
impl Error for Rejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}
