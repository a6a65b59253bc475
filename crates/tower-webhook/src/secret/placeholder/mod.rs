//! Secrets that are placeholders or damaged: one warning when one is made, and a refusal for whoever asks.

use super::blank::is_invisible;
use crate::error::SecretFault;

/// Words that placeholders are made of, as in `your-webhook-secret`, with nothing or [`SEPARATORS`] between them.
#[rustfmt::skip]
const WORDS: &[&[u8]] = &[
    b"abc", b"actual", b"api", b"bar", b"baz", b"change", b"default", b"demo", b"dummy", b"enter", b"example", b"fake",
    b"fixme", b"foo", b"github", b"goes", b"here", b"hmac", b"hook", b"insert", b"it", b"key", b"knowrithm", b"me", b"my",
    b"passw0rd", b"password", b"paste", b"placeholder", b"provider", b"put", b"real", b"replace", b"sample", b"secret",
    b"set", b"shared", b"shopify", b"signature", b"signing", b"slack", b"stripe", b"super", b"svix", b"tbd", b"test",
    b"testing", b"the", b"this", b"to", b"todo", b"token", b"top", b"value", b"webhook", b"webhooks", b"with", b"your",
];
const SEPARATORS: &[u8] = b" -_.";
/// Digits and marks that people add to a word.
const ENDS: &[u8] = b"0123456789!";
const NO_VALUES: &[&[u8]] = &[
    b"(null)",
    b"<nil>",
    b"[object object]",
    b"nan",
    b"nil",
    b"none",
    b"null",
    b"undefined",
];
/// No placeholder is longer. It bounds the search for words.
const LONGEST: usize = 64;

/// The fault of a secret, if it has one.
///
/// Random secrets have none: white space and quotation marks are faults of a printable text alone, and a template has
/// nothing but a name inside.
pub(super) fn fault(secret: &[u8]) -> Option<SecretFault> {
    if is_utf16(secret) {
        return Some(SecretFault::Utf16);
    }
    let text = std::str::from_utf8(secret).ok()?;
    let inner = text.trim_matches(is_invisible);
    if inner.chars().any(char::is_control) {
        return None;
    }
    match inner.as_bytes() {
        inner if inner.len() < secret.len() => Some(SecretFault::Surrounded),
        [first @ (b'"' | b'\'' | b'`'), .., last] if first == last => Some(SecretFault::Quoted),
        inner if NO_VALUES.iter().any(|text| inner.eq_ignore_ascii_case(text)) => Some(SecretFault::NoValue),
        inner if is_template(inner) => Some(SecretFault::Template),
        inner if is_repeated(inner) || is_counting(inner) || is_phrase(inner) => Some(SecretFault::Placeholder),
        _ => None,
    }
}

/// The fault of a key that was decoded from base64: its sender decodes it too, so that white space and the like stay.
pub(super) fn fault_of_key(key: &[u8]) -> Option<SecretFault> {
    use SecretFault::{NoValue, Placeholder, Template};
    fault(key).filter(|fault| matches!(fault, Placeholder | Template | NoValue))
}

/// Warns of a secret with a fault. No byte of the secret is in the event.
#[cfg(feature = "tracing")]
pub(super) fn warn(find_fault: impl FnOnce() -> Option<SecretFault>, place: &str) {
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A source may make a secret for each request, so that a stranger could otherwise fill the logs.
    static LEFT: AtomicU32 = AtomicU32::new(100);

    if let Some(fault) = find_fault()
        && LEFT
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .is_ok()
    {
        tracing::warn!("{place} {fault}");
    }
}

#[cfg(not(feature = "tracing"))]
#[inline]
pub(super) fn warn(_: impl FnOnce() -> Option<SecretFault>, _: &str) {}

fn is_utf16(secret: &[u8]) -> bool {
    let is_printable = |units: &[u8], low: usize| {
        let (units, rest) = units.as_chunks::<2>();
        let is_ascii = |unit: &[u8; 2]| unit[1 - low] == 0 && matches!(unit[low], b' '..=b'~' | b'\t' | b'\r' | b'\n');
        // A line break whose last byte was stripped.
        units.iter().all(is_ascii) && matches!(rest, [] | [0])
    };
    match secret {
        [0xff, 0xfe, units @ ..] => is_printable(units, 0),
        [0xfe, 0xff, units @ ..] => is_printable(units, 1),
        _ => false,
    }
}

fn is_template(text: &[u8]) -> bool {
    let inside = |start: &[u8], end: &[u8]| text.strip_prefix(start)?.strip_suffix(end);
    let is_name = |name: &[u8]| {
        let of_name = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
        name.first().is_some_and(|first| !first.is_ascii_digit()) && name.iter().all(of_name)
    };
    let is_prose = |name: &[u8]| {
        let of_prose = |byte: &u8| byte.is_ascii_alphanumeric() || SEPARATORS.contains(byte);
        name.len() <= LONGEST && name.iter().all(of_prose)
    };
    inside(b"${", b"}").is_some()
        || inside(b"{{", b"}}").is_some()
        || inside(b"$", b"").is_some_and(is_name)
        || inside(b"%", b"%").is_some_and(is_name)
        || inside(b"<", b">").is_some_and(is_prose)
}

fn is_repeated(text: &[u8]) -> bool {
    text.len() > 2 && text.iter().all(|byte| *byte == text[0])
}

fn is_counting(text: &[u8]) -> bool {
    text.len() > 2 && b"01234567890".windows(text.len()).any(|digits| digits == text)
}

/// Whether the text consists of [`WORDS`] and at most four [`ENDS`].
fn is_phrase(text: &[u8]) -> bool {
    let ends = text.iter().rev().take(4).take_while(|byte| ENDS.contains(byte)).count();
    let without_ends = &text[..text.len() - ends];
    text.len() <= LONGEST && text.iter().any(u8::is_ascii_alphabetic) && (is_words(without_ends) || is_words(text))
}

fn is_words(text: &[u8]) -> bool {
    let Some(start) = text.iter().position(|byte| !SEPARATORS.contains(byte)) else {
        return true;
    };
    let text = &text[start..];
    let begins = |word: &&&[u8]| {
        text.get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    WORDS.iter().filter(begins).any(|word| is_words(&text[word.len()..]))
}

#[cfg(test)]
mod tests;
