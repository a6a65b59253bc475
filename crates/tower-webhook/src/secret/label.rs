//! How secrets print: their label, and nothing else of them.

use std::fmt;

/// Prints the name of a type and the label of a secret.
pub(super) fn fmt(f: &mut fmt::Formatter<'_>, name: &str, label: Option<&str>) -> fmt::Result {
    match label {
        Some(label) => write!(f, "{name}({label:?}, ..)"),
        None => write!(f, "{name}(..)"),
    }
}
