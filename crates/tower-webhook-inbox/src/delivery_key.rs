//! The key of a delivery: 32 bytes, and 64 hexadecimal digits as text.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Identifies a delivery: a provider's retry of it has the same key.
///
/// As text, and in serde, it is 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryKey([u8; 32]);

impl DeliveryKey {
    /// Makes a key of these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes of the key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for DeliveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
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
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(ParseDeliveryKeyError(()));
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = (digit(pair[0])? << 4) | digit(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

fn digit(digit: u8) -> Result<u8, ParseDeliveryKeyError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(ParseDeliveryKeyError(())),
    }
}

impl Serialize for DeliveryKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DeliveryKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// The text is not a [`DeliveryKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseDeliveryKeyError(());

impl fmt::Display for ParseDeliveryKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a delivery key is 64 lower-case hexadecimal digits")
    }
}

impl Error for ParseDeliveryKeyError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_text() {
        let key = DeliveryKey::from_bytes(std::array::from_fn(|index| u8::try_from(index * 8).unwrap()));
        let text = key.to_string();
        assert!(text.starts_with("0008101820"), "{text}");
        assert_eq!(text.parse(), Ok(key));
    }

    #[test]
    fn a_text_in_another_form_is_refused() {
        let text = "ab".repeat(32);
        for bad in [
            &text[1..],
            &format!("{text}0"),
            &text.to_uppercase(),
            &format!("{}\u{df}", &text[2..]),
        ] {
            assert_eq!(bad.parse::<DeliveryKey>(), Err(ParseDeliveryKeyError(())), "{bad}");
        }
    }
}
