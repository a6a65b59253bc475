//! ECDSA with P-256 and SHA-256: public keys, signatures in DER, and private keys.

use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::DecodePublicKey;

use super::{KeyFault, RunningHash};

/// A public key.
#[derive(Clone)]
pub(crate) struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo` in DER.
    pub(crate) fn from_der(der: &[u8]) -> Result<Self, KeyFault> {
        let key = VerifyingKey::from_public_key_der(der);
        key.map(Self).map_err(|_| KeyFault::OtherForm)
    }

    /// A key that is there where nobody's key is known: the base point of the curve.
    pub(crate) fn decoy() -> Self {
        Self(VerifyingKey::from(
            p256::PublicKey::from_affine(p256::AffinePoint::GENERATOR).expect("a point"),
        ))
    }

    /// Starts to hash a message for this key.
    pub(super) fn start(&self) -> Running {
        Running {
            key: self.0,
            hash: RunningHash::default(),
        }
    }
}

/// The hash of the message so far, and the key that may have signed it.
pub(crate) struct Running {
    key: VerifyingKey,
    hash: RunningHash,
}

impl Running {
    pub(super) fn update(&mut self, chunk: &[u8]) {
        self.hash.update(chunk);
    }

    /// Whether one of these signs the message. It ends the run.
    pub(super) fn matches<'s>(&mut self, mut claimed: impl Iterator<Item = &'s [u8; 64]>) -> bool {
        let hash = std::mem::take(&mut self.hash).finish();
        claimed.any(|signature| {
            let signature = Signature::from_slice(signature);
            signature.is_ok_and(|signature| self.key.verify_prehash(&hash, &signature).is_ok())
        })
    }
}

/// `r` and `s` of a signature in DER.
pub(super) fn from_der(der: &[u8]) -> Option<[u8; 64]> {
    let signature = Signature::from_der(der).ok()?;
    Some(signature.to_bytes().into())
}

#[cfg(feature = "sign")]
pub(super) fn to_der(signature: &[u8; 64]) -> Vec<u8> {
    let signature = Signature::from_slice(signature).expect("a signature that was made or read");
    signature.to_der().as_bytes().to_vec()
}

/// A private key, which wipes itself.
#[cfg(feature = "sign")]
#[derive(Clone)]
pub(crate) struct PrivateKey(p256::ecdsa::SigningKey);

#[cfg(feature = "sign")]
impl PrivateKey {
    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyFault> {
        let key = p256::ecdsa::SigningKey::from_slice(bytes);
        key.map(Self).map_err(|_| KeyFault::Invalid)
    }

    /// Reads PKCS#8 in DER.
    pub(crate) fn from_der(der: &[u8]) -> Result<Self, KeyFault> {
        use p256::pkcs8::DecodePrivateKey;

        let key = p256::ecdsa::SigningKey::from_pkcs8_der(der);
        key.map(Self).map_err(|_| KeyFault::OtherForm)
    }

    pub(crate) fn public_key(&self) -> PublicKey {
        PublicKey(*self.0.verifying_key())
    }

    pub(super) fn sign(&self, message: &super::Message<'_>) -> [u8; 64] {
        use p256::ecdsa::signature::hazmat::PrehashSigner;

        let mut hash = RunningHash::default();
        message(&mut |part| hash.update(part));
        let signature: Signature = self
            .0
            .sign_prehash(&hash.finish())
            .expect("a hash of 32 bytes can be signed");
        signature.to_bytes().into()
    }
}
