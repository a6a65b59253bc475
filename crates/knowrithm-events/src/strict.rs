//! An event that is as documented.

use serde::de::{Deserialize, Deserializer, Error};

use crate::event::Event;

/// An event that passed [`Event::check`]: to parse into this refuses a payload that is not as documented, and says where
/// it is not.
///
/// Whoever answers 400 to such a payload asks the vendor to send it again, until somebody looks.
///
/// ```
/// use knowrithm_events::Strict;
///
/// let Strict(event) = serde_json::from_str(r#"{"event": "lead.created", "data": {"email": "a@example.com"}}"#)?;
/// assert_eq!(event.name(), Some("lead.created"));
///
/// let error = serde_json::from_str::<Strict>(r#"{"event": "lead.created", "data": {"email": 1}}"#).unwrap_err();
/// assert_eq!(error.to_string(), "data.email: expected a string, found a number");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Strict(pub Event);

/// With `serde_json` only.
impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let event = Event::deserialize(deserializer)?;
        event.check().map_err(D::Error::custom)?;
        Ok(Self(event))
    }
}
