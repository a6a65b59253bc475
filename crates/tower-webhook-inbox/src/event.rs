//! The event in a delivery: the one place that knows by which type it is parsed.

use serde_json::{Map, Value};

/// An event of Knowrithm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event(Map<String, Value>);

/// Why a body is not an [`Event`].
pub type EventError = serde_json::Error;

impl Event {
    /// The name of the event, such as `lead.created`; empty when the body has none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.get("event").and_then(Value::as_str).unwrap_or_default()
    }
}

pub(crate) fn parse(body: &[u8]) -> Result<Event, EventError> {
    serde_json::from_slice(body).map(Event)
}
