//! Keys of algorithms that the crate does not have: the public one for receivers, the private one for senders.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::terms::Terms;
use super::{Keyed, Secret, sealed};
#[cfg(feature = "sign")]
use crate::mac;
use crate::mac::{CustomKey, Key, custom};

/// A public key of an algorithm that this crate does not have, such as RSA. Nobody can sign with it.
///
/// A set of them, with labels and owners, rotates like shared secrets, and a [`SecretSource`](crate::SecretSource)
/// fetches them. The scheme is [one of your own](crate::scheme#a-scheme-of-your-own), which claims a
/// [`Signature::Custom`](crate::scheme::Signature::Custom).
///
/// A request for which the source knows no key is refused without a check, so the time of the answer tells that.
///
/// ```
/// use http::HeaderMap;
/// use http::header::HeaderName;
/// use tower_webhook::scheme::{Head, Scheme, Signature, SignatureClaim, only_value};
/// use tower_webhook::{CustomPublicKey, Rejection, Verifier, CustomKey};
///
/// /// Stands in for a real key: anyone can forge this sum.
/// struct Sum;
///
/// impl CustomKey for Sum {
///     type Message = u8;
///
///     fn start(&self) -> u8 {
///         0
///     }
///
///     fn update(&self, message: &mut u8, bytes: &[u8]) {
///         *message = bytes.iter().fold(*message, |sum, byte| sum.wrapping_add(*byte));
///     }
///
///     fn verify(&self, message: &u8, signature: &[u8]) -> bool {
///         signature == message.to_string().as_bytes()
///     }
/// }
///
/// static SIGNATURE: HeaderName = HeaderName::from_static("x-acme-sum");
///
/// struct Acme;
///
/// impl Scheme for Acme {
///     type Secret = CustomPublicKey;
///
///     fn name(&self) -> &'static str {
///         "acme"
///     }
///
///     fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
///         let value = only_value(head.headers(), &SIGNATURE)?;
///         Ok(SignatureClaim::new(Signature::Custom(value.as_bytes().into())))
///     }
/// }
///
/// let verifier = Verifier::new(Acme, CustomPublicKey::new(Sum).label("sum"));
/// let mut headers = HeaderMap::new();
/// headers.insert("x-acme-sum", "248".parse()?);
/// assert_eq!(verifier.verify(&headers, "{}")?.signed_by(), Some("sum"));
/// assert!(verifier.verify(&headers, "[]").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct CustomPublicKey {
    key: custom::PublicKey,
    terms: Terms,
}

impl CustomPublicKey {
    /// A key that checks signatures as this one does.
    #[must_use]
    pub fn new(key: impl CustomKey) -> Self {
        Self {
            key: custom::PublicKey::new(key),
            terms: Terms::default(),
        }
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
}

impl fmt::Debug for CustomPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.terms.fmt(f, "CustomPublicKey")
    }
}

impl Secret for CustomPublicKey {
    #[cfg(feature = "sign")]
    type SigningKey = CustomPrivateKey;
}

impl sealed::Sealed for CustomPublicKey {
    fn into_keyed(self) -> Keyed {
        Keyed {
            key: Key::Custom(self.key),
            terms: self.terms,
        }
    }

    fn decoy() -> Keyed {
        Key::Custom(custom::PublicKey::decoy()).into()
    }
}

/// What signs for a receiver that has a [`CustomPublicKey`], for senders and tests. It never prints.
///
/// A forgery of the module [`test`](mod@crate::test) under another key is 256 bytes, as long as a signature of RSA with
/// 2048 bits: `0x5a` each.
///
/// ```
/// use tower_webhook::CustomPrivateKey;
///
/// let key = CustomPrivateKey::new(|message| vec![message.iter().fold(0, |sum, byte| sum ^ byte)]);
/// assert_eq!(format!("{key:?}"), "CustomPrivateKey(..)");
/// ```
#[cfg(feature = "sign")]
#[derive(Clone)]
pub struct CustomPrivateKey(custom::PrivateKey);

#[cfg(feature = "sign")]
impl CustomPrivateKey {
    /// A key that signs a message, all of its bytes in one piece, by calling this. A signer that can fail has to panic.
    #[must_use]
    pub fn new(sign: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self(custom::PrivateKey::new(sign))
    }
}

#[cfg(feature = "sign")]
impl fmt::Debug for CustomPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomPrivateKey(..)")
    }
}

#[cfg(feature = "sign")]
impl super::SigningKey for CustomPrivateKey {}

#[cfg(feature = "sign")]
impl sealed::Signs for CustomPrivateKey {
    fn signing_key(&self) -> super::Signing {
        super::Signing(mac::SigningKey::Custom(self.0.clone()))
    }

    /// As long as a signature of RSA with 2048 bits.
    fn unknown() -> Self {
        Self::new(|_| vec![0x5a; 256])
    }
}
