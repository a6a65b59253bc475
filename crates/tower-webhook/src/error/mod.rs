//! Mistakes in the set-up, found when the program starts.

mod whsec;

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

pub use self::whsec::WhsecError;

/// A mistake in the set-up of a [`Verifier`](crate::Verifier), never in a request.
///
/// A message names the variable or the file when the secret was read from one. No message contains a secret.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConfigError {
    /// The secret is [blank](crate::SigningSecret).
    BlankSecret,
    /// The environment variable is not set.
    MissingVariable {
        /// Its name.
        name: String,
    },
    /// The environment variable contains a [blank](crate::SigningSecret) secret.
    BlankVariable {
        /// Its name.
        name: String,
    },
    /// The file contains a [blank](crate::SigningSecret) secret.
    BlankFile {
        /// Its path.
        path: PathBuf,
    },
    /// The file is larger than 64 KiB, longer than any secret.
    OversizedFile {
        /// Its path.
        path: PathBuf,
    },
    /// The file could not be opened or read.
    UnreadableFile {
        /// Its path.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The secret is not `whsec_` and the standard base64 of a key.
    Whsec(WhsecError),
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

impl From<WhsecError> for ConfigError {
    fn from(error: WhsecError) -> Self {
        Self::Whsec(error)
    }
}
