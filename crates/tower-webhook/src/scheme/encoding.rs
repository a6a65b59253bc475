//! The text of a MAC.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::hex;

/// How a MAC of 32 bytes is written as text. Each MAC has exactly one text.
///
/// ```
/// use tower_webhook::scheme::Encoding;
///
/// let digits = "61".repeat(32);
/// assert_eq!(Encoding::Hex.decode(digits.as_bytes()), Some(*b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
/// assert_eq!(
///     Encoding::Base64.decode(b"YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="),
///     Some(*b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
/// );
/// assert_eq!(Encoding::Hex.decode(&digits.as_bytes()[1..]), None);
/// assert_eq!(Encoding::Hex.encode(b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), digits);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// 64 lower-case hexadecimal digits.
    Hex,
    /// 44 characters of the standard alphabet, padding included ([RFC 4648], section 4).
    ///
    /// [RFC 4648]: https://www.rfc-editor.org/rfc/rfc4648#section-4
    Base64,
}

impl Encoding {
    /// The 32 bytes of a text; `None` when its length, alphabet, case or padding is another, or its last bits are not
    /// zero.
    #[must_use]
    #[inline]
    pub fn decode(self, text: &[u8]) -> Option<[u8; 32]> {
        match self {
            Self::Hex => hex::decode(text),
            Self::Base64 => base64(text),
        }
    }

    /// The text of 32 bytes.
    #[must_use]
    pub fn encode(self, mac: &[u8; 32]) -> String {
        match self {
            Self::Hex => base16ct::lower::encode_string(mac),
            Self::Base64 => STANDARD.encode(mac),
        }
    }
}

fn base64(text: &[u8]) -> Option<[u8; 32]> {
    if text.len() != 44 {
        return None;
    }
    let mut bytes = [0; 33];
    let len = STANDARD.decode_slice(text, &mut bytes).ok()?;
    let (bytes, _) = bytes.split_first_chunk()?;
    (len == 32).then_some(*bytes)
}
