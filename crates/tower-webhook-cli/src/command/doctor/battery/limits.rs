//! Bodies without an end, and bodies that are not what was announced. A stranger can send them all.

use super::super::draft::{Draft, Framing, Pace};
use super::super::row::{Expect, Group, Row};
use super::super::signed::Signed;
use super::signature::flipped;
use super::{Once, REFUSED, Sender};
use crate::scheme::Kind;

const fn row(
    name: &'static str,
    sent: &'static str,
    expect: Expect,
    make: fn(&Sender) -> Option<Draft>,
    why: &'static str,
) -> Row {
    let once = Once { name, sent, make, why };
    once.row(Group::Limits, expect)
}

const MEMORY: &str = "a stranger can fill the memory of a receiver that reads on";

pub(super) const ROWS: &[Row] = &[
    row(
        "oversized",
        "a forgery that announces 64 MiB",
        Expect::Stopped { may_close: false },
        |sender| {
            let announced = Some(64 * 1024 * 1024);
            Some(forged(sender)?.framed(Framing::Flood { announced }))
        },
        MEMORY,
    ),
    row(
        "endless",
        "a forgery in chunks without an end",
        Expect::Stopped { may_close: true },
        |sender| Some(forged(sender)?.framed(Framing::Flood { announced: None })),
        MEMORY,
    ),
    row(
        "length-too-large",
        "a Content-Length of 10 bytes more than are sent",
        Expect::BrokenOff,
        |sender| {
            let draft = sender.signed_event().draft();
            let length = draft.body.len() as u64 + 10;
            Some(draft.framed(Framing::Claim(length)).paced(Pace::HangUp))
        },
        "a body that broke off is not what the sender meant to send",
    ),
    row(
        "length-too-small",
        "a Content-Length of 10 bytes less than were signed",
        REFUSED,
        |sender| {
            let draft = sender.sign(format!("{}          ", sender.event()))?.draft();
            let length = draft.body.len() as u64 - 10;
            Some(draft.framed(Framing::Claim(length)))
        },
        "the body ends where its length says; what follows is another request",
    ),
];

/// What takes longest comes last, also because some receivers serve one connection at a time.
pub(super) const LAST: &[Row] = &[row(
    "stalled",
    "a forgery whose last byte never comes",
    Expect::Stopped { may_close: true },
    |sender| {
        let draft = forged(sender)?;
        let length = draft.body.len() as u64 + 1;
        Some(draft.framed(Framing::Claim(length)).paced(Pace::Stall))
    },
    "each stranger who stops sending keeps a connection and its memory: set a deadline for bodies",
)];

/// A request whose MAC has the right form and is wrong, so that the body has to be read.
fn forged(sender: &Sender) -> Option<Draft> {
    let signed: Signed = sender.signed_event();
    let end = signed.mac().len();
    // DER begins with lengths, which have to stay; a token may have letters that cannot be flipped.
    let start = if sender.kind() == Kind::KeyPair { end * 3 / 4 } else { 0 };
    let mut places = start..end;
    signed.with_mac(&places.find_map(|place| flipped(&signed, place))?)
}
