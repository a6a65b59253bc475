//! The secrets of one receiver: one as a rule, more while they rotate.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::keyed_secret::KeyedSecret;
use crate::secret::{Secret, SigningSecret};
use crate::set::Set;

/// A set of secrets, any of which may have signed a request.
///
/// The first is the primary one: a body is hashed under it as it arrives. The others are tried when it does not match,
/// over the bytes collected by then, so that a rotation costs nothing once the sender has changed over.
///
/// Making a set keys a MAC for each secret and wipes the secrets; cloning a set copies a pointer. Where secrets are
/// looked up, cache sets rather than secrets.
///
/// ```
/// use tower_webhook::scheme::Knowrithm;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{Secrets, SigningSecret, Verifier};
///
/// let (new, old) = (SigningSecret::new("n3w")?.label("new"), SigningSecret::new("0ld")?.label("old"));
/// let headers = Signer::new(Knowrithm, &old).headers("{}");
///
/// let secrets = Secrets::new(new).and(old);
/// assert_eq!(format!("{secrets:?}"), r#"Secrets(["new", "old"])"#);
/// let body = Verifier::knowrithm(secrets).verify(&headers, "{}")?;
/// assert_eq!(body.signed_by(), Some("old"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `K` is the kind of the secrets; [`SigningSecret`] unless the scheme takes another kind.
pub struct Secrets<K = SigningSecret> {
    pub(crate) set: Arc<Set>,
    kind: PhantomData<fn() -> K>,
}

impl<K: Secret> Secrets<K> {
    /// A set of one secret, the primary one, without an owner.
    #[must_use]
    pub fn new(primary: K) -> Self {
        Self::of(Arc::new(Set::new(KeyedSecret::new(primary))))
    }

    /// Adds a secret, or another set, whose secrets are accepted as well. The owner of this set stays the owner of all;
    /// the owner of the added set is not taken over. While secrets rotate, name the owner again:
    /// `Secrets::new(new).owner("acme").and(old)`.
    ///
    /// A secret cannot be removed from a set. Let an old secret [expire](SigningSecret::not_after), or leave it out of
    /// the next [replacement](crate::SecretsHandle::replace).
    ///
    /// ```
    /// use tower_webhook::{Secrets, SecretsHandle, SigningSecret};
    ///
    /// let handle = SecretsHandle::new(SigningSecret::new("0ld")?.label("old"));
    /// // The sender may take a while to change over.
    /// handle.replace(Secrets::new(SigningSecret::new("n3w")?.label("new")).and(handle.current()));
    /// assert_eq!(format!("{:?}", handle.current()), r#"Secrets(["new", "old"])"#);
    /// # Ok::<(), tower_webhook::ConfigError>(())
    /// ```
    #[must_use]
    pub fn and(mut self, more: impl Into<Self>) -> Self {
        Arc::make_mut(&mut self.set).add(&more.into().set);
        self
    }

    /// Names the owner of all secrets in this set: a tenant, or one of several providers whose deliveries end up in one
    /// place. There is none by default.
    ///
    /// The holder of a secret can sign any bytes and any id, those of another owner's delivery included. Deliveries of
    /// different owners have different [keys](crate::VerifiedBody::delivery_key), so that no owner can have the
    /// delivery of another one taken for a duplicate. Keep the name: with another one, a retry has another key.
    ///
    /// ```
    /// use tower_webhook::scheme::Knowrithm;
    /// use tower_webhook::sign::Signer;
    /// use tower_webhook::{Secrets, SigningSecret, Verifier};
    ///
    /// let received = |owner: &str, secret: &str| {
    ///     let secret = SigningSecret::new(secret)?;
    ///     let headers = Signer::new(Knowrithm, &secret).headers("{}");
    ///     let verifier = Verifier::knowrithm(Secrets::new(secret).owner(owner));
    ///     Ok::<_, Box<dyn std::error::Error>>(verifier.verify(&headers, "{}")?)
    /// };
    /// let (acme, umbrella) = (received("acme", "whk_1")?, received("umbrella", "whk_2")?);
    /// assert_eq!(acme.owner(), Some("acme"));
    /// assert_ne!(acme.delivery_key(), umbrella.delivery_key());
    /// assert_eq!(acme.delivery_key(), received("acme", "whk_rotated")?.delivery_key());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn owner(mut self, name: impl Into<Arc<str>>) -> Self {
        Arc::make_mut(&mut self.set).set_owner(name.into());
        self
    }
}

impl<K> Secrets<K> {
    pub(crate) fn of(set: Arc<Set>) -> Self {
        Self { set, kind: PhantomData }
    }
}

impl<K> Clone for Secrets<K> {
    fn clone(&self) -> Self {
        Self::of(Arc::clone(&self.set))
    }
}

impl<K: Secret> From<K> for Secrets<K> {
    fn from(secret: K) -> Self {
        Self::new(secret)
    }
}

/// Prints the labels, and `_` for a secret without one.
impl<K> fmt::Debug for Secrets<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(")?;
        let mut list = f.debug_list();
        for label in self.set.labels() {
            match label {
                Some(label) => list.entry(&label),
                None => list.entry(&format_args!("_")),
            };
        }
        list.finish()?;
        f.write_str(")")
    }
}
