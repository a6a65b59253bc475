//! The secret that sender and receiver share.

mod blank;
mod decoded;
#[cfg(feature = "ed25519")]
mod ed25519_key;
mod file;
mod hex;
#[cfg(any(feature = "ed25519", feature = "p256"))]
mod key_text;
mod label;
#[cfg(feature = "p256")]
mod p256_key;
mod placeholder;
mod token;
mod whsec;

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use zeroize::Zeroizing;

use self::blank::is_blank;
pub use self::decoded::DecodedSecret;
#[cfg(all(feature = "ed25519", feature = "sign"))]
pub use self::ed25519_key::Ed25519PrivateKey;
#[cfg(feature = "ed25519")]
pub use self::ed25519_key::Ed25519PublicKey;
#[cfg(all(feature = "p256", feature = "sign"))]
pub use self::p256_key::P256PrivateKey;
#[cfg(feature = "p256")]
pub use self::p256_key::P256PublicKey;
pub use self::token::Token;
use crate::error::{ConfigError, SecretFault, WhsecError};
#[cfg(feature = "sign")]
use crate::mac;
use crate::mac::Key;

/// What messages call a secret that was neither in a variable nor in a file.
const UNNAMED: &str = "signing secret";

/// A signing secret: bytes that never print, cannot be compared, and are wiped when dropped.
///
/// The bytes key the MAC as they are. Most providers sign so; for those whose secret is the text of a key,
/// [`from_whsec`](Self::from_whsec) decodes it into a [`DecodedSecret`].
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
    bytes: Zeroizing<Box<[u8]>>,
    /// What messages call it; [`UNNAMED`] when it was neither in a variable nor in a file.
    place: Option<Arc<str>>,
    label: Option<Arc<str>>,
    not_after: Option<SystemTime>,
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

    /// Decodes a secret of [Standard Webhooks]: `whsec_` and the standard base64 of the key.
    ///
    /// Secrets from the environment or a file are decoded by [`decode_whsec`](Self::decode_whsec).
    ///
    /// ```
    /// use tower_webhook::SigningSecret;
    ///
    /// assert!(SigningSecret::from_whsec("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_ok());
    ///
    /// let error = SigningSecret::from_whsec("v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap_err();
    /// assert_eq!(error.to_string(), "signing secret has `v1,` before `whsec_`: remove `v1,`");
    /// ```
    ///
    /// [Standard Webhooks]: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    ///
    /// # Errors
    ///
    /// [`ConfigError::BlankSecret`] when the text is [blank](Self), [`ConfigError::Whsec`] when it has another form.
    pub fn from_whsec(text: impl AsRef<[u8]>) -> Result<DecodedSecret, ConfigError> {
        let text = Self::non_blank(text.as_ref()).ok_or(ConfigError::BlankSecret)?;
        text.decode_whsec()
    }

    /// Reads an environment variable and strips one line break (`\n` or `\r\n`) from its end.
    ///
    /// ```
    /// use tower_webhook::SigningSecret;
    ///
    /// let error = SigningSecret::from_env("NOT_SET_ANYWHERE").unwrap_err();
    /// assert_eq!(error.to_string(), "environment variable NOT_SET_ANYWHERE is not set");
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError::MissingVariable`] when it is not set, [`ConfigError::BlankVariable`] when it is [blank](Self).
    /// Both name the variable, neither its value.
    pub fn from_env(name: impl AsRef<OsStr>) -> Result<Self, ConfigError> {
        let name = name.as_ref();
        let shown = || name.to_string_lossy().into_owned();
        let value = std::env::var_os(name).ok_or_else(|| ConfigError::MissingVariable { name: shown() })?;
        let value = Zeroizing::new(value.into_encoded_bytes());
        let secret = Self::non_blank(file::without_line_break(&value));
        let secret = secret.ok_or_else(|| ConfigError::BlankVariable { name: shown() })?;
        Ok(secret.at(&format!("environment variable {}", shown())))
    }

    /// Reads a file, as Docker and Kubernetes mount secrets, and strips one line break (`\n` or `\r\n`) from its end.
    ///
    /// It blocks the thread while it reads; on a named pipe without a writer it blocks without limit.
    ///
    /// # Errors
    ///
    /// [`ConfigError::UnreadableFile`] when it cannot be read, [`ConfigError::OversizedFile`] when it is longer than
    /// 64 KiB, [`ConfigError::BlankFile`] when it is [blank](Self). Each names the file, none its content.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let value = file::read(path).map_err(|source| ConfigError::UnreadableFile {
            path: path.into(),
            source,
        })?;
        if value.len() > file::MAX_FILE {
            return Err(ConfigError::OversizedFile { path: path.into() });
        }
        let secret = Self::non_blank(file::without_line_break(&value));
        let secret = secret.ok_or_else(|| ConfigError::BlankFile { path: path.into() })?;
        Ok(secret.at(&format!("secret file {}", path.display())))
    }

    /// Decodes this secret as [`from_whsec`](Self::from_whsec) does; its label and its expiry stay.
    ///
    /// ```
    /// use tower_webhook::SigningSecret;
    ///
    /// # fn read() -> Result<(), tower_webhook::ConfigError> {
    /// let secret = SigningSecret::from_env("SVIX_WEBHOOK_SECRET")?.decode_whsec()?;
    /// # drop(secret);
    /// # Ok(())
    /// # }
    /// # assert!(read().is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError::Whsec`] when it has another form.
    pub fn decode_whsec(self) -> Result<DecodedSecret, ConfigError> {
        let key = whsec::decode(&self.bytes)?;
        if is_blank(&key) {
            return Err(WhsecError::BlankKey.into());
        }
        placeholder::warn(|| placeholder::fault_of_key(&key), self.place());
        let bytes = Zeroizing::new(key.as_slice().into());
        Ok(DecodedSecret(Self { bytes, ..self }))
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
    /// # assert!(read().is_err());
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
        self.label = Some(label.into());
        self
    }

    /// Lets the secret expire: it is accepted up to and including this instant, by the verifier's
    /// [`clock`](crate::Verifier::clock), and matches nothing afterwards. By default it never expires.
    #[must_use]
    pub fn not_after(mut self, instant: SystemTime) -> Self {
        self.not_after = Some(instant);
        self
    }

    pub(crate) fn expose(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn into_terms(self) -> (Option<Arc<str>>, Option<SystemTime>) {
        (self.label, self.not_after)
    }

    fn without(self, fault: Option<SecretFault>) -> Result<Self, ConfigError> {
        let Some(fault) = fault else { return Ok(self) };
        let place = self.place().to_owned();
        Err(ConfigError::FaultySecret { place, fault })
    }

    fn place(&self) -> &str {
        self.place.as_deref().unwrap_or(UNNAMED)
    }

    /// Names the place that the secret was read from, and warns if what was there has a fault.
    fn at(mut self, place: &str) -> Self {
        placeholder::warn(|| placeholder::fault(&self.bytes), place);
        self.place = Some(place.into());
        self
    }

    fn non_blank(bytes: &[u8]) -> Option<Self> {
        (!is_blank(bytes)).then(|| Self {
            bytes: Zeroizing::new(bytes.into()),
            place: None,
            label: None,
            not_after: None,
        })
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        label::fmt(f, "SigningSecret", self.label.as_deref())
    }
}

/// The kinds of secret that schemes take: a [`SigningSecret`], a [`DecodedSecret`], a [`Token`], and public keys.
///
/// A scheme names its kind in [`Scheme::Secret`](crate::scheme::Scheme::Secret), so that a secret that still has to be
/// decoded does not compile there. The trait is sealed.
pub trait Secret: sealed::Sealed + Clone + Send + Sync + 'static {
    /// What a sender signs with: the secret itself, or the private key that belongs to a public one.
    #[cfg(feature = "sign")]
    type Private: PrivateSide;
}

/// What a sender signs with. The trait is sealed.
#[cfg(feature = "sign")]
pub trait PrivateSide: sealed::Signs {}

/// A secret whose key was made.
pub struct Keyed {
    pub(crate) key: Key,
    pub(crate) label: Option<Arc<str>>,
    pub(crate) not_after: Option<SystemTime>,
}

/// Prints nothing: the key may sign.
impl fmt::Debug for Keyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyed(..)")
    }
}

impl From<Key> for Keyed {
    fn from(key: Key) -> Self {
        Self {
            key,
            label: None,
            not_after: None,
        }
    }
}

/// The key of a sender.
#[cfg(feature = "sign")]
pub struct Signing(pub(crate) mac::SigningKey);

/// Prints nothing: the key signs.
#[cfg(feature = "sign")]
impl fmt::Debug for Signing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signing(..)")
    }
}

pub(crate) mod sealed {
    use super::Keyed;
    #[cfg(feature = "sign")]
    use super::Signing;

    /// What keys the check of a request for which no secret is known.
    pub(crate) const DECOY: &[u8] = b"a public constant: it must never match";

    /// What the crate asks of a secret of any kind.
    pub trait Sealed: Sized {
        /// The key that checks signatures, with label and expiry.
        fn into_keyed(self) -> Keyed;

        /// A key of this kind that everybody may know.
        fn decoy() -> Keyed;
    }

    /// What the crate asks of a sender's side.
    #[cfg(feature = "sign")]
    pub trait Signs: Sized {
        /// The key that makes signatures.
        fn signing_key(&self) -> Signing;

        /// One that no receiver knows, for forgeries.
        fn unknown() -> Self;

        /// The key of an empty secret; `None` for a kind that has no empty one.
        fn empty_signing_key() -> Option<Signing> {
            None
        }
    }
}

impl Secret for SigningSecret {
    #[cfg(feature = "sign")]
    type Private = Self;
}

impl sealed::Sealed for SigningSecret {
    fn into_keyed(self) -> Keyed {
        let key = Key::hmac(&self.bytes);
        let (label, not_after) = self.into_terms();
        Keyed { key, label, not_after }
    }

    fn decoy() -> Keyed {
        Key::hmac(sealed::DECOY).into()
    }
}

#[cfg(feature = "sign")]
impl PrivateSide for SigningSecret {}

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

#[cfg(test)]
mod tests;
