//! Why the content of a request cannot be signed.

use std::error::Error;
use std::fmt;

/// The content of a request is not of the form in which its scheme signs it.
///
/// Only schemes whose signature is in the body, or whose signed bytes are made of it, return it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignError {
    scheme: &'static str,
    fault: &'static str,
}

impl SignError {
    /// The error of the scheme with this [name](crate::scheme::Scheme::name). The fault goes on where the name ends:
    /// `signs in a JSON object, and this body is none`.
    #[must_use]
    pub const fn new(scheme: &'static str, fault: &'static str) -> Self {
        Self { scheme, fault }
    }
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "scheme {} {}", self.scheme, self.fault)
    }
}

impl Error for SignError {}
