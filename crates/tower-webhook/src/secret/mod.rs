//! The secret that sender and receiver share, and the other kinds: public keys and tokens.

mod base64;
mod blank;
#[cfg(feature = "custom-key")]
mod custom_key;
mod decoded;
#[cfg(feature = "ed25519")]
mod ed25519_key;
mod file;
mod hex;
#[cfg(any(feature = "ed25519", feature = "p256"))]
mod key_text;
mod kind;
#[cfg(feature = "p256")]
mod p256_key;
mod placeholder;
mod signing;
mod terms;
mod token;
mod whsec;

#[cfg(all(feature = "custom-key", feature = "sign"))]
pub use self::custom_key::CustomPrivateKey;
#[cfg(feature = "custom-key")]
pub use self::custom_key::CustomPublicKey;
pub use self::decoded::DecodedSecret;
#[cfg(all(feature = "ed25519", feature = "sign"))]
pub use self::ed25519_key::Ed25519PrivateKey;
#[cfg(feature = "ed25519")]
pub use self::ed25519_key::Ed25519PublicKey;
pub use self::kind::Secret;
#[cfg(feature = "sign")]
pub(crate) use self::kind::Signing;
#[cfg(feature = "sign")]
pub use self::kind::SigningKey;
pub(crate) use self::kind::{Keyed, sealed};
#[cfg(all(feature = "p256", feature = "sign"))]
pub use self::p256_key::P256PrivateKey;
#[cfg(feature = "p256")]
pub use self::p256_key::P256PublicKey;
pub use self::signing::SigningSecret;
pub use self::token::Token;

#[cfg(test)]
mod tests;
