//! A shared secret, keyed for each hash.

use sha2::Sha256;

use super::hmac::Keyed;
#[cfg(feature = "sign")]
use super::{Algorithm, Message};
use super::{Running, Signature};

/// A shared secret, keyed for each hash that the features know.
#[derive(Clone)]
pub(crate) struct HmacKeys {
    sha256: Keyed<Sha256>,
    #[cfg(feature = "sha1")]
    sha1: Keyed<sha1::Sha1>,
    #[cfg(feature = "sha512")]
    sha384: Keyed<sha2::Sha384>,
    #[cfg(feature = "sha512")]
    sha512: Keyed<sha2::Sha512>,
}

impl HmacKeys {
    pub(super) fn new(secret: &[u8]) -> Self {
        Self {
            sha256: Keyed::new(secret),
            #[cfg(feature = "sha1")]
            sha1: Keyed::new(secret),
            #[cfg(feature = "sha512")]
            sha384: Keyed::new(secret),
            #[cfg(feature = "sha512")]
            sha512: Keyed::new(secret),
        }
    }

    #[inline]
    pub(super) fn start(&self, claimed: &Signature) -> Running {
        match claimed {
            Signature::HmacSha256(_) => Running::HmacSha256(self.sha256.start()),
            #[cfg(feature = "sha1")]
            Signature::HmacSha1(_) => Running::HmacSha1(self.sha1.start()),
            #[cfg(feature = "sha512")]
            Signature::HmacSha384(_) => Running::HmacSha384(self.sha384.start()),
            #[cfg(feature = "sha512")]
            Signature::HmacSha512(_) => Running::HmacSha512(self.sha512.start()),
            #[cfg(any(feature = "custom-key", feature = "ed25519", feature = "p256"))]
            _ => Running::Nothing,
        }
    }

    /// The MAC of a message; `None` when the algorithm is no HMAC.
    #[cfg(feature = "sign")]
    pub(super) fn sign(&self, algorithm: Algorithm, message: &Message<'_>) -> Option<Signature> {
        macro_rules! mac {
            ($keyed:ident, $made:ident) => {{
                let mut mac = self.$keyed.start();
                message(&mut |part| mac.update(part));
                Some(Signature::$made(mac.finish()))
            }};
        }
        match algorithm {
            Algorithm::HmacSha256 => mac!(sha256, HmacSha256),
            #[cfg(feature = "sha1")]
            Algorithm::HmacSha1 => mac!(sha1, HmacSha1),
            #[cfg(feature = "sha512")]
            Algorithm::HmacSha384 => mac!(sha384, HmacSha384),
            #[cfg(feature = "sha512")]
            Algorithm::HmacSha512 => mac!(sha512, HmacSha512),
            #[cfg(any(feature = "custom-key", feature = "ed25519", feature = "p256"))]
            _ => None,
        }
    }
}
