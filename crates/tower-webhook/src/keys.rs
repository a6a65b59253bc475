//! Where a verifier takes its secrets from: a fixed set, a set that is replaced, or a look-up for each request.

use std::fmt;
#[cfg(feature = "layer")]
use std::sync::Arc;

use crate::handle::SecretsHandle;
use crate::secret::SigningSecret;
use crate::secrets::Secrets;
#[cfg(feature = "layer")]
use crate::source::{LookUp, PerRequest, SecretSource};

/// Where a [`Verifier`](crate::Verifier) takes its secrets from.
///
/// Every constructor of a verifier takes what can become one: a [`SigningSecret`], a set of [`Secrets`], a
/// [`SecretsHandle`] whose set can be replaced, or, with the `layer` feature, a `SecretSource` in
/// `PerRequest`.
#[derive(Clone)]
pub struct Keys(pub(crate) Provider);

#[derive(Clone)]
pub(crate) enum Provider {
    Fixed(Secrets),
    Shared(SecretsHandle),
    #[cfg(feature = "layer")]
    PerRequest(Arc<dyn LookUp>),
}

impl Keys {
    /// The secrets as far as they are known before there is a request.
    #[cfg_attr(
        not(feature = "layer"),
        expect(clippy::unnecessary_wraps, reason = "a look-up is one of the layer's")
    )]
    pub(crate) fn known(&self) -> Option<Secrets> {
        match &self.0 {
            Provider::Fixed(secrets) => Some(secrets.clone()),
            Provider::Shared(handle) => Some(handle.current()),
            #[cfg(feature = "layer")]
            Provider::PerRequest(_) => None,
        }
    }

    pub(crate) fn add(&mut self, secret: SigningSecret) {
        match &mut self.0 {
            Provider::Fixed(secrets) => *secrets = secrets.clone().and(secret),
            Provider::Shared(_) => panic!("the secrets of this verifier are those of its handle: add one there"),
            #[cfg(feature = "layer")]
            Provider::PerRequest(_) => panic!("the secrets of this verifier are those of its source: add one there"),
        }
    }
}

impl From<SigningSecret> for Keys {
    fn from(secret: SigningSecret) -> Self {
        Secrets::new(secret).into()
    }
}

impl From<Secrets> for Keys {
    fn from(secrets: Secrets) -> Self {
        Self(Provider::Fixed(secrets))
    }
}

impl From<SecretsHandle> for Keys {
    fn from(handle: SecretsHandle) -> Self {
        Self(Provider::Shared(handle))
    }
}

#[cfg(feature = "layer")]
impl<S: SecretSource> From<PerRequest<S>> for Keys {
    fn from(source: PerRequest<S>) -> Self {
        Self(Provider::PerRequest(Arc::new(source.0)))
    }
}

/// Prints labels.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Provider::Fixed(secrets) => secrets.fmt(f),
            Provider::Shared(handle) => handle.fmt(f),
            #[cfg(feature = "layer")]
            Provider::PerRequest(_) => f.write_str("PerRequest(..)"),
        }
    }
}
