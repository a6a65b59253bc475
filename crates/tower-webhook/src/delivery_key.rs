//! The key of a delivery, and its text in databases.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use crate::mac;

/// Separate the keys from every other use of SHA-256 over the same bytes, and from one another.
const BODY_TAG: &[u8] = b"tower-webhook delivery key, version 1, body\0";
const ID_TAG: &[u8] = b"tower-webhook delivery key, version 1, id\0";
const SCHEME_TAG: &[u8] = b"tower-webhook delivery key, version 1, scheme\0";
const OWNER_TAG: &[u8] = b"tower-webhook delivery key, version 1, owner\0";
const VALUE_TAG: &[u8] = b"tower-webhook delivery key, version 1, value\0";
const HEADER_TAG: &[u8] = b"tower-webhook delivery key, version 1, header\0";
const MESSAGE_TAG: &[u8] = b"tower-webhook delivery key, version 1, message\0";
const WITH_TAG: &[u8] = b"tower-webhook delivery key, version 1, with headers\0";

const LEN: usize = 32;
const DIGITS: usize = 2 * LEN;

/// Identifies a delivery: retries of the same delivery have the same key.
///
/// [`VerifiedBody::delivery_key`](crate::VerifiedBody::delivery_key) says what it is made of. Its text, 64 lower-case
/// hexadecimal digits, is meant for a unique column; with the feature `serde` it is serialised as that text.
///
/// ```
/// use tower_webhook::DeliveryKey;
///
/// let key = DeliveryKey::from_bytes([0xab; 32]);
/// let text = key.to_string();
/// assert_eq!(text, "ab".repeat(32));
/// assert_eq!(text.parse(), Ok(key));
/// assert!("AB".repeat(32).parse::<DeliveryKey>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryKey([u8; LEN]);

impl DeliveryKey {
    /// The key with these bytes, as [`as_bytes`](Self::as_bytes) returned them.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; LEN]) -> Self {
        Self(bytes)
    }

    /// Its 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; LEN] {
        &self.0
    }

    /// The key of a delivery with this body, for schemes that sign no id.
    pub(crate) fn of_body(body: &[u8]) -> Self {
        Self(mac::sha256(&[BODY_TAG, body]))
    }

    /// The key of a delivery with this signed id.
    pub(crate) fn of_id(id: &[u8]) -> Self {
        Self(mac::sha256(&[ID_TAG, id]))
    }

    /// The key of a delivery with this value at the place of its body to which the pointer leads.
    pub(crate) fn of_value(pointer: &str, is_number: bool, value: &[u8]) -> Self {
        let kind: &[u8] = if is_number { b"number\0" } else { b"string\0" };
        Self(mac::sha256(&[
            VALUE_TAG,
            &length(pointer),
            pointer.as_bytes(),
            kind,
            value,
        ]))
    }

    /// The key of a delivery of which these bytes are signed, in place of its body.
    pub(crate) fn of_message(message: &[u8]) -> Self {
        Self(mac::sha256(&[MESSAGE_TAG, message]))
    }

    /// The key of a delivery with this signed header.
    pub(crate) fn of_header(name: &str, value: &[u8]) -> Self {
        Self(mac::sha256(&[HEADER_TAG, &length(name), name.as_bytes(), value]))
    }

    /// The key of the same delivery with headers of which this is the hash.
    pub(crate) fn with_headers(self, digest: &[u8; LEN]) -> Self {
        Self(mac::sha256(&[WITH_TAG, digest, &self.0]))
    }

    /// The key of the same delivery among those of this scheme and this owner.
    pub(crate) fn among(self, scheme: &str, owner: Option<&str>) -> Self {
        let (tag, owner) = match owner {
            Some(owner) => (OWNER_TAG, owner),
            None => (SCHEME_TAG, ""),
        };
        let name = length(scheme);
        Self(mac::sha256(&[tag, &name, scheme.as_bytes(), owner.as_bytes(), &self.0]))
    }
}

/// What [`DeliveryKey::of_body`] hashes before the body, for a body in pieces.
pub(crate) fn body_hash() -> mac::RunningHash {
    let mut hash = mac::RunningHash::default();
    hash.update(BODY_TAG);
    hash
}

fn length(text: &str) -> [u8; 8] {
    (text.len() as u64).to_be_bytes()
}

impl fmt::Display for DeliveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; DIGITS];
        let text = base16ct::lower::encode_str(&self.0, &mut digits).expect("two digits for each byte");
        f.pad(text)
    }
}

impl fmt::Debug for DeliveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeliveryKey({self})")
    }
}

impl FromStr for DeliveryKey {
    type Err = ParseDeliveryKeyError;

    fn from_str(text: &str) -> Result<Self, ParseDeliveryKeyError> {
        let mut key = [0; LEN];
        match base16ct::lower::decode(text, &mut key) {
            Ok(bytes) if bytes.len() == LEN => Ok(Self(key)),
            _ => Err(ParseDeliveryKeyError(())),
        }
    }
}

/// The text of a [`DeliveryKey`] is not 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseDeliveryKeyError(());

impl fmt::Display for ParseDeliveryKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a delivery key is 64 lower-case hexadecimal digits")
    }
}

impl Error for ParseDeliveryKeyError {}

#[cfg(feature = "serde")]
mod text {
    use std::fmt;

    use serde_core::de::{Deserialize, Deserializer, Error, Visitor};
    use serde_core::ser::{Serialize, Serializer};

    use super::DeliveryKey;

    impl Serialize for DeliveryKey {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }

    impl<'de> Deserialize<'de> for DeliveryKey {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Text;

            impl Visitor<'_> for Text {
                type Value = DeliveryKey;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("64 lower-case hexadecimal digits")
                }

                fn visit_str<E: Error>(self, text: &str) -> Result<DeliveryKey, E> {
                    text.parse().map_err(E::custom)
                }
            }

            deserializer.deserialize_str(Text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_any_other_form_is_refused() {
        let text = DeliveryKey::of_body(b"{}").to_string();
        for other in [
            "",
            &text[1..],
            &format!("{text}0"),
            &format!("{text}00"),
            &text.to_uppercase(),
            &text.replacen(|_| true, "g", 1),
            &format!(" {}", &text[1..]),
        ] {
            assert_eq!(other.parse::<DeliveryKey>(), Err(ParseDeliveryKeyError(())), "{other}");
        }
    }

    #[test]
    fn keys_of_each_kind_are_apart() {
        let keys = [
            DeliveryKey::of_body(b"x"),
            DeliveryKey::of_id(b"x"),
            DeliveryKey::of_message(b"x"),
            DeliveryKey::of_header("x", b"x"),
            DeliveryKey::of_header("xx", b""),
            DeliveryKey::of_value("x", false, b"x"),
            DeliveryKey::of_value("x", true, b"x"),
            DeliveryKey::of_body(b"x").with_headers(&[0; LEN]),
            DeliveryKey::of_body(b"x").with_headers(&[1; LEN]),
            DeliveryKey::of_body(b"x").among("", None),
            DeliveryKey::of_body(b"x").among("", Some("")),
            DeliveryKey::of_body(b"x").among("", Some("x")),
            DeliveryKey::of_body(b"x").among("x", None),
            DeliveryKey::of_body(b"x").among("x", Some("")),
        ];
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[..at].contains(key), "{at}");
        }
    }
}
