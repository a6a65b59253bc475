//! What the crate asks of a secret of any kind, on the receiver's and on the sender's side.

use std::fmt;

use super::terms::Terms;
#[cfg(feature = "sign")]
use crate::mac;
use crate::mac::Key;

/// The kinds of secret that schemes take: a [`SigningSecret`](crate::SigningSecret), a
/// [`DecodedSecret`](crate::DecodedSecret), a [`Token`](crate::Token), and public keys.
///
/// A scheme names its kind in [`Scheme::Secret`](crate::scheme::Scheme::Secret), so that a secret that still has to be
/// decoded does not compile there. The trait is sealed.
pub trait Secret: sealed::Sealed + Clone + Send + Sync + 'static {
    /// What a sender signs with: the secret itself, or the private key that belongs to a public one.
    #[cfg(feature = "sign")]
    type SigningKey: SigningKey;
}

/// What a sender signs with. The trait is sealed.
#[cfg(feature = "sign")]
pub trait SigningKey: sealed::Signs {}

/// A secret whose key was made.
pub struct Keyed {
    pub(crate) key: Key,
    pub(crate) terms: Terms,
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
            terms: Terms::default(),
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
