//! Keys of Ed25519: the public one for receivers, the private one for senders.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::key_text::{self, Read};
use super::terms::Terms;
use super::{Keyed, Secret, sealed};
use crate::error::{ConfigError, KeyError};
#[cfg(feature = "sign")]
use crate::mac;
use crate::mac::{Key, ed25519};

/// A public key of Ed25519, by which a receiver checks signatures. Nobody can sign with it.
///
/// A set of them, with labels and owners, rotates like shared secrets.
///
/// ```
/// use tower_webhook::Ed25519PublicKey;
///
/// let key = Ed25519PublicKey::new("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=")?.label("svix");
/// assert_eq!(format!("{key:?}"), "Ed25519PublicKey(\"svix\", ..)");
///
/// // The same key in hex, as Discord shows one.
/// Ed25519PublicKey::new("d52880e28f61caa4c2a48a82e55f4751a92289a78009ea9f6532270c16ce8abe")?;
///
/// // A weak key, under which strangers can sign.
/// assert!(Ed25519PublicKey::new("00".repeat(32)).is_err());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Ed25519PublicKey {
    key: ed25519::PublicKey,
    terms: Terms,
}

impl Ed25519PublicKey {
    /// Reads the text of a key: `whpk_` and base64, 64 hexadecimal digits, base64 of the 32 bytes, or a
    /// `SubjectPublicKeyInfo` in base64 or PEM.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Key`] when it is in another form, of another algorithm, or a weak key.
    pub fn new(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Ok(Self::of(parse(text.as_ref())?))
    }

    /// Names the key, as [`SigningSecret::label`](crate::SigningSecret::label) does.
    #[must_use]
    pub fn label(mut self, label: impl Into<Arc<str>>) -> Self {
        self.terms.label = Some(label.into());
        self
    }

    /// Lets the key expire, as [`SigningSecret::not_after`](crate::SigningSecret::not_after) does.
    #[must_use]
    pub fn not_after(mut self, instant: SystemTime) -> Self {
        self.terms.not_after = Some(instant);
        self
    }

    fn of(key: ed25519::PublicKey) -> Self {
        Self {
            key,
            terms: Terms::default(),
        }
    }
}

fn parse(text: &[u8]) -> Result<ed25519::PublicKey, KeyError> {
    match key_text::read(text, "whpk_")? {
        Read::Prefixed(bytes) => Ok(ed25519::PublicKey::from_bytes(key_text::exactly(&bytes)?)?),
        Read::Plain(bytes) if bytes.len() == 32 => Ok(ed25519::PublicKey::from_bytes(key_text::exactly(&bytes)?)?),
        Read::Plain(bytes) => {
            ed25519::PublicKey::from_der(&bytes).map_err(|fault| key_text::public_fault(fault, &bytes))
        }
    }
}

impl fmt::Debug for Ed25519PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.terms.fmt(f, "Ed25519PublicKey")
    }
}

impl Secret for Ed25519PublicKey {
    #[cfg(feature = "sign")]
    type SigningKey = Ed25519PrivateKey;
}

impl sealed::Sealed for Ed25519PublicKey {
    fn into_keyed(self) -> Keyed {
        Keyed {
            key: Key::Ed25519(self.key),
            terms: self.terms,
        }
    }

    fn decoy() -> Keyed {
        Key::Ed25519(ed25519::PublicKey::decoy()).into()
    }
}

/// The private key that belongs to an [`Ed25519PublicKey`], for senders. It never prints, and wipes itself.
///
/// ```
/// use tower_webhook::Ed25519PrivateKey;
///
/// // The seed of RFC 8032, section 7.1, test 1.
/// let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
/// let key = Ed25519PrivateKey::new(seed)?;
/// assert_eq!(format!("{key:?}"), "Ed25519PrivateKey(..)");
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[cfg(feature = "sign")]
#[derive(Clone)]
pub struct Ed25519PrivateKey(ed25519::PrivateKey);

#[cfg(feature = "sign")]
impl Ed25519PrivateKey {
    /// Reads the text of a key: `whsk_` and base64 of the seed, with or without the public key after it,
    /// 64 hexadecimal digits or base64 of the seed, or PKCS#8 in base64 or PEM.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Key`] when it is in another form.
    pub fn new(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Ok(Self(parse_private(text.as_ref())?))
    }

    /// The key by which a receiver checks its signatures.
    #[must_use]
    pub fn public_key(&self) -> Ed25519PublicKey {
        Ed25519PublicKey::of(self.0.public_key())
    }
}

#[cfg(feature = "sign")]
fn parse_private(text: &[u8]) -> Result<ed25519::PrivateKey, KeyError> {
    let bytes = match key_text::read(text, "whsk_")? {
        Read::Prefixed(bytes) | Read::Plain(bytes) => bytes,
    };
    match bytes.len() {
        32 => Ok(ed25519::PrivateKey::from_seed(key_text::exactly(&bytes)?)),
        64 => Ok(ed25519::PrivateKey::from_pair(key_text::exactly(&bytes)?)?),
        _ => ed25519::PrivateKey::from_der(&bytes).map_err(|fault| key_text::private_fault(fault, &bytes)),
    }
}

#[cfg(feature = "sign")]
impl fmt::Debug for Ed25519PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ed25519PrivateKey(..)")
    }
}

#[cfg(feature = "sign")]
impl super::SigningKey for Ed25519PrivateKey {}

#[cfg(feature = "sign")]
impl sealed::Signs for Ed25519PrivateKey {
    fn signing_key(&self) -> super::Signing {
        super::Signing(mac::SigningKey::Ed25519(self.0.clone()))
    }

    fn unknown() -> Self {
        Self(ed25519::PrivateKey::from_seed(&[0x5a; 32]))
    }
}
