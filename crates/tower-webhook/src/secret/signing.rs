//! A secret whose bytes key the MAC as they are.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use zeroize::Zeroizing;

use super::blank::is_blank;
use super::decoded::DecodedSecret;
use super::kind::{Keyed, Secret, sealed};
#[cfg(feature = "sign")]
use super::kind::{Signing, SigningKey};
use super::placeholder;
use super::terms::Terms;
use crate::error::{ConfigError, SecretFault};
#[cfg(feature = "sign")]
use crate::mac;
use crate::mac::Key;

/// What messages call a secret that was neither in a variable nor in a file.
const UNNAMED: &str = "signing secret";

/// A signing secret: bytes that never print, cannot be compared, and are wiped when dropped.
///
/// The bytes key the MAC as they are. Most providers sign so; for those whose secret is the text of a key,
/// [`from_whsec`](DecodedSecret::from_whsec) decodes it into a [`DecodedSecret`].
///
/// A **blank** secret is refused, because everybody can sign with it. Blank is a secret that is empty or contains only
/// whitespace, NUL, and characters without width (U+200B to U+200D, U+2060, U+FEFF), in UTF-8 or in UTF-16 with a byte
/// order mark. (Up to 64 NUL bytes are the same HMAC key as no bytes at all.)
///
/// Making a secret that is probably a placeholder, or was damaged on its way, causes one warning with the feature
/// `tracing`, at most 100 in a process. [`strict`](Self::strict) refuses such a secret.
///
/// ```
/// use tower_webhook::SigningSecret;
///
/// let secret = SigningSecret::new("whk_4f1d")?;
/// assert_eq!(format!("{secret:?}"), "SigningSecret(..)");
///
/// assert!(SigningSecret::new("").is_err());
/// assert!(SigningSecret::new(" \n").is_err());
/// assert!(SigningSecret::new([0; 32]).is_err());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct SigningSecret {
    pub(super) bytes: Zeroizing<Box<[u8]>>,
    /// What messages call it; [`UNNAMED`] when it was neither in a variable nor in a file.
    place: Option<Arc<str>>,
    pub(super) terms: Terms,
}

impl SigningSecret {
    /// Takes the bytes exactly as they are: nothing is trimmed, nothing decoded.
    ///
    /// They are copied; wiping the original is up to the caller.
    ///
    /// # Errors
    ///
    /// [`ConfigError::BlankSecret`] when they are [blank](Self).
    pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let secret = Self::non_blank(bytes.as_ref()).ok_or(ConfigError::BlankSecret)?;
        placeholder::warn(|| placeholder::fault(&secret.bytes), UNNAMED);
        Ok(secret)
    }

    /// Takes the bytes of a secret that a request offers, as the first one of Asana and of Notion does: exactly as they
    /// are. A stranger may have sent them, so they cause no warning: a secret that [`strict`](Self::strict) would
    /// refuse is an error.
    ///
    /// ```
    /// use tower_webhook::SigningSecret;
    ///
    /// assert!(SigningSecret::from_peer("b537207f20cbfa02").is_ok());
    /// assert!(SigningSecret::from_peer("changeme").is_err());
    /// # Ok::<(), tower_webhook::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError::BlankSecret`] when they are [blank](Self), [`ConfigError::FaultySecret`] when they are probably a
    /// placeholder, or damaged.
    pub fn from_peer(bytes: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let secret = Self::non_blank(bytes.as_ref()).ok_or(ConfigError::BlankSecret)?;
        secret.strict()
    }

    /// Refuses a secret that is probably a placeholder, or was damaged on its way into the program. Each kind is a
    /// [`SecretFault`]; a random secret has none.
    ///
    /// ```
    /// use tower_webhook::SigningSecret;
    ///
    /// let error = SigningSecret::new("${KNOWRITHM_WEBHOOK_SECRET}")?.strict().unwrap_err();
    /// assert!(error.to_string().starts_with("signing secret is a template that was not filled in"));
    ///
    /// assert!(SigningSecret::new("whk_4f1d")?.strict().is_ok());
    /// # fn read() -> Result<(), tower_webhook::ConfigError> {
    /// let secret = SigningSecret::from_env("KNOWRITHM_WEBHOOK_SECRET")?.strict()?;
    /// # drop(secret);
    /// # Ok(())
    /// # }
    /// # let _ = read;
    /// # Ok::<(), tower_webhook::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError::FaultySecret`], with the variable or the file when the secret was read from one.
    pub fn strict(self) -> Result<Self, ConfigError> {
        let fault = placeholder::fault(&self.bytes);
        self.without(fault)
    }

    /// Names the secret. The name is printed by `Debug`, and
    /// [`VerifiedBody::signed_by`](crate::VerifiedBody::signed_by) returns it for each body that the secret signed.
    /// There is none by default.
    ///
    /// ```
    /// use tower_webhook::SigningSecret;
    ///
    /// let secret = SigningSecret::new("whk_4f1d")?.label("spring");
    /// assert_eq!(format!("{secret:?}"), "SigningSecret(\"spring\", ..)");
    /// # Ok::<(), tower_webhook::ConfigError>(())
    /// ```
    #[must_use]
    pub fn label(mut self, label: impl Into<Arc<str>>) -> Self {
        self.terms.label = Some(label.into());
        self
    }

    /// Lets the secret expire: it is accepted up to and including this instant, by the verifier's
    /// [`clock`](crate::Verifier::clock), and matches nothing afterwards. By default it never expires.
    #[must_use]
    pub fn not_after(mut self, instant: SystemTime) -> Self {
        self.terms.not_after = Some(instant);
        self
    }

    pub(crate) fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// The secret with the key that its text is decoded to.
    pub(super) fn decoded_to(self, key: &[u8]) -> DecodedSecret {
        placeholder::warn(|| placeholder::fault_of_key(key), self.place());
        let bytes = Zeroizing::new(key.into());
        DecodedSecret(Self { bytes, ..self })
    }

    pub(super) fn without(self, fault: Option<SecretFault>) -> Result<Self, ConfigError> {
        let Some(fault) = fault else { return Ok(self) };
        let place = self.place().to_owned();
        Err(ConfigError::FaultySecret { place, fault })
    }

    fn place(&self) -> &str {
        self.place.as_deref().unwrap_or(UNNAMED)
    }

    /// Names the place that the secret was read from, and warns if what was there has a fault.
    pub(super) fn at(mut self, place: &str) -> Self {
        placeholder::warn(|| placeholder::fault(&self.bytes), place);
        self.place = Some(place.into());
        self
    }

    pub(super) fn non_blank(bytes: &[u8]) -> Option<Self> {
        (!is_blank(bytes)).then(|| Self {
            bytes: Zeroizing::new(bytes.into()),
            place: None,
            terms: Terms::default(),
        })
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.terms.fmt(f, "SigningSecret")
    }
}

impl Secret for SigningSecret {
    #[cfg(feature = "sign")]
    type SigningKey = Self;
}

impl sealed::Sealed for SigningSecret {
    fn into_keyed(self) -> Keyed {
        let key = Key::hmac(&self.bytes);
        Keyed { key, terms: self.terms }
    }

    fn decoy() -> Keyed {
        Key::hmac(sealed::DECOY).into()
    }
}

#[cfg(feature = "sign")]
impl SigningKey for SigningSecret {}

#[cfg(feature = "sign")]
impl sealed::Signs for SigningSecret {
    fn signing_key(&self) -> Signing {
        Signing(mac::SigningKey::hmac(&self.bytes))
    }

    fn unknown() -> Self {
        Self::non_blank(b"a secret that the receiver does not know").expect("it is not blank")
    }

    fn empty_signing_key() -> Option<Signing> {
        Some(Signing(mac::SigningKey::hmac(&[])))
    }
}
