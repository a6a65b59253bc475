//! Secrets that are replaced without a restart.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, PoisonError, RwLock};

use crate::secret::{Secret, SigningSecret};
use crate::secrets::Secrets;
use crate::set::Set;

/// A set of secrets that can be replaced while requests are served.
///
/// Clones share the set. A request uses the set that was current when the request began.
///
/// ```
/// use tower_webhook::scheme::Knowrithm;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SecretsHandle, SigningSecret, Verifier};
///
/// let (old, new) = (SigningSecret::new("0ld")?, SigningSecret::new("n3w")?);
/// let headers = Signer::new(Knowrithm, &new).headers("{}");
///
/// let handle = SecretsHandle::new(old);
/// let verifier = Verifier::knowrithm(handle.clone());
/// assert!(verifier.verify(&headers, "{}").is_err());
///
/// // When the new secret is read from a file, an error of `SigningSecret::from_file(path)?` leaves the old one in use.
/// handle.replace(new);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
///
/// `K` is the kind of the secrets; [`SigningSecret`] unless the scheme takes another kind.
pub struct SecretsHandle<K = SigningSecret> {
    pub(crate) shared: SharedSet,
    kind: PhantomData<fn() -> K>,
}

impl<K: Secret> SecretsHandle<K> {
    /// A handle with these secrets.
    #[must_use]
    pub fn new(secrets: impl Into<Secrets<K>>) -> Self {
        Self {
            shared: SharedSet(Arc::new(RwLock::new(secrets.into().set))),
            kind: PhantomData,
        }
    }

    /// Uses these secrets, and these alone, from the next request on. Their [owner](Secrets::owner) is the one that
    /// they were given: nothing is taken over from the secrets before.
    ///
    /// To go on accepting the secrets before, add them: `Secrets::new(new).and(handle.current())`. If the secrets have
    /// an owner, name it again: `Secrets::new(new).owner("acme").and(handle.current())`. Replace once more without them
    /// when [`VerifiedBody::signed_by`](crate::VerifiedBody::signed_by) shows that they are idle.
    pub fn replace(&self, secrets: impl Into<Secrets<K>>) {
        let set = secrets.into().set;
        // The lock is only poisoned by a panic while it is held, and nothing here panics.
        *self.shared.0.write().unwrap_or_else(PoisonError::into_inner) = set;
    }

    /// The secrets in use.
    #[must_use]
    pub fn current(&self) -> Secrets<K> {
        Secrets::of(self.shared.current())
    }
}

impl<K> Clone for SecretsHandle<K> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
            kind: PhantomData,
        }
    }
}

/// Prints the labels of the secrets in use.
impl<K> fmt::Debug for SecretsHandle<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let current = Secrets::<K>::of(self.shared.current());
        f.debug_tuple("SecretsHandle").field(&current).finish()
    }
}

/// The set behind a handle, whatever the kind of its secrets.
#[derive(Clone)]
pub(crate) struct SharedSet(Arc<RwLock<Arc<Set>>>);

impl SharedSet {
    pub(crate) fn current(&self) -> Arc<Set> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}
