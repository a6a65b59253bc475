//! What is said of a secret besides its bytes.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

/// The label of a secret, and until when it may sign, as far as there are any.
#[derive(Clone, Default)]
pub(crate) struct Terms {
    pub(crate) label: Option<Arc<str>>,
    pub(crate) not_after: Option<SystemTime>,
}

impl Terms {
    /// Prints a secret of this type: its label, and nothing else of it.
    pub(super) fn fmt(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        match &self.label {
            Some(label) => write!(f, "{name}({label:?}, ..)"),
            None => write!(f, "{name}(..)"),
        }
    }
}
