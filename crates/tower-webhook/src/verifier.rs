//! The policy: which scheme, which secret, how large a body, how long to wait for it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_LENGTH;

use crate::clock::Clock;
use crate::keys::{Keys, Provider};
use crate::origin::Origin;
use crate::rejection::Rejection;
use crate::scheme::{Scheme, SignatureHeader};
use crate::secret::SigningSecret;
use crate::secrets::Secrets;
use crate::signing_key::Claim;
use crate::trace;
use crate::verification::Verification;
use crate::verified::VerifiedBody;

const DEFAULT_MAX_BODY: usize = 2 * 1024 * 1024;
const DEFAULT_TOLERANCE: Duration = Duration::from_mins(5);
#[cfg(feature = "timeout")]
const DEFAULT_READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Verifies webhooks: the scheme, the secrets, and the limits.
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
    scheme: Arc<dyn Scheme>,
    scheme_name: &'static str,
    decodes_whsec: bool,
    keys: Keys,
    tolerance: Option<Duration>,
    clock: Arc<dyn Clock>,
    max_body: usize,
    #[cfg(feature = "timeout")]
    read_timeout: Option<Duration>,
}

impl Verifier {
    /// Verifies what a [`Scheme`] of your own reads out of the headers.
    #[must_use]
    pub fn with_scheme(scheme: impl Scheme, secret: impl Into<Keys>) -> Self {
        let policy = Policy {
            scheme_name: scheme.name(),
            decodes_whsec: scheme.decodes_whsec(),
            scheme: Arc::new(scheme),
            keys: secret.into(),
            tolerance: Some(DEFAULT_TOLERANCE),
            clock: Arc::new(SystemTime::now),
            max_body: DEFAULT_MAX_BODY,
            #[cfg(feature = "timeout")]
            read_timeout: Some(DEFAULT_READ_TIMEOUT),
        };
        Self {
            policy: Arc::new(policy),
        }
    }

    /// Accepts another secret besides, while secrets rotate.
    ///
    /// The first secret is the primary one, which should be the one that the sender is to use in the end: a body is
    /// hashed under it as it arrives, and under the others only when it does not fit.
    /// [`VerifiedBody::key`] tells which one signed.
    ///
    /// ```
    /// use tower_webhook::sign::Signer;
    /// use tower_webhook::{SigningSecret, Verifier};
    ///
    /// let (old, new) = (SigningSecret::new("0ld")?.label("old"), SigningSecret::new("n3w")?.label("new"));
    /// let headers = Signer::knowrithm(&old).headers("{}");
    ///
    /// let verifier = Verifier::knowrithm(new).secret(old);
    /// assert_eq!(verifier.verify(&headers, "{}")?.key(), Some("old"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When the secrets come from a [`SecretsHandle`](crate::SecretsHandle) or from a source: it is they that add one.
    #[must_use]
    pub fn secret(mut self, secret: SigningSecret) -> Self {
        Arc::make_mut(&mut self.policy).keys.add(secret);
        self
    }

    /// Sets how far a signed time may be from now, back or ahead, the bounds included; 300 s by default. A request
    /// outside is refused as [too old](Rejection::TimestampTooOld) or [in the future](Rejection::TimestampInFuture)
    /// before its body is read, and once more when that took until the time was past.
    ///
    /// It counts for the schemes that sign a time in their headers: Stripe, Slack, Standard Webhooks. Both times are
    /// whole seconds.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        Arc::make_mut(&mut self.policy).tolerance = Some(tolerance);
        self
    }

    /// Accepts whatever time was signed: a recorded request can be replayed for ever.
    #[must_use]
    pub fn insecure_any_timestamp(mut self) -> Self {
        Arc::make_mut(&mut self.policy).tolerance = None;
        self
    }

    /// Sets the clock by which signed times are judged and secrets expire; the system's by default.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        Arc::make_mut(&mut self.policy).clock = Arc::new(clock);
        self
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
    /// With it the verifier needs no tokio runtime. Without the feature `timeout` there is no deadline to begin with, and
    /// this changes nothing.
    #[must_use]
    #[cfg_attr(not(feature = "timeout"), expect(unused_mut, reason = "there is nothing to change"))]
    pub fn insecure_no_read_timeout(mut self) -> Self {
        #[cfg(feature = "timeout")]
        {
            Arc::make_mut(&mut self.policy).read_timeout = None;
        }
        self
    }

    /// Verifies a body that is already in hand; it is not copied.
    ///
    /// `headers` are those of the request, `body` its raw bytes: not parsed, not decompressed, not re-serialised.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the [signature](Rejection), or a body over [`max_body`](Self::max_body). When secrets are
    /// looked up for each request there is nobody to ask here, and it is always [`Rejection::SecretSource`]: make a
    /// verifier of what you looked up.
    pub fn verify(&self, headers: &HeaderMap, body: impl Into<Bytes>) -> Result<VerifiedBody, Rejection> {
        let body = body.into();
        match self.check(headers, &body) {
            Ok(origin) => {
                trace::verified(self.scheme_name(), &origin);
                Ok(VerifiedBody::new(body, origin))
            }
            Err(rejection) => {
                trace::refused(self.scheme_name(), &rejection);
                Err(rejection)
            }
        }
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
    /// A signature that is missing, doubled, malformed or outside of the [window](Self::tolerance); a Content-Length over
    /// [`max_body`](Self::max_body). When secrets are looked up for each request it is always
    /// [`Rejection::SecretSource`], as in [`verify`](Self::verify).
    pub fn begin(&self, headers: &HeaderMap) -> Result<Verification, Rejection> {
        let begun = self.read(headers).and_then(|header| {
            let claim = self.claim(&header);
            self.judge(&claim, headers, None, 0)?;
            let secrets = self.known()?;
            Ok(Verification::new(
                self.scheme_name(),
                &claim,
                secrets,
                self.policy.max_body,
            ))
        });
        begun.inspect_err(|rejection| trace::refused(self.scheme_name(), rejection))
    }

    /// Judges the head of a body that is still to come, once its signature was read: the signed time, then the length that
    /// is announced, by the body itself if it has an exact one, or else by the headers, or as the `least` that is known to
    /// come.
    #[inline]
    pub(crate) fn judge(
        &self,
        claim: &Claim<'_>,
        headers: &HeaderMap,
        exact: Option<u64>,
        least: u64,
    ) -> Result<(), Rejection> {
        claim.judge_time()?;
        let announced = exact.unwrap_or_else(|| declared_length(headers).unwrap_or(0).max(least));
        if announced > self.policy.max_body as u64 {
            Err(Rejection::BodyTooLarge)
        } else {
            Ok(())
        }
    }

    /// What the headers claim, whenever they were signed.
    #[inline]
    pub(crate) fn read<'h>(&self, headers: &'h HeaderMap) -> Result<SignatureHeader<'h>, Rejection> {
        self.policy.scheme.read(headers)
    }

    /// What is to be checked of a header.
    #[inline]
    pub(crate) fn claim<'a>(&'a self, header: &'a SignatureHeader<'a>) -> Claim<'a> {
        Claim {
            header,
            decodes_whsec: self.policy.decodes_whsec,
            tolerance: self.policy.tolerance,
            clock: &self.policy.clock,
        }
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

    #[inline]
    pub(crate) fn scheme_name(&self) -> &'static str {
        self.policy.scheme_name
    }

    #[cfg(feature = "timeout")]
    #[inline]
    pub(crate) fn timeout(&self) -> Option<Duration> {
        self.policy.read_timeout
    }

    fn check(&self, headers: &HeaderMap, body: &[u8]) -> Result<Origin, Rejection> {
        // Borrowed where it is: it is large, and a move would be a copy.
        let header = self.read(headers);
        let header = header.as_ref().map_err(Rejection::clone)?;
        let claim = self.claim(header);
        claim.judge_time()?;
        self.admit(body.len())?;
        let id = header.delivery_id;
        match &self.policy.keys.0 {
            Provider::Fixed(secrets) => Ok(secrets.check(&claim, body)?.of_delivery(id)),
            Provider::Shared(handle) => Ok(handle.current().check(&claim, body)?.of_delivery(id)),
            #[cfg(feature = "layer")]
            Provider::PerRequest(_) => Err(Rejection::SecretSource),
        }
    }

    fn known(&self) -> Result<Secrets, Rejection> {
        self.policy.keys.known().ok_or(Rejection::SecretSource)
    }
}

/// What the heart asks.
#[cfg(feature = "layer")]
impl Verifier {
    #[inline]
    pub(crate) fn provider(&self) -> &Provider {
        &self.policy.keys.0
    }

    /// The secrets that never change.
    #[inline]
    pub(crate) fn fixed(&self) -> Option<&Secrets> {
        match &self.policy.keys.0 {
            Provider::Fixed(secrets) => Some(secrets),
            _ => None,
        }
    }

    pub(crate) fn largest_body(&self) -> usize {
        self.policy.max_body
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let policy = &*self.policy;
        let mut debug = f.debug_struct("Verifier");
        debug
            .field("scheme", &policy.scheme_name)
            .field("secrets", &policy.keys)
            .field("tolerance", &policy.tolerance)
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
