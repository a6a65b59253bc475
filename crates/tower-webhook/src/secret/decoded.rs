//! A secret whose text was decoded.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::{Secret, SigningSecret, sealed};

/// A signing secret whose text was decoded into the key: made by
/// [`SigningSecret::from_whsec`](SigningSecret::from_whsec).
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
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::from_whsec("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?.label("svix");
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
}

impl fmt::Debug for DecodedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.label {
            Some(label) => write!(f, "DecodedSecret({label:?}, ..)"),
            None => f.write_str("DecodedSecret(..)"),
        }
    }
}

impl Secret for DecodedSecret {}

impl sealed::Sealed for DecodedSecret {
    fn into_key(self) -> SigningSecret {
        self.0
    }

    fn from_key(key: SigningSecret) -> Self {
        Self(key)
    }
}
