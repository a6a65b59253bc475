//! The form of the signature header, whatever the prefix and the encoding of the MAC.

use tower_webhook::RejectionKind::MissingTimestamp;

use super::super::case::Case;
use super::super::provider::Provider;
use super::{event, malformed};
use crate::support::EVENT;

pub(super) fn cases(of: Provider) -> Vec<Case> {
    [length(of), prefixes(of), lists(of), white_space(of), not_ascii(of)]
        .into_iter()
        .flatten()
        .collect()
}

fn length(of: Provider) -> Vec<Case> {
    let (prefix, mac) = (of.prefix(), of.mac(EVENT));
    vec![
        malformed(of, "the first digit missing", format!("{prefix}{}", &mac[1..])),
        malformed(
            of,
            "the last digit missing",
            format!("{prefix}{}", &mac[..mac.len() - 1]),
        ),
        malformed(
            of,
            "the last two digits missing",
            format!("{prefix}{}", &mac[..mac.len() - 2]),
        ),
        malformed(of, "half the digits", format!("{prefix}{}", &mac[..mac.len() / 2])),
        malformed(of, "one digit too many", format!("{prefix}{mac}0")),
        malformed(of, "twice the digits", format!("{prefix}{mac}{mac}")),
        malformed(of, "no digits", prefix.clone()),
        malformed(of, "an empty value", ""),
        malformed(of, "a character that is not a digit", format!("{prefix}~{}", &mac[1..])),
        malformed(of, "quoted", format!("\"{prefix}{mac}\"")),
    ]
}

fn prefixes(of: Provider) -> Vec<Case> {
    let (prefix, mac) = (of.prefix(), of.mac(EVENT));
    if prefix.is_empty() {
        return vec![malformed(
            of,
            "a prefix that the scheme does not have",
            format!("sha256={mac}"),
        )];
    }
    let mut cases = vec![
        malformed(of, "no prefix", &mac),
        malformed(
            of,
            "the prefix in upper case",
            format!("{}{mac}", prefix.to_uppercase()),
        ),
        malformed(of, "the prefix twice", format!("{prefix}{prefix}{mac}")),
        malformed(of, "a blank after the prefix", format!("{prefix} {mac}")),
    ];
    let others = ["sha1=", "sha512=", "v9=", "v9,", "v1a,", "sha256:", "sha256==", "hmac "];
    for other in others.into_iter().filter(|other| *other != prefix) {
        cases.push(malformed(of, format!("the prefix {other}"), format!("{other}{mac}")));
    }
    cases
}

/// Lists, for schemes that send one signature.
fn lists(of: Provider) -> Vec<Case> {
    let (right, wrong) = (of.prefix() + &of.mac(EVENT), of.prefix() + &of.mac("another"));
    let mut cases = Vec::new();
    // Lists with commas and semicolons have rows of their own.
    if !of.trims_entries() {
        cases.extend([
            malformed(of, "a comma list of two right signatures", format!("{right},{right}")),
            malformed(of, "a comma list with a blank", format!("{wrong}, {right}")),
            malformed(of, "a comma at the end", format!("{right},")),
            malformed(of, "a parameter", format!("t=1716287400,v1={}", of.mac(EVENT))),
            malformed(of, "a semicolon list", format!("{right};{right}")),
        ]);
    }
    cases
}

fn white_space(of: Provider) -> Vec<Case> {
    let (prefix, mac) = (of.prefix(), of.mac(EVENT));
    let right = format!("{prefix}{mac}");
    let middle = mac.len() / 2;
    let (start, end) = (&mac[..middle], &mac[middle + 1..]);
    let mut cases = vec![
        malformed(of, "a blank for a digit", format!("{prefix}{start} {end}")),
        malformed(of, "a tab for a digit", format!("{prefix}{start}\t{end}")),
        malformed(of, "a blank alone", " "),
    ];
    for (name, value, space) in [
        ("a blank before the value", format!(" {right}"), ' '),
        ("a blank after the value", format!("{right} "), ' '),
        ("a tab before the value", format!("\t{right}"), '\t'),
        ("a tab after the value", format!("{right}\t"), '\t'),
    ] {
        // White space around the entries of a list is skipped; tabs only where blanks do not separate the entries.
        let is_skipped = of.trims_entries() || (space == ' ' && of.separator().is_some());
        cases.push(if is_skipped {
            Case::accepts(of, name, EVENT, move || of.headed(&value, event()))
        } else {
            malformed(of, name, value).stripped_by_http1()
        });
    }
    cases
}

fn not_ascii(of: Provider) -> Vec<Case> {
    let (prefix, mac) = (of.prefix(), of.mac(EVENT));
    let right = format!("{prefix}{mac}").into_bytes();
    let with_high_bit = |place: usize| {
        let mut value = right.clone();
        value[place] |= 0x80;
        value
    };
    let first = with_high_bit(0);
    let name = "a first byte that is not ASCII";
    vec![
        malformed(
            of,
            "a byte that is not ASCII among the digits",
            with_high_bit(prefix.len() + 13),
        ),
        if of.time_key().is_some() {
            Case::refuses(of, name, MissingTimestamp, move || of.headed(&first, event()))
        } else {
            malformed(of, name, first)
        },
        malformed(of, "only bytes that are not ASCII", [0xff; 71]),
        malformed(of, "full-width digits", format!("{prefix}{}", "０".repeat(mac.len()))),
        malformed(
            of,
            "64 bytes of full-width digits",
            format!("{prefix}{}a", "０".repeat(21)),
        ),
    ]
}
