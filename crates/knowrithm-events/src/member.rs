//! The members of an object, and what a typed one may hold.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::error::ParseError;
use crate::number::Number;
use crate::raw::Raw;
use crate::timestamp::Timestamp;

/// Members of a JSON object that have no field of their own, by name.
pub type Members = BTreeMap<String, Raw>;

/// The members of an object.
///
/// # Errors
///
/// When it is none, or has a member twice, or a name that is not Unicode.
pub(crate) fn members(raw: &Raw) -> Result<Members, ParseError> {
    if !raw.is_object() {
        return Err(ParseError::whole(format!("expected an object, found {}", raw.sort())));
    }
    let mut repeated = None;
    let mut json = serde_json::Deserializer::from_str(raw.text());
    let collected = json.deserialize_map(Collect(&mut repeated));
    match repeated {
        Some(name) => Err(ParseError::member(&name, "there more than once")),
        // Its text was JSON already, so that only a name can be at fault; a position would be that within the object.
        None => collected.map_err(|_| ParseError::whole("a member's name has half a surrogate pair")),
    }
}

/// Collects members, and tells of the first that is repeated.
struct Collect<'a>(&'a mut Option<String>);

impl<'de> Visitor<'de> for Collect<'_> {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Members::new();
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value()?;
            if members.contains_key(&name) {
                *self.0 = Some(name);
                return Err(A::Error::custom("a member is repeated"));
            }
            members.insert(name, value);
        }
        Ok(members)
    }
}

/// What a typed member holds.
pub(crate) trait Member: Sized {
    const EXPECTED: &'static str;

    /// When it is one.
    fn read(raw: &Raw) -> Option<Self>;
}

impl Member for String {
    const EXPECTED: &'static str = "a string";

    fn read(raw: &Raw) -> Option<Self> {
        raw.parse().ok()
    }
}

impl Member for Number {
    const EXPECTED: &'static str = "a number";

    fn read(raw: &Raw) -> Option<Self> {
        Self::new(raw.clone())
    }
}

impl Member for Timestamp {
    const EXPECTED: &'static str = "an instant such as 2024-05-21T10:30:00Z";

    fn read(raw: &Raw) -> Option<Self> {
        raw.parse::<String>().ok()?.parse().ok()
    }
}

/// Takes a member out when it is of its type; `null` and what is of another stay.
pub(crate) fn take<T: Member>(members: &mut Members, name: &str) -> Option<T> {
    let value = T::read(members.get(name)?)?;
    members.remove(name);
    Some(value)
}

/// Whether a member is of its type, `null`, or not there.
pub(crate) fn check<T: Member>(members: &Members, name: &str) -> Result<(), ParseError> {
    match members.get(name) {
        Some(raw) if !raw.is_null() && T::read(raw).is_none() => Err(misfit(name, T::EXPECTED, raw)),
        _ => Ok(()),
    }
}

pub(crate) fn misfit(name: &str, expected: &str, raw: &Raw) -> ParseError {
    ParseError::member(name, format!("expected {expected}, found {}", raw.sort()))
}

/// Writes an object: its typed members, and then the others. A name that was written is not written again.
pub(crate) struct Writer<S> {
    map: S,
    written: Vec<&'static str>,
}

impl<S: SerializeMap> Writer<S> {
    pub(crate) fn new<T: Serializer<SerializeMap = S>>(serializer: T) -> Result<Self, T::Error> {
        let map = serializer.serialize_map(None)?;
        let written = Vec::new();
        Ok(Self { map, written })
    }

    pub(crate) fn member(&mut self, name: &'static str, value: Option<&impl Serialize>) -> Result<(), S::Error> {
        if let Some(value) = value {
            self.map.serialize_entry(name, value)?;
            self.written.push(name);
        }
        Ok(())
    }

    pub(crate) fn end(mut self, more: &Members) -> Result<S::Ok, S::Error> {
        for (name, value) in more {
            if !self.written.contains(&name.as_str()) {
                self.map.serialize_entry(name, value)?;
            }
        }
        self.map.end()
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw().serialize(serializer)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(deserializer)
    }
}

fn deserialize<'de, T: Member, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let raw = Raw::deserialize(deserializer)?;
    T::read(&raw).ok_or_else(|| D::Error::custom(format_args!("expected {}, found {}", T::EXPECTED, raw.sort())))
}
