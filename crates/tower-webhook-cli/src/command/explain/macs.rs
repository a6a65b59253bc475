//! MACs in a text, in whatever manner they are written.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::HeaderValue;

/// Padding or none, and last bits of any value.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
/// No header has more MACs that count.
const MAX_MACS: usize = 16;
/// No head has more of them: each makes heads and bodies that are tried.
pub(super) const MAX_OF_HEAD: usize = 32;

/// How a MAC is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Hex,
    /// Hex with an upper-case digit.
    UpperHex,
    Base64,
    Base64Url,
    /// Base64 without its padding.
    Unpadded,
    /// The base64 of digits in hex.
    Base64OfHex,
}

/// A MAC, and where it is in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    pub(super) written: Written,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The length in bytes of a MAC of SHA-1, SHA-256, SHA-384 or SHA-512.
pub(super) fn is_length(length: usize) -> bool {
    matches!(length, 20 | 32 | 48 | 64)
}

/// The MACs of these lengths in a text, from its start to its end.
pub(super) fn find(text: &[u8], lengths: impl Fn(usize) -> bool) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() && found.len() < MAX_MACS {
        match at_start(&text[at..], &lengths) {
            Some(mut mac) => {
                mac.start += at;
                mac.end += at;
                at = mac.end;
                found.push(mac);
            }
            None => at += run(&text[at..], is_word).max(1),
        }
    }
    found
}

/// The MACs of these lengths in some values of a head, as they are asked for.
pub(super) fn find_all<'a>(
    values: impl IntoIterator<Item = &'a HeaderValue>,
    lengths: impl Fn(usize) -> bool,
) -> impl Iterator<Item = Found> {
    let found = values
        .into_iter()
        .flat_map(move |value| find(value.as_bytes(), &lengths));
    found.take(MAX_OF_HEAD)
}

/// The MAC with which a text begins.
fn at_start(text: &[u8], lengths: &impl Fn(usize) -> bool) -> Option<Found> {
    hex(text, lengths)
        .or_else(|| base64(text, is_standard, lengths))
        .or_else(|| base64(text, is_word, lengths))
}

fn hex(text: &[u8], lengths: &impl Fn(usize) -> bool) -> Option<Found> {
    let digits = run(text, |byte| byte.is_ascii_hexdigit());
    if run(text, is_word) != digits || digits % 2 != 0 || !lengths(digits / 2) {
        return None;
    }
    let digits = &text[..digits];
    let written = if digits.iter().any(u8::is_ascii_uppercase) {
        Written::UpperHex
    } else {
        Written::Hex
    };
    Some(Found {
        bytes: unhex(digits)?,
        written,
        start: 0,
        end: digits.len(),
    })
}

fn base64(text: &[u8], alphabet: fn(u8) -> bool, lengths: &impl Fn(usize) -> bool) -> Option<Found> {
    let length = run(text, alphabet);
    let padding = run(&text[length..], |byte| byte == b'=').min(2);
    let end = length + padding;
    let standard: Vec<u8> = text[..end].iter().map(|byte| to_standard(*byte)).collect();
    let bytes = LENIENT.decode(&standard).ok()?;
    let (bytes, written) = match unhex(&bytes).filter(|inner| lengths(inner.len())) {
        Some(inner) => (inner, Written::Base64OfHex),
        None if standard != text[..end] => (bytes, Written::Base64Url),
        None if !end.is_multiple_of(4) => (bytes, Written::Unpadded),
        None => (bytes, Written::Base64),
    };
    lengths(bytes.len()).then_some(Found {
        bytes,
        written,
        start: 0,
        end,
    })
}

/// The bytes of digits in hex, of either case.
pub(super) fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let (pairs, rest) = digits.as_chunks::<2>();
    let value = |digit: u8| {
        char::from(digit)
            .to_digit(16)
            .and_then(|value| u8::try_from(value).ok())
    };
    let byte = |[high, low]: &[u8; 2]| Some(value(*high)? << 4 | value(*low)?);
    rest.is_empty().then(|| pairs.iter().map(byte).collect())?
}

/// How many bytes at the start are of a kind.
fn run(text: &[u8], is: impl Fn(u8) -> bool) -> usize {
    text.iter().take_while(|byte| is(**byte)).count()
}

fn is_standard(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// A character of base64 in either alphabet.
fn is_word(byte: u8) -> bool {
    is_standard(byte) || matches!(byte, b'-' | b'_')
}

/// Whether a text of base64 has a character that one alphabet alone has.
pub(super) fn shows_alphabet(text: &[u8]) -> bool {
    text.iter().any(|byte| matches!(byte, b'+' | b'/' | b'-' | b'_'))
}

pub(super) fn to_standard(byte: u8) -> u8 {
    match byte {
        b'-' => b'+',
        b'_' => b'/',
        byte => byte,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> (usize, Written) {
        let found = find(text.as_bytes(), |length| length == 32);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        (found[0].start, found[0].written)
    }

    #[test]
    fn a_mac_is_found_however_it_is_written_and_whatever_is_around_it() {
        let hex = "0123456789abcdef".repeat(4);
        let base64 = "ASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=";
        let url = "-_NFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4mrze8=";
        let of_hex = base64::engine::general_purpose::STANDARD.encode(&hex);
        assert_eq!(only(&format!("sha256={hex}")), (7, Written::Hex));
        assert_eq!(only(&format!("t=1700000000,v1={hex}")), (16, Written::Hex));
        assert_eq!(only(&format!("\"{}\"", hex.to_uppercase())), (1, Written::UpperHex));
        assert_eq!(only(&format!("v1,{base64}")), (3, Written::Base64));
        assert_eq!(only(&format!("sha256={base64}")), (7, Written::Base64));
        assert_eq!(only(base64.trim_end_matches('=')), (0, Written::Unpadded));
        assert_eq!(only(url), (0, Written::Base64Url));
        assert_eq!(only(&of_hex), (0, Written::Base64OfHex));
    }

    #[test]
    fn texts_without_a_mac_have_none_and_long_lists_are_cut() {
        for text in ["", "sha256=", "application/json", &"0".repeat(63), &"0".repeat(65)] {
            assert_eq!(find(text.as_bytes(), |length| length == 32), [], "{text}");
        }
        let list = format!("v1={},", "ab".repeat(32)).repeat(100);
        assert_eq!(find(list.as_bytes(), |length| length == 32).len(), MAX_MACS);
    }
}
