//! Keys of ECDSA with P-256: the public one for receivers, the private one for senders.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::key_text::{self, Read};
use super::terms::Terms;
use super::{Keyed, Secret, sealed};
use crate::error::{ConfigError, KeyError};
#[cfg(feature = "sign")]
use crate::mac;
use crate::mac::{Key, ecdsa};

/// A public key of ECDSA with P-256, by which a receiver checks signatures. Nobody can sign with it.
///
/// A set of them, with labels and owners, rotates like shared secrets.
///
/// ```
/// use tower_webhook::P256PublicKey;
///
/// let key = P256PublicKey::new(
///     "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe6\
///      2gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==",
/// )?;
/// assert_eq!(format!("{key:?}"), "P256PublicKey(..)");
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct P256PublicKey {
    key: ecdsa::PublicKey,
    terms: Terms,
}

impl P256PublicKey {
    /// Reads the text of a key: a `SubjectPublicKeyInfo` in base64 or PEM.
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

    fn of(key: ecdsa::PublicKey) -> Self {
        Self {
            key,
            terms: Terms::default(),
        }
    }
}

fn parse(text: &[u8]) -> Result<ecdsa::PublicKey, KeyError> {
    match key_text::read(text, "")? {
        Read::Prefixed(bytes) | Read::Plain(bytes) => {
            ecdsa::PublicKey::from_der(&bytes).map_err(|fault| key_text::public_fault(fault, &bytes))
        }
    }
}

impl fmt::Debug for P256PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.terms.fmt(f, "P256PublicKey")
    }
}

impl Secret for P256PublicKey {
    #[cfg(feature = "sign")]
    type SigningKey = P256PrivateKey;
}

impl sealed::Sealed for P256PublicKey {
    fn into_keyed(self) -> Keyed {
        Keyed {
            key: Key::EcdsaP256(self.key),
            terms: self.terms,
        }
    }

    fn decoy() -> Keyed {
        Key::EcdsaP256(ecdsa::PublicKey::decoy()).into()
    }
}

/// The private key that belongs to a [`P256PublicKey`], for senders. It never prints, and wipes itself.
///
/// ```
/// use tower_webhook::P256PrivateKey;
///
/// // The key of RFC 6979, appendix A.2.5.
/// let key = P256PrivateKey::new("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721")?;
/// assert_eq!(format!("{key:?}"), "P256PrivateKey(..)");
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[cfg(feature = "sign")]
#[derive(Clone)]
pub struct P256PrivateKey(ecdsa::PrivateKey);

#[cfg(feature = "sign")]
impl P256PrivateKey {
    /// Reads the text of a key: 64 hexadecimal digits or base64 of the 32 bytes, or PKCS#8 in base64 or PEM.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Key`] when it is in another form.
    pub fn new(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Ok(Self(parse_private(text.as_ref())?))
    }

    /// The key by which a receiver checks its signatures.
    #[must_use]
    pub fn public_key(&self) -> P256PublicKey {
        P256PublicKey::of(self.0.public_key())
    }
}

#[cfg(feature = "sign")]
fn parse_private(text: &[u8]) -> Result<ecdsa::PrivateKey, KeyError> {
    match key_text::read(text, "")? {
        Read::Prefixed(bytes) | Read::Plain(bytes) if bytes.len() == 32 => {
            Ok(ecdsa::PrivateKey::from_bytes(key_text::exactly(&bytes)?)?)
        }
        Read::Prefixed(bytes) | Read::Plain(bytes) => {
            ecdsa::PrivateKey::from_der(&bytes).map_err(|fault| key_text::private_fault(fault, &bytes))
        }
    }
}

#[cfg(feature = "sign")]
impl fmt::Debug for P256PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P256PrivateKey(..)")
    }
}

#[cfg(feature = "sign")]
impl super::SigningKey for P256PrivateKey {}

#[cfg(feature = "sign")]
impl sealed::Signs for P256PrivateKey {
    fn signing_key(&self) -> super::Signing {
        super::Signing(mac::SigningKey::EcdsaP256(self.0.clone()))
    }

    fn unknown() -> Self {
        Self(ecdsa::PrivateKey::from_bytes(&[0x5a; 32]).expect("it is below the order of the curve"))
    }
}
