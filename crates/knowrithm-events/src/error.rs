//! What a payload has that an event cannot hold, and where.

use std::error::Error;
use std::fmt;

/// Why a payload is no event, or which member of it is not as documented.
///
/// The text names the place and says what was expected and what was found, as in
/// `data.rating: expected a number, found a string`. It quotes no value: what a webhook says about people does not belong
/// into logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    path: String,
    message: String,
}

impl ParseError {
    /// Of the payload as a whole.
    pub(crate) fn whole(message: impl Into<String>) -> Self {
        Self {
            path: ".".into(),
            message: message.into(),
        }
    }

    /// Of one member. Its name may be the sender's own, so it is cut and escaped.
    pub(crate) fn member(name: &str, message: impl Into<String>) -> Self {
        Self {
            path: name.chars().take(64).flat_map(char::escape_debug).collect(),
            message: message.into(),
        }
    }

    /// The same, seen from the object that holds the member's object.
    pub(crate) fn inside(mut self, name: &str) -> Self {
        self.path = match self.path.as_str() {
            "." => name.to_owned(),
            path => format!("{name}.{path}"),
        };
        self
    }

    /// The place in the payload, as in `data.rating`; `.` for the whole of it.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path != "." {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

impl Error for ParseError {}

/// Where and why the text is not JSON; serde's reason quotes nothing of it.
impl From<serde_json::Error> for ParseError {
    fn from(error: serde_json::Error) -> Self {
        Self::whole(error.to_string())
    }
}
