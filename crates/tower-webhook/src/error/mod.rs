//! Mistakes in the setup, found when the program starts, and content that cannot be signed.

mod base64;
#[cfg(any(feature = "ed25519", feature = "p256"))]
mod key;
mod secret_fault;
#[cfg(feature = "sign")]
mod sign;
mod whsec;

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

pub use self::base64::Base64Error;
#[cfg(any(feature = "ed25519", feature = "p256"))]
pub use self::key::KeyError;
pub use self::secret_fault::SecretFault;
#[cfg(feature = "sign")]
pub use self::sign::SignError;
pub use self::whsec::WhsecError;

/// A mistake in the setup of a [`Verifier`](crate::Verifier), or in a secret.
///
/// A message names the variable or the file when the secret was read from one. No message contains a secret.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConfigError {
    /// The secret is [blank](crate::SigningSecret).
    BlankSecret,
    /// The environment variable is not set.
    #[non_exhaustive]
    MissingVariable {
        /// Its name.
        name: String,
    },
    /// The environment variable contains a [blank](crate::SigningSecret) secret.
    #[non_exhaustive]
    BlankVariable {
        /// Its name.
        name: String,
    },
    /// The file contains a [blank](crate::SigningSecret) secret.
    #[non_exhaustive]
    BlankFile {
        /// Its path.
        path: PathBuf,
    },
    /// The file is larger than 64 KiB, longer than any secret.
    #[non_exhaustive]
    OversizedFile {
        /// Its path.
        path: PathBuf,
    },
    /// The file could not be opened or read.
    #[non_exhaustive]
    UnreadableFile {
        /// Its path.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The secret is not `whsec_` and the standard base64 of a key.
    Whsec(WhsecError),
    /// The secret is not the standard base64 of a key.
    Base64(Base64Error),
    /// The secret is not the hexadecimal digits of a key.
    NotHex,
    /// The key that the secret stands for, in base64 or in hexadecimal digits, is [blank](crate::SigningSecret).
    BlankKey,
    /// The text of a public or private key is in another form, of another algorithm, or a weak key.
    #[cfg(any(feature = "ed25519", feature = "p256"))]
    Key(KeyError),
    /// The user of a [`Token::basic`](crate::Token::basic) contains a colon.
    UserName,
    /// The public URL of a scheme is not an absolute URL of `http` or `https`, or has a fragment.
    PublicUrl,
    /// A scheme lacks something, or contradicts itself.
    #[non_exhaustive]
    Scheme {
        /// Its name.
        scheme: &'static str,
        /// What is wrong with it, such as `signs the public URL, and has none`.
        fault: &'static str,
    },
    /// The secret is probably a placeholder, or was damaged. [`strict`](crate::SigningSecret::strict) and
    /// [`from_peer`](crate::SigningSecret::from_peer) refuse it.
    #[non_exhaustive]
    FaultySecret {
        /// The variable or the file that it was read from, such as `environment variable NAME`; otherwise
        /// `signing secret`.
        place: String,
        /// Its fault.
        fault: SecretFault,
    },
}

impl ConfigError {
    /// The fault of a scheme of your own, such as `signs the public URL, and has none`. The message begins with the
    /// name of the scheme.
    #[must_use]
    pub const fn scheme(name: &'static str, fault: &'static str) -> Self {
        Self::Scheme { scheme: name, fault }
    }
}

const BLANK: &str = "is empty or contains only whitespace or invisible characters";

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BlankSecret => write!(f, "signing secret {BLANK}"),
            Self::MissingVariable { name } => write!(f, "environment variable {name} is not set"),
            Self::BlankVariable { name } => write!(f, "environment variable {name} {BLANK}"),
            Self::BlankFile { path } => write!(f, "secret file {} {BLANK}", path.display()),
            Self::OversizedFile { path } => write!(f, "secret file {} is larger than 64 KiB", path.display()),
            Self::UnreadableFile { path, .. } => write!(f, "secret file {} cannot be read", path.display()),
            Self::Whsec(error) => error.fmt(f),
            Self::Base64(error) => error.fmt(f),
            Self::NotHex => f.write_str("signing secret is not pairs of hexadecimal digits: copy the whole key again"),
            Self::BlankKey => {
                f.write_str("signing secret stands for a key of zeros or invisible characters: make a new secret")
            }
            #[cfg(any(feature = "ed25519", feature = "p256"))]
            Self::Key(error) => error.fmt(f),
            Self::UserName => f.write_str("user contains a colon, at which it would end"),
            Self::PublicUrl => f.write_str(
                "public URL is not absolute: write it as the provider has it, such as https://example.com/hook",
            ),
            Self::Scheme { scheme, fault } => write!(f, "scheme {scheme} {fault}"),
            Self::FaultySecret { place, fault } => write!(f, "{place} {fault}"),
        }
    }
}

impl Error for ConfigError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::UnreadableFile { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<Base64Error> for ConfigError {
    fn from(error: Base64Error) -> Self {
        Self::Base64(error)
    }
}

impl From<WhsecError> for ConfigError {
    fn from(error: WhsecError) -> Self {
        Self::Whsec(error)
    }
}

#[cfg(any(feature = "ed25519", feature = "p256"))]
impl From<KeyError> for ConfigError {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}
