//! Members of a JSON object whose values are text, read without a tree of the whole.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

/// The members with these names, where their values are text; the last one counts, as in Python's `json`. All are
/// `None` when the bytes are not a JSON object.
pub(super) fn text_members<const N: usize>(json: &[u8], names: [&str; N]) -> [Option<String>; N] {
    let mut deserializer = Deserializer::from_slice(json);
    let found = deserializer.deserialize_map(Members(names));
    match found.and_then(|found| deserializer.end().map(|()| found)) {
        Ok(found) => found.map(|value| serde_json::from_str(value?.get()).ok()),
        Err(_) => [const { None }; N],
    }
}

struct Members<'n, const N: usize>([&'n str; N]);

impl<'de, const N: usize> Visitor<'de> for Members<'_, N> {
    type Value = [Option<&'de RawValue>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = [None; N];
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match self.0.iter().position(|name| *name == key) {
                Some(index) => found[index] = Some(map.next_value()?),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_whatever_is_around_them() {
        let json = br#"{"data":{"type":"inner"},"ty\u0070e":"a\nb","event":"first","event":"last"}"#;
        let found = text_members(json, ["event", "type", "challenge"]);
        assert_eq!(found, [Some("last".to_owned()), Some("a\nb".to_owned()), None]);
    }

    #[test]
    fn what_is_no_text_or_in_no_object_is_not_found() {
        for json in [
            &br#"{"event":{"event":"inner"}}"#[..],
            br#"{"event":17}"#,
            br#"{"event":null}"#,
            br#"[{"event":"a"}]"#,
            br#"{"event":"a"} {}"#,
            br#"{"event":"a""#,
            b"{\"event\":\"\xff\"}",
            b"event=a",
            b"",
        ] {
            assert_eq!(text_members(json, ["event"]), [None], "{}", json.escape_ascii());
        }
    }

    #[test]
    fn deep_nesting_does_not_use_up_the_stack() {
        let json = format!(r#"{{"a":{}1{},"event":"a"}}"#, "[".repeat(1 << 20), "]".repeat(1 << 20));
        assert_eq!(text_members(json.as_bytes(), ["event"]), [Some("a".to_owned())]);
    }
}
