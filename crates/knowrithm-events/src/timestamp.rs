//! An instant that comes back as it was written.

use std::str::FromStr;

use crate::error::ParseError;

/// When something happened: an instant, and the text that it was written as.
///
/// The text is that of RFC 3339, with `Z` or an offset and up to nine digits of a second, as
/// [jiff reads it](jiff::Timestamp#impl-FromStr-for-Timestamp), but for the annotations in brackets of RFC 9557, which may
/// be of any length. Two are equal when their texts are: compare
/// [`instant`](Self::instant) to learn whether they mean the same.
///
/// ```
/// use knowrithm_events::Timestamp;
///
/// let here: Timestamp = "2024-05-21T12:30:00.50+02:00".parse()?;
/// let there: Timestamp = "2024-05-21T10:30:00.5Z".parse()?;
/// assert_eq!(here.instant(), there.instant());
/// assert_eq!(here.text(), "2024-05-21T12:30:00.50+02:00");
/// # Ok::<(), knowrithm_events::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timestamp {
    instant: jiff::Timestamp,
    text: String,
}

impl Timestamp {
    /// The moment.
    #[must_use]
    pub fn instant(&self) -> jiff::Timestamp {
        self.instant
    }

    /// The text that it was written as.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Reads an instant, and keeps its text.
impl FromStr for Timestamp {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        match text.parse() {
            Ok(instant) if !text.contains('[') => Ok(Self {
                instant,
                text: text.to_owned(),
            }),
            _ => Err(ParseError::whole("expected an instant such as 2024-05-21T10:30:00Z")),
        }
    }
}

/// Writes the instant in UTC.
impl From<jiff::Timestamp> for Timestamp {
    fn from(instant: jiff::Timestamp) -> Self {
        Self {
            instant,
            text: instant.to_string(),
        }
    }
}
