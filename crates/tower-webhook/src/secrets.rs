//! The secrets of one receiver: one as a rule, more while they rotate.

use std::fmt;
use std::sync::Arc;

use crate::mac::RunningMac;
use crate::origin::Origin;
use crate::rejection::Rejection;
use crate::secret::SigningSecret;
use crate::signing_key::{Claim, Key};

/// A set of secrets, any of which may have signed a request.
///
/// The first is the primary one: a body is hashed under it as it arrives. The others are tried when it does not fit, over
/// the bytes that are there by then, so that a rotation costs nothing once the sender has changed over.
///
/// Making a set keys a MAC for each secret and wipes the secrets; cloning a set copies a pointer. Keep sets rather than
/// secrets where they are looked up.
///
/// ```
/// use tower_webhook::{Secrets, SigningSecret};
///
/// let secrets = Secrets::new(SigningSecret::new("n3w")?.label("new")).and(SigningSecret::new("0ld")?.label("old"));
/// assert_eq!(format!("{secrets:?}"), r#"Secrets(["new", "old"])"#);
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Secrets(Arc<Set>);

#[derive(Clone)]
struct Set {
    primary: Key,
    others: Vec<Key>,
    owner: Option<Arc<str>>,
    /// What is said when none of them fits.
    otherwise: Rejection,
}

impl Secrets {
    /// A set of one secret, the primary one.
    #[must_use]
    pub fn new(primary: SigningSecret) -> Self {
        Self::of(Key::new(primary), Rejection::SignatureMismatch)
    }

    /// Adds a secret, or a set of them, that is accepted besides the others. One that has no [owner](Self::owner) is of the owner
    /// of this set, if that has one.
    ///
    /// Nothing takes a secret out of a set again: what was kept for a sender who changes over should
    /// [expire](SigningSecret::not_after), or be left out of the next [replacement](crate::SecretsHandle::replace).
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
        let set = Arc::make_mut(&mut self.0);
        for mut key in more.into().keys().cloned() {
            if let Some(owner) = &set.owner {
                key.belong_to(owner, false);
            }
            set.others.push(key);
        }
        self
    }

    /// Names whose secrets all of these are: a tenant, or one provider of several whose deliveries end up in one place. Nobody,
    /// unless set. Choose the name once: it is a part of the keys of deliveries, and a retry that comes after a change is not
    /// known.
    ///
    /// Whoever has one secret signs whatever they like, the id or the bytes of somebody else's delivery included. Of
    /// different owners, those have different [keys](crate::VerifiedBody::delivery_key), so that one owner cannot have
    /// another's delivery taken for a duplicate; and [`VerifiedBody::owner`](crate::VerifiedBody::owner) tells whose it is.
    ///
    /// ```
    /// use tower_webhook::sign::Signer;
    /// use tower_webhook::{Secrets, SigningSecret, Verifier};
    ///
    /// let received = |owner: &str, secret: &str| {
    ///     let secret = SigningSecret::new(secret)?;
    ///     let headers = Signer::knowrithm(&secret).headers("{}");
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
    pub fn owner(self, name: impl Into<Arc<str>>) -> Self {
        self.belonging_to(&name.into(), true)
    }

    /// The same, with the owner of those before it for those that have none.
    pub(crate) fn in_place_of(self, before: &Self) -> Self {
        match (&self.0.owner, &before.0.owner) {
            (None, Some(owner)) => self.belonging_to(owner, false),
            _ => self,
        }
    }

    fn belonging_to(mut self, owner: &Arc<str>, whoever: bool) -> Self {
        let set = Arc::make_mut(&mut self.0);
        for key in set.others.iter_mut().chain([&mut set.primary]) {
            key.belong_to(owner, whoever);
        }
        set.owner = Some(Arc::clone(owner));
        self
    }

    /// A set of which no secret signs anything, and which costs what a set of one does.
    #[cfg(feature = "layer")]
    pub(crate) fn unknown() -> Self {
        static UNKNOWN: std::sync::LazyLock<Secrets> = std::sync::LazyLock::new(|| {
            let key = Key::that_never_signs(b"whoever signs with this is told that it is unknown");
            Secrets::of(key, Rejection::UnknownKey)
        });
        UNKNOWN.clone()
    }

    /// Whether each of them is in the form that a scheme which decodes `whsec_` asks for.
    pub(crate) fn are_whsec(&self) -> bool {
        self.keys().all(Key::is_whsec)
    }

    /// Starts the MAC of the primary secret, over what is signed before the body.
    #[inline]
    pub(crate) fn start(&self, claim: &Claim<'_>) -> RunningMac {
        self.0.primary.start(claim)
    }

    /// Starts the MACs of the others.
    pub(crate) fn start_others(&self, claim: &Claim<'_>) -> Vec<RunningMac> {
        self.0.others.iter().map(|key| key.start(claim)).collect()
    }

    /// Which secret signed this body.
    #[inline]
    pub(crate) fn check(&self, claim: &Claim<'_>, body: &[u8]) -> Result<&Origin, Rejection> {
        if self.0.primary.signed(claim, body) {
            return Ok(self.0.primary.origin());
        }
        self.check_others(claim, body)
    }

    /// Which secret signed this body, which the MAC of the primary one has seen.
    #[cfg(feature = "layer")]
    #[inline]
    pub(crate) fn conclude(
        &self,
        primary: &mut RunningMac,
        claim: &Claim<'_>,
        body: &[u8],
    ) -> Result<&Origin, Rejection> {
        if self.0.primary.finished(primary, claim) {
            return Ok(self.0.primary.origin());
        }
        self.check_others(claim, body)
    }

    /// Which secret signed the bytes that these MACs have seen, the primary one's first.
    pub(crate) fn conclude_all(
        &self,
        primary: &mut RunningMac,
        others: &mut [RunningMac],
        claim: &Claim<'_>,
    ) -> Result<&Origin, Rejection> {
        if self.0.primary.finished(primary, claim) {
            return Ok(self.0.primary.origin());
        }
        let mut others = others.iter_mut();
        self.first_of_others(|key| {
            let mac = others.next().expect("one was started for each secret");
            key.finished(mac, claim)
        })
    }

    #[cold]
    fn check_others(&self, claim: &Claim<'_>, body: &[u8]) -> Result<&Origin, Rejection> {
        self.first_of_others(|key| key.signed(claim, body))
    }

    /// Tries all of them whichever fits: how long it takes does not tell.
    fn first_of_others(&self, mut signed: impl FnMut(&Key) -> bool) -> Result<&Origin, Rejection> {
        let mut found = None;
        for key in &self.0.others {
            if signed(key) && found.is_none() {
                found = Some(key.origin());
            }
        }
        found.ok_or_else(|| self.0.otherwise.clone())
    }

    fn of(primary: Key, otherwise: Rejection) -> Self {
        Self(Arc::new(Set {
            primary,
            others: Vec::new(),
            owner: None,
            otherwise,
        }))
    }

    fn keys(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.0.primary).chain(&self.0.others)
    }
}

impl From<SigningSecret> for Secrets {
    fn from(secret: SigningSecret) -> Self {
        Self::new(secret)
    }
}

/// Prints the labels, and `_` for a secret without one.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = self.keys().map(|key| key.origin().label());
        f.write_str("Secrets(")?;
        let mut list = f.debug_list();
        for label in labels {
            match label {
                Some(label) => list.entry(&label),
                None => list.entry(&format_args!("_")),
            };
        }
        list.finish()?;
        f.write_str(")")
    }
}

#[cfg(all(test, feature = "layer"))]
mod tests;
