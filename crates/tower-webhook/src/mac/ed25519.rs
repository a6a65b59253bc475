//! Ed25519: public keys, strict verification while the message arrives, and private keys.

use ed25519_dalek::pkcs8::DecodePublicKey;
use ed25519_dalek::{StreamVerifier, VerifyingKey};

use super::KeyFault;

/// A public key that only its owner can sign for: a weak one, for which others can, is refused.
#[derive(Clone)]
pub(crate) struct PublicKey(VerifyingKey);

impl PublicKey {
    pub(crate) fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyFault> {
        Self::strong(VerifyingKey::from_bytes(bytes).map_err(|_| KeyFault::Invalid)?)
    }

    /// Reads a `SubjectPublicKeyInfo` in DER.
    pub(crate) fn from_der(der: &[u8]) -> Result<Self, KeyFault> {
        Self::strong(VerifyingKey::from_public_key_der(der).map_err(|_| KeyFault::OtherForm)?)
    }

    /// A key that is there where nobody's key is known: the base point of the curve.
    pub(crate) fn decoy() -> Self {
        let mut bytes = [0x66; 32];
        bytes[0] = 0x58;
        Self::from_bytes(&bytes).expect("the base point is a key")
    }

    fn strong(key: VerifyingKey) -> Result<Self, KeyFault> {
        if key.is_weak() {
            return Err(KeyFault::Invalid);
        }
        Ok(Self(key))
    }

    /// Starts to check these signatures. Each has to hash the message on its own.
    pub(super) fn start<'s>(&self, claimed: impl Iterator<Item = &'s [u8; 64]>) -> Running {
        let strict = claimed.filter(|signature| {
            // As in dalek's `verify_strict`: the commitment must not be a point of small order.
            let (commitment, _) = signature.split_first_chunk().expect("it has 64 bytes");
            VerifyingKey::from_bytes(commitment).is_ok_and(|point| !point.is_weak())
        });
        let stream = |signature: &[u8; 64]| self.0.verify_stream(&(*signature).into()).ok();
        Running(strict.filter_map(stream).collect())
    }
}

/// The checks of the signatures that are well formed.
pub(crate) struct Running(Vec<StreamVerifier>);

impl Running {
    pub(super) fn update(&mut self, chunk: &[u8]) {
        for stream in &mut self.0 {
            stream.update(chunk);
        }
    }

    /// Whether one of them signs the message. It ends the run.
    pub(super) fn matches(&mut self) -> bool {
        self.0.drain(..).any(|stream| stream.finalize_and_verify().is_ok())
    }
}

/// A private key, which wipes itself.
#[cfg(feature = "sign")]
#[derive(Clone)]
pub(crate) struct PrivateKey(ed25519_dalek::SigningKey);

#[cfg(feature = "sign")]
impl PrivateKey {
    pub(crate) fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// Takes a seed and the public key of it.
    pub(crate) fn from_pair(pair: &[u8; 64]) -> Result<Self, KeyFault> {
        let key = ed25519_dalek::SigningKey::from_keypair_bytes(pair);
        key.map(Self).map_err(|_| KeyFault::Invalid)
    }

    /// Reads PKCS#8 in DER.
    pub(crate) fn from_der(der: &[u8]) -> Result<Self, KeyFault> {
        use ed25519_dalek::pkcs8::DecodePrivateKey;

        let key = ed25519_dalek::SigningKey::from_pkcs8_der(der);
        key.map(Self).map_err(|_| KeyFault::OtherForm)
    }

    pub(crate) fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(super) fn sign(&self, message: &super::Message<'_>) -> [u8; 64] {
        use ed25519_dalek::Signer;

        // It is hashed twice. Were it read twice, a file that changes in between would give the key away.
        let mut whole = Vec::new();
        message(&mut |part| whole.extend_from_slice(part));
        self.0.sign(&whole).to_bytes()
    }
}
