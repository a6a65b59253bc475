//! A payload, read and written.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

use crate::data::Hidden;
use crate::error::ParseError;
use crate::kind::{Kind, Unknown};
use crate::member::{Members, Writer, check, members, misfit, take};
use crate::raw::Raw;
use crate::timestamp::Timestamp;

/// What Knowrithm tells a webhook.
///
/// Match on [`kind`](Self::kind). Every JSON object can be read as an event, and is written as it was read; the
/// [crate's page](crate) says what becomes of an odd one.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// What happened, and to what: the payload's `event` and `data`.
    pub kind: Kind,
    /// When it happened.
    pub timestamp: Option<Timestamp>,
    /// The payload's `signature`. **It is data, and proves nothing**: the signature that was verified stands in the
    /// request's header, is made over a body that holds this member, and so cannot be equal to it. Compare it with
    /// nothing.
    pub signature: Option<String>,
    /// All other members; one of those above is here when it is `null`, of another type than documented, or an empty
    /// `data`. With [`Kind::Unknown`], which keeps the whole payload, nothing is.
    pub more: Members,
}

impl Event {
    /// An event that has nothing but its kind.
    ///
    /// ```
    /// use knowrithm_events::{Event, Kind, Lead};
    ///
    /// let mut lead = Lead::default();
    /// lead.first_name = Some("John".to_owned());
    /// let event = Event::new(Kind::LeadCreated(lead));
    /// assert_eq!(serde_json::to_string(&event)?, r#"{"event":"lead.created","data":{"first_name":"John"}}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            timestamp: None,
            signature: None,
            more: Members::new(),
        }
    }

    /// Reads a payload. Verify its signature before: it is the bytes that are signed.
    ///
    /// # Errors
    ///
    /// When the bytes are not JSON, or not an object; nothing else is an error.
    pub fn from_slice(payload: &[u8]) -> Result<Self, ParseError> {
        Self::read(serde_json::from_slice(payload)?)
    }

    /// The event's name, as in `lead.created`; `None` when the payload has none.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.kind.name()
    }

    /// Whether the payload is as documented, for those who would rather refuse or set aside one that is not.
    /// [`Strict`](crate::Strict) does so while it parses.
    ///
    /// New events, new members and missing ones are as documented.
    ///
    /// ```
    /// use knowrithm_events::Event;
    ///
    /// let event = Event::from_slice(br#"{"event": "conversation.ended", "data": {"rating": "2"}}"#)?;
    /// let error = event.check().unwrap_err();
    /// assert_eq!(error.path(), "data.rating");
    /// assert_eq!(error.to_string(), "data.rating: expected a number, found a string");
    /// # Ok::<(), knowrithm_events::ParseError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first member that is there twice, or of another type than documented; or `event`, when it is missing.
    pub fn check(&self) -> Result<(), ParseError> {
        match self.kind.data() {
            Ok(data) => {
                data.check().map_err(|error| error.inside("data"))?;
                check_data(&self.more)?;
                check_envelope(&self.more)
            }
            Err(unknown) => check_unknown(unknown),
        }
    }

    fn read(raw: Raw) -> Result<Self, ParseError> {
        if !raw.is_object() {
            return Err(ParseError::whole(format!("expected an object, found {}", raw.sort())));
        }
        // Of an object that has a member twice, none can be relied on.
        let mut members = members(&raw).unwrap_or_default();
        let name: Option<String> = take(&mut members, "event");
        let timestamp = take(&mut members, "timestamp");
        let signature = take(&mut members, "signature");
        let reader = name.as_deref().and_then(Kind::reader);
        let kind = reader.and_then(|read| take_data(&mut members).map(read));
        let (kind, more) = match kind {
            Some(kind) => (kind, members),
            None => (Kind::Unknown(Unknown { name, raw }), Members::new()),
        };
        Ok(Self {
            kind,
            timestamp,
            signature,
            more,
        })
    }
}

/// Prints lengths of what is not known to be harmless; see [`Lead`](crate::Lead).
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("kind", &self.kind)
            .field("timestamp", &self.timestamp)
            .field("signature", &Hidden(self.signature.as_deref()))
            .field("more", &self.more)
            .finish()
    }
}

/// Writes the payload; with `serde_json` only.
///
/// [`Kind::Unknown`] is written as it came, and nothing else of the event with it.
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let data = match self.kind.data() {
            Ok(data) => (!data.is_empty()).then(|| data.to_raw()),
            Err(unknown) => return unknown.raw.serialize(serializer),
        };
        let mut object = Writer::new(serializer)?;
        object.member("event", self.name().as_ref())?;
        object.member("timestamp", self.timestamp.as_ref())?;
        object.member("data", data.as_ref())?;
        object.member("signature", self.signature.as_ref())?;
        object.end(&self.more)
    }
}

/// Reads a payload as [`Event::from_slice`] does; with `serde_json` only, and not inside of what serde buffers, which is
/// `flatten`, `untagged` and tagged enums.
impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(Raw::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// The data's members; an empty object, and what is no object, stay where they are. `None` when it has a member twice.
fn take_data(envelope: &mut Members) -> Option<Members> {
    let Some(raw) = envelope.get("data").filter(|raw| raw.is_object()) else {
        return Some(Members::new());
    };
    let data = members(raw).ok()?;
    if !data.is_empty() {
        envelope.remove("data");
    }
    Some(data)
}

fn check_unknown(unknown: &Unknown) -> Result<(), ParseError> {
    let mut envelope = members(&unknown.raw)?;
    check_envelope(&envelope)?;
    let Some(name) = take::<String>(&mut envelope, "event") else {
        return Err(match envelope.get("event") {
            Some(raw) => misfit("event", "a string", raw),
            None => ParseError::member("event", "missing"),
        });
    };
    match Kind::reader(&name) {
        Some(_) => check_data(&envelope),
        None => Ok(()),
    }
}

fn check_envelope(envelope: &Members) -> Result<(), ParseError> {
    check::<Timestamp>(envelope, "timestamp")?;
    check::<String>(envelope, "signature")
}

fn check_data(envelope: &Members) -> Result<(), ParseError> {
    match envelope.get("data") {
        Some(raw) if !raw.is_null() => members(raw).map(drop).map_err(|error| error.inside("data")),
        _ => Ok(()),
    }
}
