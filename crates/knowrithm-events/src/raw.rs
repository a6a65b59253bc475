//! JSON that is kept as text.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

/// Members of a JSON object by name, each as the JSON text of its value.
pub type Members = BTreeMap<String, Raw>;

/// A JSON value, kept as its text.
///
/// [`parse`](Self::parse) turns it into a type of yours. Two values are equal if their texts are equal. `Debug` prints
/// the length only.
///
/// ```
/// use knowrithm_events::Raw;
///
/// let budget: Raw = serde_json::from_str("1e400")?;
/// assert_eq!(budget.text(), "1e400");
/// assert!(budget.parse::<f64>().is_err(), "no f64 is that large");
///
/// let tags: Raw = serde_json::from_str(r#"["new", "hot"]"#)?;
/// assert_eq!(tags.parse::<Vec<&str>>()?, ["new", "hot"]);
/// assert_eq!(format!("{tags:?}"), "Raw(14 bytes)");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Raw(Box<RawValue>);

impl Raw {
    /// The JSON text, without white space around it.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.get()
    }

    /// Reads the value as a `T`.
    ///
    /// # Errors
    ///
    /// If the value is not a `T`. The message may quote the value.
    pub fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.text())
    }

    pub(crate) fn of(value: &(impl Serialize + ?Sized)) -> Self {
        Self(to_raw_value(value).expect("a string or a map of raw values always serialises"))
    }
}

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Raw {}

/// Prints the length: the text may be personal data, which does not belong in logs.
impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raw({} bytes)", self.text().len())
    }
}

/// Removes a member and returns its text if it is a string; a member of another type stays.
pub(crate) fn take(members: &mut Members, name: &str) -> Option<String> {
    let text = members.get(name)?.parse().ok()?;
    members.remove(name);
    Some(text)
}

/// Sets a member if there is text; it replaces a member of that name.
pub(crate) fn put(members: &mut Members, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        members.insert(name.to_owned(), Raw::of(text));
    }
}
