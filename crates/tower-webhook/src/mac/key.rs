//! What a secret becomes: a key that checks signatures and, for a sender, one that makes them.

#[cfg(feature = "sign")]
use zeroize::Zeroizing;

#[cfg(feature = "sign")]
use super::Algorithm;
#[cfg(feature = "custom-key")]
use super::custom;
#[cfg(feature = "p256")]
use super::ecdsa;
#[cfg(feature = "ed25519")]
use super::ed25519;
use super::hmac_keys::HmacKeys;
use super::{Running, Signature};

/// What checks the signatures of one secret.
#[derive(Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "a box would cost each request with a MAC a lookup"
)]
pub(crate) enum Key {
    Hmac(HmacKeys),
    #[cfg(feature = "ed25519")]
    Ed25519(ed25519::PublicKey),
    #[cfg(feature = "p256")]
    EcdsaP256(ecdsa::PublicKey),
    #[cfg(feature = "custom-key")]
    Custom(custom::PublicKey),
}

impl Key {
    /// The HMAC keys of a shared secret.
    pub(crate) fn hmac(secret: &[u8]) -> Self {
        Self::Hmac(HmacKeys::new(secret))
    }

    /// Starts to check these signatures. A key that makes none of the first one's algorithm checks nothing.
    #[inline]
    pub(crate) fn start(&self, claimed: &Signature, others: &[Signature]) -> Running {
        // Only Ed25519 has to know the others at the start.
        let _ = others;
        match self {
            Self::Hmac(keys) => keys.start(claimed),
            #[cfg(feature = "ed25519")]
            Self::Ed25519(key) => match claimed {
                Signature::Ed25519(_) => {
                    let all = std::iter::once(claimed).chain(others);
                    Running::Ed25519(key.start(all.filter_map(|signature| match signature {
                        Signature::Ed25519(bytes) => Some(bytes),
                        _ => None,
                    })))
                }
                _ => Running::Nothing,
            },
            #[cfg(feature = "p256")]
            Self::EcdsaP256(key) => match claimed {
                Signature::EcdsaP256(_) => Running::EcdsaP256(key.start()),
                _ => Running::Nothing,
            },
            #[cfg(feature = "custom-key")]
            Self::Custom(key) => match claimed {
                Signature::Custom(_) => key.start().map_or(Running::Nothing, Running::Custom),
                _ => Running::Nothing,
            },
        }
    }
}

/// A message that is signed: it gives its bytes to the function, in pieces, so that they need not be in memory at once.
#[cfg(feature = "sign")]
pub(crate) type Message<'a> = dyn Fn(&mut dyn FnMut(&[u8])) + 'a;

/// What makes the signatures of one secret.
#[cfg(feature = "sign")]
#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "a sender has one")]
pub(crate) enum SigningKey {
    Hmac(HmacKeys),
    #[cfg(feature = "ed25519")]
    Ed25519(ed25519::PrivateKey),
    #[cfg(feature = "p256")]
    EcdsaP256(ecdsa::PrivateKey),
    #[cfg(feature = "custom-key")]
    Custom(custom::PrivateKey),
    /// A token is shown, and signs nothing.
    Token(Zeroizing<Box<[u8]>>),
}

#[cfg(feature = "sign")]
impl SigningKey {
    /// The HMAC keys of a shared secret.
    pub(crate) fn hmac(secret: &[u8]) -> Self {
        Self::Hmac(HmacKeys::new(secret))
    }

    /// The signature of a message; `None` when the key makes none of this algorithm.
    pub(crate) fn sign(&self, algorithm: Algorithm, message: &Message<'_>) -> Option<Signature> {
        match self {
            Self::Hmac(keys) => keys.sign(algorithm, message),
            #[cfg(feature = "ed25519")]
            Self::Ed25519(key) if algorithm == Algorithm::Ed25519 => Some(Signature::Ed25519(key.sign(message))),
            #[cfg(feature = "p256")]
            Self::EcdsaP256(key) if algorithm == Algorithm::EcdsaP256 => Some(Signature::EcdsaP256(key.sign(message))),
            #[cfg(feature = "custom-key")]
            Self::Custom(key) if algorithm == Algorithm::Custom => Some(Signature::Custom(key.sign(message))),
            _ => None,
        }
    }

    /// The text of a token; `None` for a key that signs.
    pub(crate) fn token(&self) -> Option<&[u8]> {
        if let Self::Token(token) = self {
            Some(token)
        } else {
            None
        }
    }
}

/// Why bytes are not a key.
#[cfg(any(feature = "ed25519", feature = "p256"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyFault {
    /// They are in another form, or a key of another algorithm.
    OtherForm,
    /// They are in the form of a key, but no key of the curve, or a weak one.
    #[cfg(any(feature = "ed25519", feature = "sign"))]
    Invalid,
}
