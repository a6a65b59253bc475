//! The verifier: a scheme, its secrets, and the limits.

mod settings;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::check::Check;
use crate::head::Head;
use crate::origin::Origin;
use crate::policy::{Policy, declared_length};
use crate::rejection::Rejection;
use crate::scheme::{Knowrithm, Scheme};
use crate::secret::SigningSecret;
#[cfg(feature = "layer")]
use crate::source::{self, SecretSource};
use crate::supply::{IntoSecrets, KnownSecrets};
#[cfg(feature = "layer")]
use crate::supply::{PerRequest, SecretSupply, Supply};
use crate::trace;
use crate::verification::Verification;
use crate::verified::VerifiedBody;

/// Verifies webhooks: a [scheme](crate::scheme), its secrets, and the limits.
///
/// Cloning it copies pointers.
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::{RejectionKind, SigningSecret, Verifier};
///
/// let verifier = Verifier::knowrithm(SigningSecret::new("whk_demo")?);
///
/// let mut headers = HeaderMap::new();
/// let rejection = verifier.verify(&headers, "{}").unwrap_err();
/// assert_eq!(rejection.kind(), RejectionKind::MissingSignature);
///
/// headers.insert(
///     "x-knowrithm-signature",
///     "sha256=61d5dd2ee53e48999c812fa34687780c240cd9f7c183ab778c801adc91ba8e5d".parse()?,
/// );
/// let body = verifier.verify(&headers, "{}")?;
/// assert_eq!(body.bytes(), "{}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `S` says where the secrets come from. They are [`KnownSecrets`] unless the verifier looks them up for each request,
/// as one made by [`per_request`](Self::per_request) does; that one verifies requests alone.
#[derive(Clone)]
pub struct Verifier<S = KnownSecrets> {
    pub(crate) policy: Arc<Policy>,
    pub(crate) secrets: S,
}

impl Verifier {
    /// A verifier of this scheme, with one secret, a set of [`Secrets`](crate::Secrets), or a
    /// [`SecretsHandle`](crate::SecretsHandle). The schemes of providers are in [`scheme`](crate::scheme).
    ///
    /// ```
    /// use tower_webhook::scheme::Stripe;
    /// use tower_webhook::sign::Signer;
    /// use tower_webhook::{SigningSecret, Verifier};
    ///
    /// let secret = SigningSecret::new("whsec_stripe")?;
    /// let headers = Signer::new(Stripe, &secret).headers("{}");
    /// assert!(Verifier::new(Stripe, secret).verify(&headers, "{}").is_ok());
    /// # Ok::<(), tower_webhook::ConfigError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When the scheme cannot be used: it signs its public URL, for example, and has none. [`Scheme::check`] says so
    /// before, for a scheme that is read from a configuration. Also when its [refusal](Scheme::refusal) is not from 400
    /// to 499.
    #[must_use]
    pub fn new<S: Scheme>(scheme: S, secrets: impl IntoSecrets<S::Secret>) -> Self {
        let secrets = secrets.into_known();
        let policy = Policy::new(
            scheme,
            #[cfg(feature = "layer")]
            Supply::Known(secrets.clone()),
        );
        Self {
            policy: Arc::new(policy),
            secrets,
        }
    }

    /// A verifier of [`Knowrithm`]'s webhooks. The secret is the one that Knowrithm's dashboard shows for the endpoint.
    #[must_use]
    pub fn knowrithm(secrets: impl IntoSecrets<SigningSecret>) -> Self {
        Self::new(Knowrithm, secrets)
    }

    /// Verifies a body in one piece, which is not copied.
    ///
    /// The head is that of the request, most often `&HeaderMap`. The body is its raw bytes: not parsed, not
    /// decompressed, not re-serialised.
    ///
    /// # Errors
    ///
    /// When the signature is refused, or the body is larger than [`max_body`](Self::max_body).
    pub fn verify<'a>(&self, head: impl Into<Head<'a>>, body: impl Into<Bytes>) -> Result<VerifiedBody, Rejection> {
        let body = body.into();
        match self.check(head.into(), &body) {
            Ok(origin) => {
                trace::verified(self.policy.scheme_id.name, &origin);
                Ok(VerifiedBody::new(body, self.policy.scheme_id, origin))
            }
            Err(rejection) => Err(self.policy.refuse(rejection)),
        }
    }

    /// Begins to verify a body that arrives in pieces: judges the head, before the first piece is read.
    ///
    /// [`Verification::finish`] shows the whole of it.
    ///
    /// # Errors
    ///
    /// When the signature or its timestamp is missing, duplicate or malformed, when the timestamp is outside the
    /// [window](Self::tolerance), or when the Content-Length is over [`max_body`](Self::max_body).
    pub fn begin<'a>(&self, head: impl Into<Head<'a>>) -> Result<Verification, Rejection> {
        let head = head.into();
        let begun = self.policy.read(head).and_then(|header| {
            self.policy.judge(&header, declared_length(head.headers()))?;
            Ok(Verification::new(&self.policy, self.secrets.current(), &header))
        });
        begun.map_err(|rejection| self.policy.refuse(rejection))
    }

    fn check(&self, head: Head<'_>, body: &[u8]) -> Result<Origin, Rejection> {
        match self.policy.read(head) {
            // Borrowed, because moving so large a value costs more than its checks.
            Ok(ref header) => {
                self.policy.judge(header, body.len() as u64)?;
                self.secrets
                    .with_current(|set| Check::whole(header, body, &self.policy, set))
            }
            Err(rejection) => Err(rejection),
        }
    }
}

#[cfg(feature = "layer")]
impl Verifier<PerRequest> {
    /// A verifier of this scheme that asks a [`SecretSource`] for the secrets of each request.
    ///
    /// It has [`verify_request`](Verifier::verify_request), and no `verify` or `begin`: a lookup is asynchronous, and
    /// they are not. [`VerifyLayer`](crate::VerifyLayer) takes it like any other.
    ///
    /// # Panics
    ///
    /// As [`new`](Verifier::new) does.
    #[must_use]
    pub fn per_request<S: Scheme>(scheme: S, source: impl SecretSource<S::Secret>) -> Self {
        let secrets = PerRequest(source::erase(source));
        Self {
            policy: Arc::new(Policy::new(scheme, Supply::PerRequest(secrets.clone()))),
            secrets,
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for Verifier<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.policy.fmt_with(&self.secrets, f)
    }
}

/// A verifier of requests, whatever the supply of its secrets. The layer holds one.
#[cfg(feature = "layer")]
#[derive(Clone)]
pub(crate) struct RequestVerifier(pub(crate) Arc<Policy>);

#[cfg(feature = "layer")]
impl<S: SecretSupply> From<Verifier<S>> for RequestVerifier {
    fn from(verifier: Verifier<S>) -> Self {
        Self(verifier.policy)
    }
}

#[cfg(feature = "layer")]
impl fmt::Debug for RequestVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt_with(&self.0.supply, f)
    }
}
