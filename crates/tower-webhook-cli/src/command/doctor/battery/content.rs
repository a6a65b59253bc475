//! Genuine requests with unexpected content: a receiver accepts or refuses it, and does not fall over. Where the
//! signature is in the body, content that has no place for one goes without.

use super::super::draft::Draft;
use super::super::row::{Expect, Group, Row};
use super::{Once, Sender};

const fn row(name: &'static str, sent: &'static str, make: fn(&Sender) -> Option<Draft>, why: &'static str) -> Row {
    let once = Once { name, sent, make, why };
    once.row(Group::Content, Expect::Answered)
}

const SHAPE: &str = "providers test endpoints with such bodies, and send a failed one again and again";

pub(super) const ROWS: &[Row] = &[
    row(
        "unknown-event",
        "a signed event of an unknown kind",
        |sender| Some(sender.sign(sender.unknown_event()?)?.draft()),
        "providers add kinds of events; a 5xx makes them send it again, and in the end disable the endpoint",
    ),
    row(
        "empty-object",
        "a signed {}",
        |sender| Some(sender.signed_or_plain("{}")),
        SHAPE,
    ),
    row(
        "array",
        "a signed JSON array",
        |sender| Some(sender.signed_or_plain(r#"["doctor"]"#)),
        SHAPE,
    ),
    row(
        "string",
        "a signed JSON string",
        |sender| Some(sender.signed_or_plain(r#""doctor""#)),
        SHAPE,
    ),
    row(
        "null",
        "a signed null",
        |sender| Some(sender.signed_or_plain("null")),
        SHAPE,
    ),
    row(
        "not-json",
        "signed bytes that are not JSON",
        |sender| Some(sender.signed_or_plain("{\"a\":\u{1}")),
        SHAPE,
    ),
    row(
        "no-body",
        "a signed body of no bytes",
        |sender| Some(sender.signed_or_plain("")),
        SHAPE,
    ),
];
