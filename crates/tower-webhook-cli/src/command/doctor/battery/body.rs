//! Right signatures of other bodies.

use super::super::draft::Draft;
use super::super::json::spaced;
use super::super::row::{Group, Row};
use super::{Once, REFUSED, Sender};

const fn row(name: &'static str, sent: &'static str, make: fn(&Sender) -> Option<Draft>, why: &'static str) -> Row {
    let once = Once { name, sent, make, why };
    once.row(Group::Body, REFUSED)
}

const TAMPERED: &str = "whoever changes an event on its way must be found out";
const RAW: &str = "who hashes JSON that was rewritten accepts bytes that nobody signed";

/// The bytes that are changed leave the JSON valid: a refusal is then one of the signature.
pub(super) const ROWS: &[Row] = &[
    row(
        "another-body",
        "the right signature of another event",
        |sender| sender.signature_of(sender.event(), sender.event()),
        "one signed event that a stranger saw would sign all others",
    ),
    row(
        "changed-first-byte",
        "a body whose first byte was changed",
        |sender| {
            let event = sender.event();
            sender.signature_of(format!(" {event}"), format!("\n{event}"))
        },
        TAMPERED,
    ),
    row(
        "changed-middle-byte",
        "a body with a changed byte in the middle",
        |sender| {
            let [right, wrong] = ["x", "y"].map(|letter| format!(r#""a":"{letter}","b":"{}""#, "b".repeat(50)));
            let event = sender.event_with(&right);
            sender.signature_of(event.clone(), event.replace(&right, &wrong))
        },
        TAMPERED,
    ),
    row(
        "changed-last-byte",
        "a body whose last byte was changed",
        |sender| {
            let event = sender.event();
            sender.signature_of(format!("{event} "), format!("{event}\n"))
        },
        TAMPERED,
    ),
    row(
        "appended",
        "a body with a line break after what was signed",
        |sender| {
            let event = sender.event();
            sender.signature_of(event.clone(), event + "\n")
        },
        TAMPERED,
    ),
    row(
        "cut-off",
        "a body without the last byte that was signed",
        |sender| {
            let event = sender.event();
            sender.signature_of(format!("{event}\n"), event)
        },
        TAMPERED,
    ),
    row(
        "changed-id",
        "an event whose signed id was changed",
        |sender| {
            let [one, other] = sender.sign_twice(sender.event())?;
            // A scheme without an id signs both alike.
            let are_alike = one.headers == other.headers && one.body == other.body;
            (!are_alike).then(|| one.with_mac_of(&other))?
        },
        "duplicates are told by the id: one that the signature does not cover makes each a new event",
    ),
    row(
        "reserialised-compact",
        "spaced JSON with the signature of its compact form",
        |sender| {
            let event = sender.event();
            sender.signature_of(event.clone(), spaced(&event, " ", " "))
        },
        RAW,
    ),
    row(
        "reserialised-spaced",
        "compact JSON with the signature of its spaced form",
        |sender| {
            let event = sender.event();
            sender.signature_of(spaced(&event, " ", " "), event)
        },
        RAW,
    ),
];
