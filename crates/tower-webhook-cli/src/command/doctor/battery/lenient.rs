//! Signatures that are right, in a form that the provider does not send.

use super::super::draft::Draft;
use super::super::row::{Group, Row};
use super::super::signed::Signed;
use super::signature::{TrimSuffixOf, event, flipped};
use super::{Once, STRICT, Sender};

const fn row(name: &'static str, sent: &'static str, make: fn(&Sender) -> Option<Draft>, why: &'static str) -> Row {
    let once = Once { name, sent, make, why };
    once.row(Group::Signature, STRICT)
}

const DOUBT: &str = "a value that two readers understand differently passes one of them: refuse it";

pub(super) const ROWS: &[Row] = &[
    row(
        "upper-case",
        "the right MAC in upper case",
        |sender| {
            let signed = event(sender);
            signed
                .is_hex()
                .then(|| signed.with_mac(&signed.mac().to_ascii_uppercase()))?
        },
        "the provider never sends it: one form is easier to reason about than two",
    ),
    row(
        "unpadded",
        "the right MAC without the padding of base64",
        |sender| {
            let signed = event(sender);
            signed.with_mac(signed.mac().strip_suffix(b"=")?.trim_suffix_of(b'='))
        },
        "the provider never sends it: one form is easier to reason about than two",
    ),
    row(
        "blank-before-mac",
        "the right MAC after its prefix and a blank",
        |sender| {
            let signed = event(sender);
            (!signed.prefix().is_empty()).then(|| signed.with_mac(&[b" ", signed.mac()].concat()))?
        },
        DOUBT,
    ),
    row(
        "quoted",
        "the right signature in quotation marks",
        |sender| {
            let signed = event(sender);
            signed.with_values(&[&[b"\"", signed.value(), b"\""].concat()])
        },
        DOUBT,
    ),
    row(
        "no-prefix",
        "the right MAC without what should be before it",
        |sender| {
            let signed = event(sender);
            (!signed.prefix().is_empty()).then(|| signed.with_values(&[signed.mac()]))?
        },
        DOUBT,
    ),
    row(
        "prefix-in-upper-case",
        "the right MAC, its prefix in upper case",
        |sender| {
            let signed = event(sender);
            let upper = signed.prefix().to_ascii_uppercase();
            (upper != signed.prefix()).then(|| signed.with(&upper, signed.mac()))?
        },
        DOUBT,
    ),
    row(
        "other-prefix",
        "the right MAC after the prefix of another algorithm",
        |sender| {
            let signed = event(sender);
            let prefix = signed.prefix();
            let is_letter = |byte: &u8| byte.is_ascii_alphanumeric();
            let end = prefix.iter().rposition(is_letter)? + 1;
            let start = prefix[..end]
                .iter()
                .rposition(|byte| !is_letter(byte))
                .map_or(0, |place| place + 1);
            let other: &[u8] = if prefix[start..end].starts_with(b"sha") {
                b"sha1"
            } else {
                b"v9"
            };
            signed.with(&[&prefix[..start], other, &prefix[end..]].concat(), signed.mac())
        },
        "the prefix says how the MAC is made: another one belongs to another check",
    ),
    row(
        "too-long",
        "the right MAC, and one more digit",
        |sender| {
            let signed = event(sender);
            signed.with_mac(&[signed.mac(), b"0"].concat())
        },
        DOUBT,
    ),
    row(
        "doubled",
        "the right signature header twice",
        |sender| {
            let signed = event(sender);
            signed.with_values(&[signed.value(), signed.value()])
        },
        DOUBT,
    ),
    row(
        "doubled-right-first",
        "two signature headers, the first one right",
        |sender| {
            let signed = event(sender);
            let forged = forged(&signed)?;
            signed.with_values(&[signed.value(), &forged])
        },
        DOUBT,
    ),
    row(
        "doubled-right-last",
        "two signature headers, the last one right",
        |sender| {
            let signed = event(sender);
            let forged = forged(&signed)?;
            signed.with_values(&[&forged, signed.value()])
        },
        DOUBT,
    ),
    row(
        "joined",
        "a wrong and the right signature in one header, with a comma",
        |sender| {
            let signed = event(sender);
            let forged = forged(&signed)?;
            signed.with_values(&[&[&forged, &b", "[..], signed.value()].concat()])
        },
        DOUBT,
    ),
];

/// The value of the header, with a wrong MAC in it.
fn forged(signed: &Signed) -> Option<Vec<u8>> {
    let mac = flipped(signed, 0)?;
    let end = signed.prefix().len() + signed.mac().len();
    Some([signed.prefix(), &mac, &signed.value()[end..]].concat())
}
