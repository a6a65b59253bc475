//! A secret whose text was decoded.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::placeholder::fault_of_key;
use super::{Keyed, Secret, SigningSecret, sealed};
use crate::error::ConfigError;

/// A signing secret whose text was decoded into the key. It is made of what the provider shows:
///
/// | the provider shows | it is made by |
/// |---|---|
/// | `whsec_` and base64, or that behind `v1,` | [`DecodedSecret::from_whsec`] |
/// | base64 alone, padded or not | [`DecodedSecret::from_base64`] |
/// | hexadecimal digits | [`DecodedSecret::from_hex`] |
/// | any text whose bytes are the key | [`SigningSecret::into_key`] |
///
/// A secret that was read from the environment or from a file is decoded by the methods `decode_whsec`,
/// `decode_base64` and `decode_hex`.
///
/// [`StandardWebhooks`](crate::scheme::StandardWebhooks) takes this kind alone, so that a secret that nobody decoded
/// does not compile:
///
/// ```compile_fail,E0277
/// use tower_webhook::scheme::StandardWebhooks;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
/// Verifier::new(StandardWebhooks::new(), secret);
/// ```
///
/// ```
/// use tower_webhook::scheme::StandardWebhooks;
/// use tower_webhook::{DecodedSecret, Verifier};
///
/// let secret = DecodedSecret::from_whsec("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?.label("svix");
/// assert_eq!(format!("{secret:?}"), "DecodedSecret(\"svix\", ..)");
/// let verifier = Verifier::new(StandardWebhooks::new(), secret);
/// # drop(verifier);
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct DecodedSecret(pub(super) SigningSecret);

impl DecodedSecret {
    /// Names the secret, as [`SigningSecret::label`] does.
    #[must_use]
    pub fn label(self, label: impl Into<Arc<str>>) -> Self {
        Self(self.0.label(label))
    }

    /// Lets the secret expire, as [`SigningSecret::not_after`] does.
    #[must_use]
    pub fn not_after(self, instant: SystemTime) -> Self {
        Self(self.0.not_after(instant))
    }

    /// Refuses a key that is probably a placeholder, as [`SigningSecret::strict`] does. White space and quotation marks
    /// are no faults of a key, because the provider decodes the same text.
    ///
    /// ```
    /// use tower_webhook::DecodedSecret;
    ///
    /// // The base64 of `changeme`.
    /// let error = DecodedSecret::from_whsec("whsec_Y2hhbmdlbWU=")?.strict().unwrap_err();
    /// assert_eq!(error.to_string(), "signing secret is a common placeholder: put the provider's secret there");
    /// # Ok::<(), tower_webhook::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError::FaultySecret`], with the variable or the file when the secret was read from one.
    pub fn strict(self) -> Result<Self, ConfigError> {
        let fault = fault_of_key(&self.0.bytes);
        Ok(Self(self.0.without(fault)?))
    }
}

impl SigningSecret {
    /// Takes the bytes as the key, for a scheme that takes decoded keys: Polar signs by Standard Webhooks, with the
    /// text of its secret. Its label and its expiry stay.
    ///
    /// ```
    /// use tower_webhook::scheme::StandardWebhooks;
    /// use tower_webhook::sign::Signer;
    /// use tower_webhook::{SigningSecret, Verifier};
    ///
    /// let secret = SigningSecret::new("polar_whs_4f1d")?.into_key();
    /// let headers = Signer::new(StandardWebhooks::new(), &secret).headers("{}");
    /// assert!(Verifier::new(StandardWebhooks::new(), secret).verify(&headers, "{}").is_ok());
    /// # Ok::<(), tower_webhook::ConfigError>(())
    /// ```
    #[must_use]
    pub fn into_key(self) -> DecodedSecret {
        DecodedSecret(self)
    }
}

impl fmt::Debug for DecodedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.terms.fmt(f, "DecodedSecret")
    }
}

impl Secret for DecodedSecret {
    #[cfg(feature = "sign")]
    type SigningKey = Self;
}

impl sealed::Sealed for DecodedSecret {
    fn into_keyed(self) -> Keyed {
        self.0.into_keyed()
    }

    fn decoy() -> Keyed {
        SigningSecret::decoy()
    }
}

#[cfg(feature = "sign")]
impl super::SigningKey for DecodedSecret {}

#[cfg(feature = "sign")]
impl sealed::Signs for DecodedSecret {
    fn signing_key(&self) -> super::Signing {
        self.0.signing_key()
    }

    fn unknown() -> Self {
        Self(sealed::Signs::unknown())
    }

    fn empty_signing_key() -> Option<super::Signing> {
        SigningSecret::empty_signing_key()
    }
}
