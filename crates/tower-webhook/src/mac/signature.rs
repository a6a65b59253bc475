//! The signatures that can be checked, by the algorithm that makes them.

use std::fmt;

/// An algorithm that signs. Those besides HMAC-SHA256 need a feature each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC-SHA256 under a shared secret ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)).
    #[default]
    HmacSha256,
    /// HMAC-SHA1 under a shared secret. SHA-1 is what the provider chose. Its known collisions do not break HMAC.
    #[cfg(feature = "sha1")]
    HmacSha1,
    /// HMAC-SHA384 under a shared secret.
    #[cfg(feature = "sha512")]
    HmacSha384,
    /// HMAC-SHA512 under a shared secret.
    #[cfg(feature = "sha512")]
    HmacSha512,
    /// Ed25519 under a public key ([RFC 8032](https://www.rfc-editor.org/rfc/rfc8032)).
    #[cfg(feature = "ed25519")]
    Ed25519,
    /// ECDSA with P-256 and SHA-256 under a public key
    /// ([FIPS 186-5](https://csrc.nist.gov/pubs/fips/186-5/final), section 6).
    #[cfg(feature = "p256")]
    EcdsaP256,
    /// That of a [`CustomPublicKey`](crate::CustomPublicKey).
    #[cfg(feature = "custom-key")]
    Custom,
}

impl Algorithm {
    pub(crate) fn is_hmac(self) -> bool {
        match self {
            #[cfg(feature = "ed25519")]
            Self::Ed25519 => false,
            #[cfg(feature = "p256")]
            Self::EcdsaP256 => false,
            #[cfg(feature = "custom-key")]
            Self::Custom => false,
            Self::HmacSha256 => true,
            #[cfg(feature = "sha1")]
            Self::HmacSha1 => true,
            #[cfg(feature = "sha512")]
            Self::HmacSha384 | Self::HmacSha512 => true,
        }
    }
}

/// A signature that a sender claims, by its algorithm. The algorithm says what checks it.
///
/// It has no `PartialEq`: only the crate compares signatures. `Debug` prints its algorithm alone.
#[derive(Clone)]
#[non_exhaustive]
pub enum Signature {
    /// A MAC of HMAC-SHA256.
    HmacSha256([u8; 32]),
    /// A MAC of HMAC-SHA1.
    #[cfg(feature = "sha1")]
    HmacSha1([u8; 20]),
    /// A MAC of HMAC-SHA384.
    #[cfg(feature = "sha512")]
    HmacSha384([u8; 48]),
    /// A MAC of HMAC-SHA512.
    #[cfg(feature = "sha512")]
    HmacSha512([u8; 64]),
    /// A signature of Ed25519.
    #[cfg(feature = "ed25519")]
    Ed25519([u8; 64]),
    /// A signature of ECDSA with P-256: `r`, then `s`. [`ecdsa_p256_from_der`](Self::ecdsa_p256_from_der) reads the
    /// form that providers send.
    #[cfg(feature = "p256")]
    EcdsaP256([u8; 64]),
    /// A signature that a [`CustomPublicKey`](crate::CustomPublicKey) checks. The scheme bounds its length; a header
    /// has as many bytes as the server admits.
    #[cfg(feature = "custom-key")]
    Custom(Box<[u8]>),
}

impl Signature {
    /// Reads an ECDSA signature with P-256 in DER, the form of [RFC 3279], section 2.2.3; `None` for any other bytes.
    ///
    /// [RFC 3279]: https://www.rfc-editor.org/rfc/rfc3279#section-2.2.3
    #[cfg(feature = "p256")]
    #[must_use]
    pub fn ecdsa_p256_from_der(der: &[u8]) -> Option<Self> {
        super::ecdsa::from_der(der).map(Self::EcdsaP256)
    }

    /// Its algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::HmacSha256(_) => Algorithm::HmacSha256,
            #[cfg(feature = "sha1")]
            Self::HmacSha1(_) => Algorithm::HmacSha1,
            #[cfg(feature = "sha512")]
            Self::HmacSha384(_) => Algorithm::HmacSha384,
            #[cfg(feature = "sha512")]
            Self::HmacSha512(_) => Algorithm::HmacSha512,
            #[cfg(feature = "ed25519")]
            Self::Ed25519(_) => Algorithm::Ed25519,
            #[cfg(feature = "p256")]
            Self::EcdsaP256(_) => Algorithm::EcdsaP256,
            #[cfg(feature = "custom-key")]
            Self::Custom(_) => Algorithm::Custom,
        }
    }

    /// Its bytes as providers write them: those of a MAC, of Ed25519, or the DER of ECDSA.
    ///
    /// # Panics
    ///
    /// When it is an [`EcdsaP256`](Self::EcdsaP256) that was put together by hand, and whose `r` or `s` is zero or not
    /// less than the order of the curve: it has no DER. Such a signature never verifies.
    #[cfg(feature = "sign")]
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        match self {
            Self::HmacSha256(mac) => mac.to_vec(),
            #[cfg(feature = "sha1")]
            Self::HmacSha1(mac) => mac.to_vec(),
            #[cfg(feature = "sha512")]
            Self::HmacSha384(mac) => mac.to_vec(),
            #[cfg(feature = "sha512")]
            Self::HmacSha512(mac) => mac.to_vec(),
            #[cfg(feature = "ed25519")]
            Self::Ed25519(signature) => signature.to_vec(),
            #[cfg(feature = "p256")]
            Self::EcdsaP256(signature) => super::ecdsa::to_der(signature),
            #[cfg(feature = "custom-key")]
            Self::Custom(signature) => signature.to_vec(),
        }
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}(..)", self.algorithm())
    }
}

/// It is the only array that is a signature: another one would take away what tells the length in
/// `SignatureClaim::new(encoding.decode(text)?)`.
impl From<[u8; 32]> for Signature {
    #[inline]
    fn from(mac: [u8; 32]) -> Self {
        Self::HmacSha256(mac)
    }
}
