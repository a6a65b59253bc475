//! Bodies and header values as text that loses no byte, for the JSON in the queue.

use http::HeaderValue;

/// Writes each byte as the character of the same number.
pub(super) fn header_to_text(value: &HeaderValue) -> String {
    value.as_bytes().iter().map(|&byte| char::from(byte)).collect()
}

/// Reads what [`header_to_text`] wrote.
pub(super) fn header_from_text(text: &str) -> Option<HeaderValue> {
    let bytes: Option<Vec<u8>> = text.chars().map(|char| u8::try_from(char).ok()).collect();
    HeaderValue::from_bytes(&bytes?).ok()
}

/// For `#[serde(with)]`: bytes as padded base64 in the standard alphabet. The text is never whole in memory beside the
/// JSON that it belongs to.
pub(super) mod base64 {
    use std::fmt;

    use base64::display::Base64Display;
    use base64::prelude::{BASE64_STANDARD, Engine};
    use bytes::Bytes;
    use serde::de::{Error, Visitor};
    use serde::{Deserializer, Serializer};

    pub(in crate::delivery) fn serialize<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(bytes, &BASE64_STANDARD))
    }

    pub(in crate::delivery) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        deserializer.deserialize_str(Text)
    }

    struct Text;

    impl Visitor<'_> for Text {
        type Value = Bytes;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("bytes in base64")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Bytes, E> {
            BASE64_STANDARD.decode(text).map(Bytes::from).map_err(E::custom)
        }
    }
}
