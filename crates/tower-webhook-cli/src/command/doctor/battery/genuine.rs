//! Requests as the provider sends them, in every shape: a receiver that refuses one loses events.

use super::super::draft::{Draft, Framing, Pace};
use super::super::json::spaced;
use super::super::row::{Expect, Group, Row, Severity};
use super::{ACCEPTED, Once};

const fn row(
    name: &'static str,
    sent: &'static str,
    make: fn(&super::Sender) -> Option<Draft>,
    why: &'static str,
) -> Row {
    let once = Once { name, sent, make, why };
    once.row(Group::Genuine, ACCEPTED)
}

const fn advice(
    name: &'static str,
    sent: &'static str,
    make: fn(&super::Sender) -> Option<Draft>,
    why: &'static str,
) -> Row {
    let once = Once { name, sent, make, why };
    once.row(Group::Genuine, Expect::Accepted(Severity::Warning))
}

pub(super) const ROWS: &[Row] = &[
    row(
        super::FIRST,
        "a signed event",
        |sender| Some(sender.signed_event().draft()),
        "the provider sends an event again until it gets a 2xx, and drops it in the end",
    ),
    row(
        "chunked",
        "a signed event in chunks, without Content-Length",
        |sender| Some(sender.signed_event().draft().framed(Framing::Chunks(16))),
        "senders and proxies may send a body in chunks; a reader of Content-Length then sees none",
    ),
    row(
        "byte-by-byte",
        "a signed event, each byte in a packet of its own",
        |sender| Some(sender.signed_event().draft().paced(Pace::Bytewise)),
        "a body arrives in any pieces; a receiver that hashes the first of them refuses it",
    ),
    row(
        "chunks-of-one-byte",
        "a signed event in chunks of one byte",
        |sender| {
            let draft = sender.signed_event().draft();
            Some(draft.framed(Framing::Chunks(1)).paced(Pace::Bytewise))
        },
        "chunks are no unit of the body; a receiver must join them before it hashes",
    ),
    row(
        "header-in-upper-case",
        "a signed event, the names of its headers in upper case",
        |sender| {
            let draft = sender.signed_event().draft();
            Some(Draft {
                upper_names: true,
                ..draft
            })
        },
        "the case of a header's name has no meaning, and proxies change it",
    ),
    row(
        "non-ascii-json",
        "a signed event with letters beyond ASCII",
        |sender| Some(sender.sign(sender.event_with(r#""name":"Zoë 日本語 🦀""#))?.draft()),
        "names of people are not ASCII; the signature covers the bytes, not a decoded text",
    ),
    row(
        "escaped-json",
        "a signed event with escapes in its JSON",
        |sender| {
            Some(
                sender
                    .sign(sender.event_with(r#""name":"Zo\u00eb \/ \ud83e\udd80""#))?
                    .draft(),
            )
        },
        "a body that is parsed and re-serialised loses its escapes, and with them the signature",
    ),
    row(
        "odd-spacing",
        "a signed event with blanks, tabs and line breaks",
        |sender| {
            let event = spaced(&sender.event(), "\n\t", "  ");
            Some(sender.sign(format!("\r\n {event} \n"))?.draft())
        },
        "the signature covers the raw bytes; JSON that is re-serialised has other ones",
    ),
    row(
        "odd-numbers",
        "a signed event with the numbers 1.50, 1e2 and 2^64 + 1",
        |sender| {
            Some(
                sender
                    .sign(sender.event_with(r#""numbers":[1.50,1e2,18446744073709551617]"#))?
                    .draft(),
            )
        },
        "parsers round numbers and write them in another form",
    ),
    row(
        "unsorted-members",
        "a signed event whose members are not in order",
        |sender| Some(sender.sign(sender.event_with(r#""z":1,"a":{"d":1,"c":2}"#))?.draft()),
        "JSON that is re-serialised may have its members in another order",
    ),
    row(
        "large",
        "a signed event of 100 KiB",
        |sender| Some(sender.sign(large(sender, 100))?.draft()),
        "events with documents or conversations are large; a limit below them loses events",
    ),
    advice(
        "very-large",
        "a signed event of 1 MiB",
        |sender| Some(sender.sign(large(sender, 1024))?.draft()),
        "some providers send events of several MiB: look up the most that yours sends",
    ),
];

fn large(sender: &super::Sender, kib: usize) -> String {
    sender.event_with(&format!(r#""text":"{}""#, "x".repeat(kib * 1024)))
}
