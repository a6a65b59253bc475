//! What checks signatures: HMAC and its comparison in constant time, public keys, and SHA-256.
//!
//! This is the only folder that names a crypto crate, and the only one that compares MACs.

#[cfg(feature = "custom-key")]
pub(crate) mod custom;
#[cfg(feature = "p256")]
pub(crate) mod ecdsa;
#[cfg(feature = "ed25519")]
pub(crate) mod ed25519;
mod hash;
mod hmac;
mod hmac_keys;
mod key;
mod running;
mod signature;
mod token;

#[cfg(feature = "custom-key")]
pub use self::custom::CustomKey;
pub(crate) use self::hash::{RunningHash, sha256};
pub(crate) use self::key::Key;
#[cfg(any(feature = "ed25519", feature = "p256"))]
pub(crate) use self::key::KeyFault;
#[cfg(feature = "sign")]
pub(crate) use self::key::{Message, SigningKey};
pub(crate) use self::running::Running;
pub use self::signature::{Algorithm, Signature};
pub(crate) use self::token::{same_token, token_claim, token_key};
