//! A signature that is checked while the message arrives.

use sha2::Sha256;

use super::Signature;
#[cfg(feature = "custom-key")]
use super::custom;
#[cfg(feature = "p256")]
use super::ecdsa;
#[cfg(feature = "ed25519")]
use super::ed25519;
use super::hmac::RunningMac;

/// The check of one key, by the algorithm of the claimed signature. Without features it has one variant, and costs
/// nothing.
pub(crate) enum Running {
    HmacSha256(RunningMac<Sha256>),
    #[cfg(feature = "sha1")]
    HmacSha1(RunningMac<sha1::Sha1>),
    #[cfg(feature = "sha512")]
    HmacSha384(RunningMac<sha2::Sha384>),
    #[cfg(feature = "sha512")]
    HmacSha512(RunningMac<sha2::Sha512>),
    #[cfg(feature = "ed25519")]
    Ed25519(ed25519::Running),
    #[cfg(feature = "p256")]
    EcdsaP256(ecdsa::Running),
    #[cfg(feature = "custom-key")]
    Custom(custom::Running),
    /// A key that makes no such signatures.
    #[cfg(any(feature = "custom-key", feature = "ed25519", feature = "p256"))]
    Nothing,
}

impl Running {
    #[inline]
    pub(crate) fn update(&mut self, chunk: &[u8]) {
        match self {
            Self::HmacSha256(mac) => mac.update(chunk),
            #[cfg(feature = "sha1")]
            Self::HmacSha1(mac) => mac.update(chunk),
            #[cfg(feature = "sha512")]
            Self::HmacSha384(mac) => mac.update(chunk),
            #[cfg(feature = "sha512")]
            Self::HmacSha512(mac) => mac.update(chunk),
            #[cfg(feature = "ed25519")]
            Self::Ed25519(running) => running.update(chunk),
            #[cfg(feature = "p256")]
            Self::EcdsaP256(running) => running.update(chunk),
            #[cfg(feature = "custom-key")]
            Self::Custom(running) => running.update(chunk),
            #[cfg(any(feature = "custom-key", feature = "ed25519", feature = "p256"))]
            Self::Nothing => {}
        }
    }

    /// Whether one of these signs the bytes seen; those of another algorithm than the first do not. A MAC is compared
    /// with all of them, in constant time.
    ///
    /// It ends the run, and its caller drops it. It takes no `self`, because a MAC that was just updated is expensive
    /// to move.
    #[inline]
    pub(crate) fn matches(&mut self, claimed: &Signature, others: &[Signature]) -> bool {
        macro_rules! of {
            ($algorithm:ident, $claimed:expr) => {
                $claimed.filter_map(|other| match other {
                    Signature::$algorithm(other) => Some(other),
                    #[allow(unreachable_patterns, reason = "without features there is one algorithm")]
                    _ => None,
                })
            };
        }
        match (self, claimed) {
            (Self::HmacSha256(mac), Signature::HmacSha256(claimed)) => {
                mac.matches::<_, 4>(claimed, of!(HmacSha256, others.iter()))
            }
            #[cfg(feature = "sha1")]
            (Self::HmacSha1(mac), Signature::HmacSha1(claimed)) => {
                mac.matches::<_, 3>(claimed, of!(HmacSha1, others.iter()))
            }
            #[cfg(feature = "sha512")]
            (Self::HmacSha384(mac), Signature::HmacSha384(claimed)) => {
                mac.matches::<_, 6>(claimed, of!(HmacSha384, others.iter()))
            }
            #[cfg(feature = "sha512")]
            (Self::HmacSha512(mac), Signature::HmacSha512(claimed)) => {
                mac.matches::<_, 8>(claimed, of!(HmacSha512, others.iter()))
            }
            #[cfg(feature = "ed25519")]
            (Self::Ed25519(running), Signature::Ed25519(_)) => running.matches(),
            #[cfg(feature = "p256")]
            (Self::EcdsaP256(running), Signature::EcdsaP256(_)) => {
                running.matches(of!(EcdsaP256, std::iter::once(claimed).chain(others)))
            }
            #[cfg(feature = "custom-key")]
            (Self::Custom(running), Signature::Custom(_)) => {
                of!(Custom, std::iter::once(claimed).chain(others)).any(|signature| running.verify(signature))
            }
            #[allow(unreachable_patterns, reason = "without features there is one algorithm")]
            _ => false,
        }
    }
}
