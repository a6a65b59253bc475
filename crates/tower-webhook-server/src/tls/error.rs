//! Why a certificate cannot be used.

use std::error::Error as StdError;
use std::fmt;

/// Why a certificate or its key cannot be used. It names the file, and never a byte of the key.
#[derive(Debug)]
pub struct Error {
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(super) fn new(message: String) -> Self {
        let source = None;
        Self { message, source }
    }

    pub(super) fn because(message: String, source: impl StdError + Send + Sync + 'static) -> Self {
        let source = Some(Box::new(source) as _);
        Self { message, source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}
