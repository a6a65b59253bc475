//! A payload, read and written.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::kind::{Kind, Unknown};
use crate::raw::{Members, Raw, put, take};

/// The payload of a webhook.
///
/// Every JSON object is an event, and serialises with every member that it was read with; the [crate's page](crate)
/// has the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// The payload's `event` and `data`.
    pub kind: Kind,
    /// The payload's `timestamp`, as text such as `2024-05-21T10:30:00Z` (RFC 3339). The crate does not check it: parse
    /// it with a time crate of your choice.
    pub timestamp: Option<String>,
    /// All other members, and those of the fields above that are of another type. Empty for [`Kind::Unknown`], which
    /// holds the whole payload.
    pub more: Members,
}

impl Event {
    /// Reads a payload. Verify its signature first: the signature is that of these bytes.
    ///
    /// # Errors
    ///
    /// If the bytes are not JSON, or not a JSON object. The message quotes nothing of the payload.
    pub fn from_slice(payload: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(payload)
    }

    /// The event's name, such as `lead.created`; `None` if the payload has no name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.kind.name()
    }
}

/// Reads a payload as [`Event::from_slice`] does; with `serde_json` only.
impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Raw::deserialize(deserializer)?;
        if !raw.text().starts_with('{') {
            return Err(D::Error::custom("expected a JSON object"));
        }
        // Fails if a name has a lone surrogate, which no `String` can hold: such a payload is kept whole.
        let mut more: Members = raw.parse().unwrap_or_default();
        let timestamp = take(&mut more, "timestamp");
        let name = take(&mut more, "event");
        let data: Members = more.get("data").and_then(|data| data.parse().ok()).unwrap_or_default();
        if !data.is_empty() {
            more.remove("data");
        }
        let known = name.as_deref().and_then(|name| Kind::new(name, data));
        let (kind, more) = match known {
            Some(kind) => (kind, more),
            None => (Kind::Unknown(Unknown { name, raw }), Members::new()),
        };
        Ok(Self { kind, timestamp, more })
    }
}

/// Writes the payload; with `serde_json` only. An unknown event is written as its [`raw`](Unknown::raw) alone.
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let data = match self.kind.clone().into_data() {
            Ok(data) => data,
            Err(raw) => return raw.serialize(serializer),
        };
        let mut members = self.more.clone();
        put(&mut members, "event", self.name());
        put(&mut members, "timestamp", self.timestamp.as_deref());
        if !data.is_empty() {
            members.insert("data".to_owned(), Raw::of(&data));
        }
        members.serialize(serializer)
    }
}
