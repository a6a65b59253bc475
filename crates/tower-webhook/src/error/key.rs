//! The wrong forms of a public or private key.

use std::error::Error;
use std::fmt;

/// Why a text is not a key. Its message says how to mend it.
///
/// ```
/// # #[cfg(feature = "ed25519")] {
/// use tower_webhook::{ConfigError, Ed25519PublicKey, KeyError};
///
/// let error = Ed25519PublicKey::new("whsec_c2VjcmV0").unwrap_err();
/// assert!(matches!(error, ConfigError::Key(KeyError::SharedSecret)));
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// It is empty, cut off, or in no form of a key.
    NoKey,
    /// There is white space or a quotation mark at its beginning or end.
    Surrounded,
    /// It is a shared secret, `whsec_`.
    SharedSecret,
    /// It is the private key (`whsk_`, PKCS#8) where the public one belongs, or the other way round.
    OtherSide,
    /// It is a key of another algorithm, or in another form than a `SubjectPublicKeyInfo` or PKCS#8: a certificate, for
    /// example.
    OtherAlgorithm,
    /// It is in the form of a key, but no point of the curve, or a weak one, under which strangers can sign.
    Invalid,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoKey => "key is not hex, base64 or PEM: copy all of it again",
            Self::Surrounded => "key has white space or quotes at an end: remove them",
            Self::SharedSecret => "key is a shared secret (`whsec_`): take the public key of the endpoint",
            Self::OtherSide => {
                "key is of the other side: a receiver takes the public key (`whpk_`, or `BEGIN PUBLIC KEY`), a sender the private one (`whsk_`, or `BEGIN PRIVATE KEY`)"
            }
            Self::OtherAlgorithm => {
                "key is of another algorithm, or neither SubjectPublicKeyInfo (`BEGIN PUBLIC KEY`) nor PKCS#8 (`BEGIN PRIVATE KEY`): convert it with openssl"
            }
            Self::Invalid => "key is no key of the curve, or a weak one: copy it again",
        })
    }
}

impl Error for KeyError {}
