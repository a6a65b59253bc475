//! The policy: which scheme, which secret, how large a body, how long to wait for it.

use std::fmt;
use std::sync::Arc;
#[cfg(feature = "timeout")]
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_LENGTH;

use crate::mac::KeyedMac;
use crate::rejection::Rejection;
use crate::scheme::{Scheme, SignatureHeader, knowrithm};
use crate::secret::SigningSecret;
use crate::trace;
use crate::verification::Verification;
use crate::verified::VerifiedBody;

const DEFAULT_MAX_BODY: usize = 2 * 1024 * 1024;
#[cfg(feature = "timeout")]
const DEFAULT_READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Verifies webhooks: the scheme, the keyed MAC, and the limits.
///
/// Cloning it copies a pointer.
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::{Rejection, SigningSecret, Verifier};
///
/// let verifier = Verifier::knowrithm(SigningSecret::new("whk_demo")?);
///
/// let mut headers = HeaderMap::new();
/// assert_eq!(verifier.verify(&headers, "{}").unwrap_err(), Rejection::MissingSignature);
///
/// headers.insert(
///     "x-knowrithm-signature",
///     "sha256=61d5dd2ee53e48999c812fa34687780c240cd9f7c183ab778c801adc91ba8e5d".parse()?,
/// );
/// let body = verifier.verify(&headers, "{}")?;
/// assert_eq!(body.bytes(), "{}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Verifier {
    policy: Arc<Policy>,
}

#[derive(Clone)]
struct Policy {
    scheme: &'static Scheme,
    key: KeyedMac,
    max_body: usize,
    #[cfg(feature = "timeout")]
    read_timeout: Option<Duration>,
}

impl Verifier {
    /// Verifies what Knowrithm sends: exactly one `X-Knowrithm-Signature: sha256=` and 64 lower-case hex digits, the
    /// HMAC-SHA256 of the raw body.
    ///
    /// The secret is the one that Knowrithm's dashboard shows for the endpoint. It is wiped from memory here; what
    /// stays is the MAC that it keyed.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "taking the secret is what wipes it")]
    pub fn knowrithm(secret: SigningSecret) -> Self {
        let policy = Policy {
            scheme: &knowrithm::SCHEME,
            key: KeyedMac::new(&secret),
            max_body: DEFAULT_MAX_BODY,
            #[cfg(feature = "timeout")]
            read_timeout: Some(DEFAULT_READ_TIMEOUT),
        };
        Self {
            policy: Arc::new(policy),
        }
    }

    /// Sets the largest body accepted, in bytes; 2 MiB by default. A larger one is
    /// [refused](Rejection::BodyTooLarge), by its Content-Length before it is read, or else as soon as it has grown
    /// over the limit.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        Arc::make_mut(&mut self.policy).max_body = bytes;
        self
    }

    /// Accepts bodies of any size: a stranger can fill the memory.
    #[must_use]
    pub fn insecure_unlimited_body(self) -> Self {
        self.max_body(usize::MAX)
    }

    /// Sets how long the whole body may take to arrive; 30 s by default. A slower one is
    /// [refused](Rejection::BodyTimeout).
    ///
    /// It is counted from the moment when the body first has to be waited for. Zero refuses whatever is not there at
    /// once. It applies to [`verify_request`](Self::verify_request) and all that is built on it; the timer is tokio's.
    #[cfg(feature = "timeout")]
    #[must_use]
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        Arc::make_mut(&mut self.policy).read_timeout = Some(timeout);
        self
    }

    /// Waits for the body for ever: a stranger can hold any number of connections open.
    ///
    /// With it the verifier needs no tokio runtime.
    #[cfg(feature = "timeout")]
    #[must_use]
    pub fn insecure_no_read_timeout(mut self) -> Self {
        Arc::make_mut(&mut self.policy).read_timeout = None;
        self
    }

    /// Verifies a body that is already in hand; it is not copied.
    ///
    /// `headers` are those of the request, `body` its raw bytes: not parsed, not decompressed, not re-serialised.
    ///
    /// # Errors
    ///
    /// A signature [missing](Rejection::MissingSignature), [doubled](Rejection::DuplicateSignature),
    /// [malformed](Rejection::MalformedSignature) or [wrong](Rejection::SignatureMismatch); a body over
    /// [`max_body`](Self::max_body).
    pub fn verify(&self, headers: &HeaderMap, body: impl Into<Bytes>) -> Result<VerifiedBody, Rejection> {
        let body = body.into();
        let verdict = self.read(headers).and_then(|header| {
            self.admit(body.len())?;
            self.check(&header, &body)
        });
        trace::verdict(self.scheme_name(), &verdict);
        verdict.map(|()| VerifiedBody::new(body))
    }

    /// Judges the headers of a body that arrives in pieces, before the first of them is read.
    ///
    /// ```
    /// use http::HeaderMap;
    /// use tower_webhook::{Rejection, SigningSecret, Verifier};
    ///
    /// let verifier = Verifier::knowrithm(SigningSecret::new("whk_demo")?);
    /// let mut headers = HeaderMap::new();
    /// headers.insert(
    ///     "x-knowrithm-signature",
    ///     "sha256=61d5dd2ee53e48999c812fa34687780c240cd9f7c183ab778c801adc91ba8e5d".parse()?,
    /// );
    ///
    /// let mut verification = verifier.begin(&headers)?;
    /// verification.update(b"{")?;
    /// verification.update(b"}")?;
    /// assert_eq!(verification.finish(), Ok(()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A signature [missing](Rejection::MissingSignature), [doubled](Rejection::DuplicateSignature) or
    /// [malformed](Rejection::MalformedSignature); a Content-Length over [`max_body`](Self::max_body).
    pub fn begin(&self, headers: &HeaderMap) -> Result<Verification, Rejection> {
        self.judge(headers, None, 0)
            .map(|header| self.start(header))
            .inspect_err(|rejection| trace::verdict::<()>(self.scheme_name(), &Err(rejection.clone())))
    }

    /// Judges the headers of a body that is still to come: the signature's, then the length that is announced, by the
    /// body itself if it has an exact one, or else by the headers, or as the `least` that is known to come.
    #[inline]
    pub(crate) fn judge(
        &self,
        headers: &HeaderMap,
        exact: Option<u64>,
        least: u64,
    ) -> Result<SignatureHeader, Rejection> {
        let header = self.read(headers)?;
        let announced = exact.unwrap_or_else(|| declared_length(headers).unwrap_or(0).max(least));
        if announced > self.policy.max_body as u64 {
            Err(Rejection::BodyTooLarge)
        } else {
            Ok(header)
        }
    }

    /// Starts the check of a body in pieces.
    pub(crate) fn start(&self, header: SignatureHeader) -> Verification {
        Verification::new(
            self.scheme_name(),
            header,
            self.policy.key.start(),
            self.policy.max_body,
        )
    }

    /// Says whether a body of this length is too large.
    #[inline]
    pub(crate) fn admit(&self, length: usize) -> Result<(), Rejection> {
        if length > self.policy.max_body {
            Err(Rejection::BodyTooLarge)
        } else {
            Ok(())
        }
    }

    /// Checks a whole body, of a length that was admitted.
    #[inline]
    pub(crate) fn check(&self, header: &SignatureHeader, body: &[u8]) -> Result<(), Rejection> {
        if self.policy.key.signs(body, &header.tag) {
            Ok(())
        } else {
            Err(Rejection::SignatureMismatch)
        }
    }

    #[inline]
    pub(crate) fn scheme_name(&self) -> &'static str {
        self.policy.scheme.name
    }

    #[cfg(feature = "timeout")]
    #[inline]
    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.policy.read_timeout
    }

    #[inline]
    fn read(&self, headers: &HeaderMap) -> Result<SignatureHeader, Rejection> {
        (self.policy.scheme.read)(headers)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let policy = &*self.policy;
        let mut debug = f.debug_struct("Verifier");
        debug
            .field("scheme", &policy.scheme.name)
            .field("max_body", &policy.max_body);
        #[cfg(feature = "timeout")]
        debug.field("read_timeout", &policy.read_timeout);
        debug.finish_non_exhaustive()
    }
}

/// The largest Content-Length that the headers declare. One that is not a number tells nothing here: what HTTP makes
/// of it is the server's business, and the body is counted as it comes.
fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers
        .get_all(CONTENT_LENGTH)
        .iter()
        .filter_map(|value| value.to_str().ok()?.parse().ok())
        .max()
}
