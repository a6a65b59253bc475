//! A MAC in base64: the standard alphabet, padded, and in one form of the several that decode to it.

use super::super::case::Case;
use super::super::provider::Provider;
use super::malformed;
use crate::support::EVENT;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(super) fn cases(of: Provider) -> Vec<Case> {
    if of.is_hex() {
        return Vec::new();
    }
    let (prefix, mac) = (of.prefix(), of.mac(EVENT));
    let (digits, last) = (&mac[..42], mac.as_bytes()[42]);
    // The last two bits of the last letter stand for nothing, and are zero.
    let value = ALPHABET.iter().position(|letter| *letter == last).unwrap();
    let mut cases = vec![
        malformed(of, "without padding", format!("{prefix}{}", &mac[..43])),
        malformed(of, "padded twice", format!("{prefix}{mac}=")),
        malformed(of, "padded too early", format!("{prefix}{digits}==")),
        malformed(
            of,
            "a letter of the other alphabet, -",
            format!("{prefix}-{}", &mac[1..]),
        ),
        malformed(
            of,
            "a letter of the other alphabet, _",
            format!("{prefix}_{}", &mac[1..]),
        ),
        malformed(of, "hex", format!("{prefix}{}", "61".repeat(32))),
    ];
    for more in 1..4 {
        let other = char::from(ALPHABET[value + more]);
        cases.push(malformed(
            of,
            format!("the bits that stand for nothing are {more}"),
            format!("{prefix}{digits}{other}="),
        ));
    }
    cases
}
