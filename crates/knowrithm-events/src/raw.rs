//! JSON that is kept as it came.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use crate::error::ParseError;

/// A JSON value, kept as its text: numbers of any size, nesting of any depth, members in their order, all as they came.
///
/// [`parse`](Self::parse) makes something of it. Two are equal when their texts are.
///
/// ```
/// use knowrithm_events::Raw;
///
/// let budget: Raw = "1e400".parse()?;
/// assert_eq!(budget.text(), "1e400");
/// assert!(budget.parse::<f64>().is_err());
/// assert_eq!("[1, 2]".parse::<Raw>()?.parse::<Vec<u8>>()?, [1, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Raw(Box<RawValue>);

impl Raw {
    /// The JSON text, with no white space around it.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.get()
    }

    /// Reads it as a type of yours.
    ///
    /// # Errors
    ///
    /// When it is not a `T`; among other reasons because `T` is [`serde_json::Value`] and the text is nested more than
    /// 127 deep, or has a number beyond the range of `f64`. serde's message may quote values.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.text())
    }

    /// Of something whose JSON cannot fail to be made.
    pub(crate) fn of(value: &(impl Serialize + ?Sized)) -> Self {
        Self(to_raw_value(value).expect("strings, raw values and maps of them are always JSON"))
    }

    pub(crate) fn is_object(&self) -> bool {
        self.text().starts_with('{')
    }

    pub(crate) fn is_number(&self) -> bool {
        self.text()
            .starts_with(|first: char| first == '-' || first.is_ascii_digit())
    }

    pub(crate) fn is_null(&self) -> bool {
        self.text() == "null"
    }

    /// What sort of value it is, for an error to name.
    pub(crate) fn sort(&self) -> &'static str {
        match self.text().as_bytes().first() {
            Some(b'{') => "an object",
            Some(b'[') => "an array",
            Some(b'"') if self.parse::<String>().is_err() => "a string with half a surrogate pair",
            Some(b'"') => "a string",
            Some(b't' | b'f') => "a boolean",
            Some(b'n') => "null",
            _ => "a number",
        }
    }
}

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Raw {}

/// Prints the length; what a webhook says about people does not belong into logs.
impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raw({} bytes)", self.text().len())
    }
}

/// Reads one JSON value; white space around it is dropped.
impl FromStr for Raw {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Ok(Self(serde_json::from_str(text)?))
    }
}

/// From `serde_json`'s own type.
impl From<Box<RawValue>> for Raw {
    fn from(raw: Box<RawValue>) -> Self {
        Self(raw)
    }
}

/// Writes the text as it is; with `serde_json` only.
impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// Keeps the text; with `serde_json` only.
impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::deserialize(deserializer).map(Self)
    }
}
