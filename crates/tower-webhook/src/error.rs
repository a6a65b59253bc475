//! What the developer or operator got wrong, found at start-up.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// A mistake in the set-up of a [`Verifier`](crate::Verifier), never in a request.
///
/// Its messages name the variable or the file at fault, and never hold a secret.
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
    /// The environment variable is set to a [blank](crate::SigningSecret) secret.
    BlankVariable {
        /// Its name.
        name: String,
    },
    /// The secret's file holds a [blank](crate::SigningSecret) one.
    BlankFile {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The secret's file is longer than any secret: more than 64 KiB.
    OversizedFile {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A secret of Standard Webhooks is not `whsec_` and standard base64 of a key that is not [blank](crate::SigningSecret).
    MalformedWhsec,
    /// The secret's file could not be opened or read.
    UnreadableFile {
        /// Where it was looked for.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BlankSecret => f.write_str("signing secret is blank: empty, or nothing that can be seen"),
            Self::MissingVariable { name } => write!(f, "environment variable {name} is not set"),
            Self::BlankVariable { name } => write!(
                f,
                "environment variable {name} is blank: empty, or nothing that can be seen"
            ),
            Self::BlankFile { path } => write!(
                f,
                "secret file {} is blank: empty, or nothing that can be seen",
                path.display()
            ),
            Self::OversizedFile { path } => write!(f, "secret file {} is longer than 64 KiB", path.display()),
            Self::MalformedWhsec => {
                f.write_str("signing secret is not `whsec_` and standard base64 of a key that is not blank")
            }
            Self::UnreadableFile { path, .. } => write!(f, "secret file {} cannot be read", path.display()),
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
