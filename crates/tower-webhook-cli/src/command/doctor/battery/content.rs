//! Genuine requests with unexpected content: a receiver accepts or refuses it, and does not fall over.

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
        |sender| Some(sender.sign(sender.unknown_event()?).draft()),
        "providers add kinds of events; a 5xx makes them send it again, and in the end disable the endpoint",
    ),
    row(
        "empty-object",
        "a signed {}",
        |sender| Some(sender.sign("{}").draft()),
        SHAPE,
    ),
    row(
        "array",
        "a signed JSON array",
        |sender| Some(sender.sign(r#"["doctor"]"#).draft()),
        SHAPE,
    ),
    row(
        "string",
        "a signed JSON string",
        |sender| Some(sender.sign(r#""doctor""#).draft()),
        SHAPE,
    ),
    row(
        "null",
        "a signed null",
        |sender| Some(sender.sign("null").draft()),
        SHAPE,
    ),
    row(
        "not-json",
        "signed bytes that are not JSON",
        |sender| Some(sender.sign("{\"a\":\u{1}").draft()),
        SHAPE,
    ),
    row(
        "no-body",
        "a signed body of no bytes",
        |sender| Some(sender.sign("").draft()),
        SHAPE,
    ),
];
