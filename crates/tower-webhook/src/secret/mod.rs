//! The secret that sender and receiver share.

mod blank;
mod decoded;
mod file;
mod whsec;

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use zeroize::Zeroizing;

use self::blank::is_blank;
pub use self::decoded::DecodedSecret;
use crate::error::{ConfigError, WhsecError};

/// A signing secret: bytes that never print, cannot be compared, and are wiped when dropped.
///
/// The bytes key the MAC as they are. Most providers sign so; for those whose secret is the text of a key,
/// [`from_whsec`](Self::from_whsec) decodes it into a [`DecodedSecret`].
///
/// A **blank** secret is refused, because everybody can sign with it. Blank is a secret that is empty or contains only
/// whitespace, NUL, and characters without width (U+200B to U+200D, U+2060, U+FEFF), in UTF-8 or in UTF-16 with a byte
/// order mark. (Up to 64 NUL bytes are the same HMAC key as no bytes at all.)
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
        Self::non_blank(bytes.as_ref()).ok_or(ConfigError::BlankSecret)
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
        Self::new(text)?.decode_whsec()
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
        Self::non_blank(file::without_line_break(&value)).ok_or_else(|| ConfigError::BlankVariable { name: shown() })
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
        Self::non_blank(file::without_line_break(&value)).ok_or_else(|| ConfigError::BlankFile { path: path.into() })
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
        let bytes = Zeroizing::new(key.as_slice().into());
        Ok(DecodedSecret(Self { bytes, ..self }))
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

    fn non_blank(bytes: &[u8]) -> Option<Self> {
        (!is_blank(bytes)).then(|| Self {
            bytes: Zeroizing::new(bytes.into()),
            label: None,
            not_after: None,
        })
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.label {
            Some(label) => write!(f, "SigningSecret({label:?}, ..)"),
            None => f.write_str("SigningSecret(..)"),
        }
    }
}

/// The kinds of secret that schemes take: [`SigningSecret`] and [`DecodedSecret`].
///
/// A scheme names its kind in [`Scheme::Secret`](crate::scheme::Scheme::Secret), so that a secret that still has to be
/// decoded does not compile there. The trait is sealed.
pub trait Secret: sealed::Sealed + Clone + Send + Sync + 'static {}

pub(crate) mod sealed {
    use super::SigningSecret;

    /// What the crate asks of a secret of any kind.
    pub trait Sealed: Sized {
        /// The bytes that key the MAC, with label and expiry.
        fn into_key(self) -> SigningSecret;

        /// A secret of this kind with this key.
        fn from_key(key: SigningSecret) -> Self;
    }
}

impl Secret for SigningSecret {}

impl sealed::Sealed for SigningSecret {
    fn into_key(self) -> Self {
        self
    }

    fn from_key(key: Self) -> Self {
        key
    }
}

#[cfg(test)]
mod tests;
