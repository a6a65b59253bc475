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

    /// Uses these secrets from the next request on, and no longer those before. [`Secrets::and`] keeps them, for a sender who
    /// takes a while to change over; replace once more without them when
    /// [`VerifiedBody::key`](crate::VerifiedBody::key) shows that they are idle. Of no [owner](Secrets::owner), these are of
    /// the owner of those before.
    ///
    /// For Standard Webhooks, ask for the secret's form [here](crate::SigningSecret::require_whsec) as well.
    pub fn replace(&self, secrets: impl Into<Secrets>) {
        let secrets = secrets.into();
        // Nothing panics while it holds the lock.
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *current = secrets.in_place_of(&current);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::SigningSecret;
    use crate::sign::Signer;
    use crate::verifier::Verifier;

    #[test]
    fn the_owner_stays_until_another_is_named() {
        let secret = || SigningSecret::new("whk_test").unwrap();
        let handle = SecretsHandle::new(secret());
        let verifier = Verifier::knowrithm(handle.clone());
        let owner = || {
            let headers = Signer::knowrithm(&secret()).headers("{}");
            let body = verifier.verify(&headers, "{}").unwrap();
            body.owner().map(str::to_owned)
        };
        assert_eq!(owner(), None);
        for (secrets, wanted) in [
            (Secrets::new(secret()).owner("acme"), "acme"),
            (Secrets::new(secret()), "acme"),
            (Secrets::new(secret()).owner("umbrella"), "umbrella"),
            (
                Secrets::new(SigningSecret::new("whk_other").unwrap()).and(Secrets::new(secret()).owner("acme")),
                "acme",
            ),
        ] {
            handle.replace(secrets);
            assert_eq!(owner().as_deref(), Some(wanted));
        }
    }
}
