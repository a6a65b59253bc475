//! Providers with a type of their own, whose scheme is data or another scheme.

#[cfg(feature = "sign")]
use http::HeaderMap;
use http::StatusCode;
#[cfg(feature = "sign")]
use http::header::HeaderName;

use super::{Head, Scheme, SignatureClaim};
#[cfg(feature = "sign")]
use super::{SigningScheme, Unsigned};
use crate::error::ConfigError;
#[cfg(feature = "sign")]
use crate::error::SignError;
use crate::identity::DeliveryIdentity;
use crate::rejection::Rejection;

/// A type that stands for a provider and has another scheme, such as an [`HmacScheme`](super::HmacScheme) or a
/// [`TokenScheme`](super::TokenScheme). It is a [`Scheme`] itself and, with the feature `sign`, a
/// [`SigningScheme`](super::SigningScheme) if the other one is.
///
/// A type of its own lets a handler distinguish a provider from others, by
/// [`VerifiedBody::is_by`](crate::VerifiedBody::is_by).
///
/// ```
/// use http::header::HeaderName;
/// use tower_webhook::scheme::{HmacScheme, Provider};
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// static SCHEME: HmacScheme = HmacScheme::new("acme", HeaderName::from_static("x-acme-mac"));
///
/// #[derive(Clone)]
/// struct Acme;
///
/// impl Provider for Acme {
///     type Scheme = HmacScheme;
///
///     fn scheme(&self) -> &HmacScheme {
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
pub trait Provider: Send + Sync + 'static {
    /// The type of its scheme.
    type Scheme: Scheme;

    /// Its scheme, which must be the same at each call.
    fn scheme(&self) -> &Self::Scheme;
}

impl<P: Provider> Scheme for P {
    type Secret = <P::Scheme as Scheme>::Secret;

    fn name(&self) -> &'static str {
        self.scheme().name()
    }

    fn refusal(&self) -> StatusCode {
        self.scheme().refusal()
    }

    fn max_body(&self) -> Option<usize> {
        self.scheme().max_body()
    }

    fn delivery_identity(&self) -> DeliveryIdentity {
        self.scheme().delivery_identity()
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.scheme().check()
    }

    #[inline]
    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        self.scheme().read(head)
    }

    fn read_body<'a>(&'a self, head: Head<'a>, body: &'a [u8]) -> Result<SignatureClaim<'a>, Rejection> {
        self.scheme().read_body(head, body)
    }
}

#[cfg(feature = "sign")]
impl<P: Provider<Scheme: SigningScheme>> SigningScheme for P {
    fn signature_header(&self) -> Option<&HeaderName> {
        self.scheme().signature_header()
    }

    fn sign(&self, request: &Unsigned<'_>) -> HeaderMap {
        self.scheme().sign(request)
    }

    fn sign_body(&self, request: &Unsigned<'_>, content: &[u8]) -> Result<Option<Vec<u8>>, SignError> {
        self.scheme().sign_body(request, content)
    }
}

/// Makes a type a [`Provider`]: `provider!(GitHub: HmacScheme = SCHEME)` says that the scheme of `GitHub` is the static
/// `SCHEME`.
macro_rules! provider {
    ($provider:ty: $kind:ty = $scheme:ident) => {
        impl $crate::scheme::Provider for $provider {
            type Scheme = $kind;

            #[inline]
            fn scheme(&self) -> &$kind {
                &$scheme
            }
        }
    };
}

pub(super) use provider;
