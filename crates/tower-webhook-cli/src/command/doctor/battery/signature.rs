//! Signatures that are missing, wrong or malformed.

use super::super::draft::Draft;
use super::super::row::{Group, Row};
use super::super::signed::Signed;
use super::{Once, REFUSED, Sender};
use crate::scheme::Kind;

const fn row(name: &'static str, sent: &'static str, make: fn(&Sender) -> Option<Draft>, why: &'static str) -> Row {
    let once = Once { name, sent, make, why };
    once.row(Group::Signature, REFUSED)
}

const ANYBODY: &str = "anybody can send this";
const GUESSED: &str = "what is not compared can be guessed: compare all of the MAC";

pub(super) const ROWS: &[Row] = &[
    row(
        "missing",
        "no signature header",
        |sender| event(sender).with_values(&[]),
        ANYBODY,
    ),
    row(
        "empty",
        "an empty signature header",
        |sender| event(sender).with_values(&[b""]),
        ANYBODY,
    ),
    row(
        "malformed",
        "a signature header with some words in it",
        |sender| event(sender).with_values(&[b"not a signature"]),
        ANYBODY,
    ),
    row(
        "no-mac",
        "a signature header without the MAC",
        |sender| event(sender).with_mac(b""),
        "an empty MAC equals the beginning of every MAC",
    ),
    row(
        "zeros",
        "a MAC that is all zeros, of the right length",
        |sender| {
            let signed = event(sender);
            let zero = if signed.is_hex() { b'0' } else { b'A' };
            let digits = signed.mac().iter().map(|&byte| if byte == b'=' { byte } else { zero });
            signed.with_mac(&digits.collect::<Vec<_>>())
        },
        ANYBODY,
    ),
    row(
        "wrong-first-digit",
        "a MAC whose first digit is wrong",
        |sender| wrong(sender, |_| 0),
        GUESSED,
    ),
    row(
        "wrong-middle-digit",
        "a MAC whose middle digit is wrong",
        |sender| wrong(sender, |length| length / 2),
        GUESSED,
    ),
    row(
        "wrong-last-digit",
        "a MAC whose last digit is wrong",
        |sender| wrong(sender, |length| length - 1),
        GUESSED,
    ),
    row(
        "truncated",
        "a MAC without its last two digits",
        |sender| {
            let signed = event(sender);
            let end = digits(&signed).saturating_sub(2);
            signed.with_mac(&signed.mac()[..end])
        },
        GUESSED,
    ),
    row(
        "truncated-to-8",
        "the first 8 digits of the MAC",
        |sender| {
            let signed = event(sender);
            signed.with_mac(signed.mac().get(..8)?)
        },
        GUESSED,
    ),
    row(
        "non-ascii-header",
        "a signature header with bytes beyond ASCII",
        |sender| {
            let signed = event(sender);
            let mut mac = signed.mac().to_vec();
            *mac.get_mut(13)? |= 0x80;
            signed.with_mac(&mac)
        },
        "a stranger must not crash the receiver: some comparisons throw on such text",
    ),
    row(
        "only-non-ascii",
        "a signature header of nothing but the byte ff",
        |sender| event(sender).with_values(&[&[0xff; 71]]),
        "a stranger must not crash the receiver: some comparisons throw on such text",
    ),
    row(
        "another-provider",
        "the right secret, but the header of another provider",
        |sender| sender.sign_as_another(sender.event()),
        "a header that was not asked for must not be believed",
    ),
    row(
        "in-the-json",
        "no header, but a signature in the JSON",
        |sender| {
            let event = sender.event();
            let signed = sender.sign(event.clone())?;
            let value = std::str::from_utf8(signed.value()).ok()?;
            let member = format!(r#","signature":"{value}"}}"#);
            let mut draft = signed.with_values(&[])?;
            draft.body = (event[..event.len() - 1].to_owned() + &member).into();
            // A scheme may have it in the JSON, and then in a place of its own.
            (!sender.is_in_body()).then_some(draft)
        },
        "a signature in the payload is data: it covers neither itself nor the raw bytes",
    ),
    row(
        "names-the-mac",
        "a wrong MAC; the answer must not name the right one",
        |sender| {
            let signed = event(sender);
            let mut draft = signed.with_mac(&flipped(&signed, 0)?)?;
            draft.must_not_say = Some(signed.mac().to_vec());
            // Whoever verifies with a public key cannot name the signature.
            (sender.kind() != Kind::KeyPair).then_some(draft)
        },
        "an answer that names the expected MAC signs whatever a stranger sends",
    ),
];

pub(super) fn event(sender: &Sender) -> Signed {
    sender.signed_event()
}

/// A request whose MAC is wrong in one digit, whose place is told by the number of digits.
fn wrong(sender: &Sender, place: fn(usize) -> usize) -> Option<Draft> {
    let signed = event(sender);
    let digits = digits(&signed);
    if digits == 0 {
        return None;
    }
    signed.with_mac(&flipped(&signed, place(digits))?)
}

/// How many digits the MAC has, without its padding.
fn digits(signed: &Signed) -> usize {
    signed.mac().trim_suffix_of(b'=').len()
}

/// The MAC with another digit in this place, which changes at least one bit of the MAC itself.
pub(in super::super) fn flipped(signed: &Signed, place: usize) -> Option<Vec<u8>> {
    const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut mac = signed.mac().to_vec();
    let digit = mac.get_mut(place)?;
    *digit = if signed.is_hex() {
        let value = char::from(*digit).to_digit(16)? ^ 8;
        char::from_digit(value, 16)?.try_into().ok()?
    } else {
        let standard = match *digit {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        };
        // The highest bit of a digit counts, also in the last digit before the padding.
        let value = BASE64.iter().position(|&letter| letter == standard)? ^ 32;
        BASE64[value]
    };
    Some(mac)
}

pub(super) trait TrimSuffixOf {
    /// Without this byte at the end, however often it is there.
    fn trim_suffix_of(&self, byte: u8) -> &[u8];
}

impl TrimSuffixOf for [u8] {
    fn trim_suffix_of(&self, byte: u8) -> &[u8] {
        let end = self.iter().rposition(|&other| other != byte).map_or(0, |last| last + 1);
        &self[..end]
    }
}
