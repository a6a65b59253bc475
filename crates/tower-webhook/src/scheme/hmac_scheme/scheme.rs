//! Providers with a type of their own, whose scheme is data.

#[cfg(feature = "sign")]
use http::HeaderMap;
use http::StatusCode;
#[cfg(feature = "sign")]
use http::header::HeaderName;

use super::HmacScheme;
use crate::error::ConfigError;
use crate::identity::DeliveryIdentity;
use crate::rejection::Rejection;
use crate::scheme::{Head, Scheme, SignatureClaim};
#[cfg(feature = "sign")]
use crate::scheme::{SigningScheme, Unsigned};
use crate::secret::Secret;

/// A type whose scheme is an [`HmacScheme`]. It is a [`Scheme`] and, with the feature `sign`, a
/// [`SigningScheme`](crate::scheme::SigningScheme).
///
/// An [`HmacScheme`] is one itself. A type of its own lets a handler tell a provider from others, by
/// [`VerifiedBody::is_by`](crate::VerifiedBody::is_by).
///
/// ```
/// use http::header::HeaderName;
/// use tower_webhook::scheme::{HmacProvider, HmacScheme};
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// static SCHEME: HmacScheme = HmacScheme::new("acme", HeaderName::from_static("x-acme-mac"));
///
/// #[derive(Clone)]
/// struct Acme;
///
/// impl HmacProvider for Acme {
///     type Secret = SigningSecret;
///
///     fn hmac_scheme(&self) -> &HmacScheme {
///         &SCHEME
///     }
/// }
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(Acme, &secret).headers("{}");
/// let body = Verifier::new(Acme, secret).verify(&headers, "{}")?;
/// assert!(body.is_by::<Acme>());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait HmacProvider: Send + Sync + 'static {
    /// The kind of secret that it takes.
    type Secret: Secret;

    /// Its scheme, which must be the same at each call.
    fn hmac_scheme(&self) -> &HmacScheme<Self::Secret>;
}

impl<P: HmacProvider> Scheme for P {
    type Secret = P::Secret;

    fn name(&self) -> &'static str {
        self.hmac_scheme().name
    }

    fn refusal(&self) -> StatusCode {
        self.hmac_scheme().refusal
    }

    fn max_body(&self) -> Option<usize> {
        self.hmac_scheme().max_body
    }

    fn delivery_identity(&self) -> DeliveryIdentity {
        self.hmac_scheme().identity.clone()
    }

    fn check(&self) -> Result<(), ConfigError> {
        let scheme = self.hmac_scheme();
        match scheme.fault() {
            Some(fault) => Err(ConfigError::scheme(scheme.name, fault)),
            None => Ok(()),
        }
    }

    #[inline]
    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        self.hmac_scheme().read_head(head)
    }
}

#[cfg(feature = "sign")]
impl<P: HmacProvider> SigningScheme for P {
    fn signature_header(&self) -> Option<&HeaderName> {
        Some(&self.hmac_scheme().header)
    }

    fn sign(&self, request: &Unsigned<'_>) -> HeaderMap {
        self.hmac_scheme().write(request)
    }
}
