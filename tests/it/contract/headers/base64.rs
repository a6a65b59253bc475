//! A MAC in base64: one alphabet, padded or not, with zero for the bits that stand for nothing.

use tower_webhook::scheme::Encoding;

use super::super::case::Case;
use super::super::provider::Provider;
use super::malformed;
use crate::support::EVENT;
use crate::support::slow::ALPHABET;

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
    let unpadded = mac.trim_end_matches('=');
    let padding = mac.len() - unpadded.len();
    let (digits, last) = unpadded.split_at(unpadded.len() - 1);
    let last = last.as_bytes()[0];
    // In the last letter, two bits stand for nothing for each letter of padding.
    let value = ALPHABET.iter().position(|letter| *letter == last).unwrap();
    let mut cases = vec![
        malformed(of, "padding alone", format!("{prefix}=")),
        malformed(of, "padded once more", format!("{prefix}{mac}=")),
        malformed(
            of,
            "padded too early",
            format!("{prefix}{digits}={}", "=".repeat(padding)),
        ),
        malformed(
            of,
            "letters in place of the padding",
            format!("{prefix}{unpadded}{}", "A".repeat(padding.max(1))),
        ),
        malformed(of, "the URL-safe letter -", format!("{prefix}-{}", &mac[1..])),
        malformed(of, "the URL-safe letter _", format!("{prefix}_{}", &mac[1..])),
        malformed(of, "hex", format!("{prefix}{}", "61".repeat(of.mac_len()))),
    ];
    if padding > 0 {
        cases.push(malformed(of, "without padding", format!("{prefix}{unpadded}")));
    }
    for more in 1..1 << (2 * padding) {
        let other = char::from(ALPHABET[value + more]);
        cases.push(malformed(
            of,
            format!("the bits that stand for nothing are {more}"),
            format!("{prefix}{digits}{other}{}", "=".repeat(padding)),
        ));
    }
    cases
}
