//! The texts in which providers show keys: base64, hex, PEM.

use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::base64::{is_surrounded, standard};
use crate::error::KeyError;
use crate::mac::KeyFault;

/// The bytes that a text stands for.
pub(super) enum Read {
    /// What follows this prefix of Standard Webhooks, decoded.
    Prefixed(Zeroizing<Vec<u8>>),
    /// Any other bytes: a raw key, or DER.
    Plain(Zeroizing<Vec<u8>>),
}

/// Longer than any key.
const MAX_TEXT: usize = 4096;

/// The bytes, if they are so many.
#[cfg(any(feature = "ed25519", feature = "sign"))]
pub(super) fn exactly<const N: usize>(bytes: &[u8]) -> Result<&[u8; N], KeyError> {
    bytes.try_into().map_err(|_| KeyError::NoKey)
}

/// Reads `prefix` and base64, or hex, base64 or PEM without it.
pub(super) fn read(text: &[u8], prefix: &str) -> Result<Read, KeyError> {
    if text.is_empty() || text.len() > MAX_TEXT {
        return Err(KeyError::NoKey);
    }
    if let Some(key) = text.strip_prefix(prefix.as_bytes()).filter(|_| !prefix.is_empty()) {
        return base64(key).map(Read::Prefixed).ok_or(KeyError::NoKey);
    }
    if text.starts_with(b"-----BEGIN ") {
        let lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
        let digits = lines.filter(|line| !line.starts_with(b"-----"));
        let digits = Zeroizing::new(digits.collect::<Vec<_>>().concat());
        return base64(&digits).map(Read::Plain).ok_or(KeyError::NoKey);
    }
    if is_surrounded(text) {
        return Err(KeyError::Surrounded);
    }
    if text.starts_with(b"whsec_") {
        return Err(KeyError::SharedSecret);
    }
    if text.starts_with(b"whpk_") || text.starts_with(b"whsk_") {
        return Err(KeyError::OtherSide);
    }
    let bytes = hex(text).or_else(|| base64(text)).ok_or(KeyError::NoKey)?;
    Ok(Read::Plain(bytes))
}

/// A key of 32 bytes is 64 digits; so many characters of base64 are 48 bytes, which are no key.
fn hex(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    if text.len() != 64 {
        return None;
    }
    let mut key = Zeroizing::new(vec![0; 32]);
    base16ct::mixed::decode(text, &mut key).ok()?;
    Some(key)
}

fn base64(digits: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    standard(digits, &STANDARD)
}

/// What is wrong with the DER of a public key.
pub(super) fn public_fault(fault: KeyFault, der: &[u8]) -> KeyError {
    // PKCS#8 begins with its version.
    fault_of(fault, content(der).starts_with(&[0x02, 0x01]))
}

/// What is wrong with the DER of a private key.
#[cfg(feature = "sign")]
pub(super) fn private_fault(fault: KeyFault, der: &[u8]) -> KeyError {
    // A `SubjectPublicKeyInfo` begins with its algorithm, which is a sequence.
    fault_of(fault, content(der).starts_with(&[0x30]))
}

fn fault_of(fault: KeyFault, is_of_other_side: bool) -> KeyError {
    match fault {
        KeyFault::OtherForm if is_of_other_side => KeyError::OtherSide,
        KeyFault::OtherForm => KeyError::OtherAlgorithm,
        #[cfg(any(feature = "ed25519", feature = "sign"))]
        KeyFault::Invalid => KeyError::Invalid,
    }
}

/// What is in a sequence in DER, of at most 65,535 bytes; nothing of any other bytes.
fn content(der: &[u8]) -> &[u8] {
    match der {
        [0x30, 0x82, _, _, content @ ..] | [0x30, 0x81, _, content @ ..] | [0x30, ..=0x7f, content @ ..] => content,
        _ => &[],
    }
}

#[cfg(any(feature = "ed25519", feature = "sign"))]
impl From<KeyFault> for KeyError {
    fn from(fault: KeyFault) -> Self {
        fault_of(fault, false)
    }
}

#[cfg(test)]
mod tests;
