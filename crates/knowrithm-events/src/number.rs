//! A number that comes back as it came.

use std::fmt;
use std::str::FromStr;

use crate::error::ParseError;
use crate::raw::Raw;

/// A JSON number: its value as an `f64`, and its text.
///
/// Two are equal when their texts are; compare [`value`](Self::value) for the rest.
///
/// ```
/// use knowrithm_events::Number;
///
/// let two: Number = "2.0".parse()?;
/// assert!(two.value() <= 2.0);
/// assert_eq!(two.text(), "2.0");
/// assert_ne!(two, Number::from(2));
/// # Ok::<(), knowrithm_events::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Number(Raw);

impl Number {
    /// When this is a number.
    pub(crate) fn new(raw: Raw) -> Option<Self> {
        raw.is_number().then_some(Self(raw))
    }

    /// The `f64` next to it: infinite when it lies beyond all of them, as `1e400` does.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "it does not panic")]
    pub fn value(&self) -> f64 {
        self.text()
            .parse()
            .expect("what JSON calls a number, Rust can read as one")
    }

    /// The text that it came as.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.text()
    }

    pub(crate) fn raw(&self) -> &Raw {
        &self.0
    }
}

impl From<i32> for Number {
    fn from(value: i32) -> Self {
        Self(Raw::of(&value))
    }
}

/// Reads a number as JSON writes one.
impl FromStr for Number {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let raw: Raw = text.parse()?;
        let sort = raw.sort();
        Self::new(raw).ok_or_else(|| ParseError::whole(format!("expected a number, found {sort}")))
    }
}

/// Prints the value; the text can be as long as a payload.
impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Number").field(&self.value()).finish()
    }
}
