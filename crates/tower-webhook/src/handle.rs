//! Secrets that are replaced without a restart.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use crate::secrets::Secrets;

/// A set of secrets that can be replaced while requests are served.
///
/// Clones share the set. A request uses the set that was there when it began.
///
/// ```
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SecretsHandle, SigningSecret, Verifier};
///
/// let (old, new) = (SigningSecret::new("0ld")?, SigningSecret::new("n3w")?);
/// let headers = Signer::knowrithm(&new).headers("{}");
///
/// let handle = SecretsHandle::new(old);
/// let verifier = Verifier::knowrithm(handle.clone());
/// assert!(verifier.verify(&headers, "{}").is_err());
///
/// // Where this comes from a file, `SigningSecret::from_file(path)?` leaves the old one in place when it fails.
/// handle.replace(new);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct SecretsHandle(Arc<RwLock<Secrets>>);

impl SecretsHandle {
    /// Begins with these secrets.
    #[must_use]
    pub fn new(secrets: impl Into<Secrets>) -> Self {
        Self(Arc::new(RwLock::new(secrets.into())))
    }

    /// Uses these secrets from the next request on.
    pub fn replace(&self, secrets: impl Into<Secrets>) {
        let secrets = secrets.into();
        // Nothing panics while it holds the lock.
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = secrets;
    }

    /// The secrets in use.
    #[must_use]
    pub fn current(&self) -> Secrets {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Prints the labels of the secrets in use.
impl fmt::Debug for SecretsHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SecretsHandle").field(&self.current()).finish()
    }
}
