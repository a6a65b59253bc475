//! Secrets that should or should not have been decoded before they key the MAC.

use base64::Engine;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::case::Case;
use super::form::hex;
use super::macs::{to_standard, unhex};
use super::trial::{Trial, Trials, at_receiver, none};
use crate::scheme::{AnyScheme, Kind};
use crate::secret::SecretText;

const PREFIX: &[u8] = b"whsec_";
/// Padding or none.
pub(super) const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

type Key = Zeroizing<Vec<u8>>;

/// The keys of the MAC that the secrets of a case stand for, as secrets that are not decoded.
pub(super) fn keys(case: &Case) -> Vec<SecretText> {
    let decode = match case.scheme.kind() {
        Kind::Whsec => |text: &[u8]| STANDARD.decode(text.strip_prefix(PREFIX)?).ok(),
        Kind::Hex => unhex,
        _ => return case.secrets.to_vec(),
    };
    let keys = case.secrets.iter().filter_map(|secret| {
        let key = decode(secret.expose())?;
        secret.changed_to(Zeroizing::new(key))
    });
    keys.collect()
}

/// The secret whose key is these bytes, in the form that the scheme takes.
pub(super) fn text_of(scheme: &dyn AnyScheme, secret: &SecretText, key: &[u8]) -> Option<SecretText> {
    let text = match scheme.kind() {
        Kind::Whsec => [PREFIX, Zeroizing::new(STANDARD.encode(key)).as_bytes()].concat(),
        Kind::Hex => hex(key).into_bytes(),
        _ => key.to_vec(),
    };
    secret.changed_to(Zeroizing::new(text))
}

/// The sender uses the text of the secret as the key, and the scheme decodes it.
pub(super) fn not_decoded(case: &Case) -> Trials<'_> {
    if !matches!(case.scheme.kind(), Kind::Whsec | Kind::Hex) {
        return none();
    }
    with_keys(
        case,
        "use the text of the secret as the key, without decoding it",
        |text| {
            let inside = text.strip_prefix(PREFIX);
            [Some(text), inside]
                .into_iter()
                .flatten()
                .map(|key| Zeroizing::new(key.to_vec()))
                .collect()
        },
    )
}

/// The sender decodes the secret from base64 in any alphabet, with or without padding.
pub(super) fn base64_decoded(case: &Case) -> Trials<'_> {
    with_keys(
        case,
        "decode the secret from base64, and use the bytes as the key",
        |text| {
            let mut texts = vec![text];
            texts.extend(text.strip_prefix(PREFIX));
            // Behind a prefix such as `whk_`.
            texts.extend(text.iter().position(|byte| *byte == b'_').map(|at| &text[at + 1..]));
            texts.into_iter().filter_map(base64_of).collect()
        },
    )
}

/// The sender decodes the secret from hex.
pub(super) fn hex_decoded(case: &Case) -> Trials<'_> {
    with_keys(
        case,
        "decode the secret from hex, and use the bytes as the key",
        |text| {
            let mut texts = vec![text];
            texts.extend(text.strip_prefix(PREFIX));
            texts.extend(text.iter().position(|byte| *byte == b'_').map(|at| &text[at + 1..]));
            texts.extend(text.strip_prefix(b"0x"));
            texts.into_iter().filter_map(unhex).map(Zeroizing::new).collect()
        },
    )
}

/// The sender uses the base64 or hex text of the key that is held.
pub(super) fn encoded(case: &Case) -> Trials<'_> {
    let keys = keys(case).into_iter().flat_map(move |held| {
        let key = held.expose();
        let texts = [
            ("use the base64 text of the secret as the key", STANDARD.encode(key)),
            ("use the hex text of the secret as the key", hex(key)),
        ];
        let trials = texts.into_iter().filter_map(|(change, text)| {
            let text = Zeroizing::new(text.into_bytes());
            let secret = text_of(&*case.scheme, &held, &text)?;
            Some(Trial::new(at_receiver(change), case.with_secrets([secret])))
        });
        trials.collect::<Vec<_>>()
    });
    Box::new(keys)
}

/// A trial for each key that a function makes of the text of a secret.
fn with_keys<'a>(case: &'a Case, change: &'static str, keys: fn(&[u8]) -> Vec<Key>) -> Trials<'a> {
    let trials = case.secrets.iter().flat_map(move |held| {
        let secrets = keys(held.expose()).into_iter();
        secrets.filter_map(move |key| {
            let secret = text_of(&*case.scheme, held, &key)?;
            (secret.expose() != held.expose()).then(|| Trial::new(at_receiver(change), case.with_secrets([secret])))
        })
    });
    Box::new(trials)
}

fn base64_of(text: &[u8]) -> Option<Key> {
    let text: Key = Zeroizing::new(text.iter().map(|byte| to_standard(*byte)).collect());
    let mut key = Zeroizing::new(vec![0; text.len()]);
    let length = LENIENT.decode_slice(&*text, &mut key).ok()?;
    key.truncate(length);
    (!key.is_empty()).then_some(key)
}
