//! A MAC in base64: one alphabet, padded or not, with zero for the bits that stand for nothing.

use tower_webhook::scheme::Encoding;

use super::super::case::Case;
use super::super::provider::Provider;
use super::malformed;
use crate::support::EVENT;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(super) fn cases(of: Provider) -> Vec<Case> {
    match of.encoding() {
        Encoding::Base64 => standard(of),
        Encoding::Base64Url => for_urls(of),
        _ => Vec::new(),
    }
}

/// The alphabet for URLs, without padding.
fn for_urls(of: Provider) -> Vec<Case> {
    let (prefix, mac) = (of.prefix(), of.mac(EVENT));
    vec![
        malformed(of, "padded", format!("{prefix}{mac}=")),
        malformed(of, "the standard letter +", format!("{prefix}+{}", &mac[1..])),
        malformed(of, "the standard letter /", format!("{prefix}/{}", &mac[1..])),
        malformed(of, "bits that stand for nothing", format!("{prefix}{}9", &mac[..42])),
        malformed(of, "hex", format!("{prefix}{}", "61".repeat(32))),
    ]
}

fn standard(of: Provider) -> Vec<Case> {
    let (prefix, mac) = (of.prefix(), of.mac(EVENT));
    // The MACs of 20 bytes and of 32 end in one padding.
    let unpadded = mac.strip_suffix('=').unwrap();
    let (digits, last) = unpadded.split_at(unpadded.len() - 1);
    let last = last.as_bytes()[0];
    // The last letter ends in two bits that stand for nothing.
    let value = ALPHABET.iter().position(|letter| *letter == last).unwrap();
    let mut cases = vec![
        malformed(of, "without padding", format!("{prefix}{unpadded}")),
        malformed(of, "padding alone", format!("{prefix}=")),
        malformed(of, "padded twice", format!("{prefix}{mac}=")),
        malformed(of, "padded too early", format!("{prefix}{digits}==")),
        malformed(of, "a letter in place of the padding", format!("{prefix}{unpadded}A")),
        malformed(of, "the URL-safe letter -", format!("{prefix}-{}", &mac[1..])),
        malformed(of, "the URL-safe letter _", format!("{prefix}_{}", &mac[1..])),
        malformed(of, "hex", format!("{prefix}{}", "61".repeat(of.mac_len()))),
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
