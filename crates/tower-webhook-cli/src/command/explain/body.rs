//! Bodies whose ends or line breaks were changed, and bodies that something was added to.

use bytes::Bytes;
use http::header::CONTENT_LENGTH;

use super::case::Case;
use super::trial::{Maker, Trials, at_receiver, bodies, change, joined, made, make, none, signed};

pub(super) fn trailing_newline(case: &Case) -> Trials<'_> {
    let without =
        |end: &'static [u8]| -> Maker<'_> { Box::new(move || Some(slice(case, case.body.strip_suffix(end)?))) };
    made(
        case,
        [
            (
                at_receiver("add a line break (LF) at the end of the body"),
                with(case, b"", b"\n"),
            ),
            (
                at_receiver("remove the line break (LF) at the end of the body"),
                without(b"\n"),
            ),
            (
                at_receiver("add a line break (CR LF) at the end of the body"),
                with(case, b"", b"\r\n"),
            ),
            (
                at_receiver("remove the line break (CR LF) at the end of the body"),
                without(b"\r\n"),
            ),
        ],
    )
}

pub(super) fn line_breaks(case: &Case) -> Trials<'_> {
    if !case.body.iter().any(|byte| is_break(*byte)) {
        return none();
    }
    let [cr, lf, crlf]: [&[u8]; 3] = [b"\r", b"\n", b"\r\n"];
    // What stands for CR, LF and CR LF.
    let written = move |by: [&'static [u8]; 3]| make(move || write_breaks(&case.body, by));
    made(
        case,
        [
            (
                at_receiver("write LF for each CR LF in the body"),
                written([cr, lf, lf]),
            ),
            (
                at_receiver("write CR LF for each LF in the body"),
                written([cr, crlf, crlf]),
            ),
            (
                at_receiver("remove all line breaks from the body"),
                written([cr, b"", b""]),
            ),
            (at_receiver("write LF for each CR in the body"), written([lf, lf, lf])),
        ],
    )
}

pub(super) fn surrounding_space(case: &Case) -> Trials<'_> {
    let part = |part: &'_ [u8]| {
        let part = slice(case, part);
        make(move || part)
    };
    made(
        case,
        [
            (
                at_receiver("remove white space at the ends of the body"),
                part(case.body.trim_ascii()),
            ),
            (
                at_receiver("remove white space at the end of the body"),
                part(case.body.trim_ascii_end()),
            ),
            (
                at_receiver("remove white space at the start of the body"),
                part(case.body.trim_ascii_start()),
            ),
            (at_receiver("add a space at the end of the body"), with(case, b"", b" ")),
            (
                at_receiver("add two line breaks (LF) at the end of the body"),
                with(case, b"", b"\n\n"),
            ),
            (
                at_receiver("add a line break (LF) at the start of the body"),
                with(case, b"\n", b""),
            ),
        ],
    )
}

pub(super) fn nul(case: &Case) -> Trials<'_> {
    let cut = move || {
        let zeros = case.body.iter().rev().take_while(|byte| **byte == 0).count();
        case.body.slice(..case.body.len() - zeros)
    };
    made(
        case,
        [
            (at_receiver("cut the NUL bytes at the end of the body"), make(cut)),
            (
                at_receiver("add the NUL byte at the end of the body, which was signed"),
                with(case, b"", b"\0"),
            ),
        ],
    )
}

/// The body has more bytes than were announced: what was left in a buffer, or came after it.
pub(super) fn beyond_length(case: &Case) -> Trials<'_> {
    let cut = announced(case).filter(|length| *length < case.body.len());
    let changed = cut.map(|length| change("cut the body at its Content-Length", case.body.slice(..length)));
    bodies(case, changed)
}

/// The sender signed something else than it sent: nothing, or what a program prints for a missing body.
pub(super) fn placeholder(case: &Case) -> Trials<'_> {
    let changed = [
        signed("sign the body: the sender signed nothing", ""),
        signed("sign the body: the sender signed `{}`", "{}"),
        signed("sign the body: the sender signed `null`", "null"),
        signed("sign the body: the sender signed `undefined`", "undefined"),
        signed("sign the body: the sender signed `[object Object]`", "[object Object]"),
    ];
    bodies(case, changed)
}

/// The Content-Length, if there is one.
pub(super) fn announced(case: &Case) -> Option<usize> {
    case.head.headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A part of the body, which it shares.
pub(super) fn slice(case: &Case, part: &[u8]) -> Bytes {
    case.body.slice_ref(part)
}

/// Makes the body between two other texts.
pub(super) fn with<'a>(case: &'a Case, before: &'static [u8], after: &'static [u8]) -> Maker<'a> {
    make(move || joined([before, &case.body, after].into_iter()))
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

/// The text with these in the place of CR, LF and CR LF.
fn write_breaks(text: &[u8], [cr, lf, crlf]: [&[u8]; 3]) -> Bytes {
    let mut rest = text;
    let pieces = std::iter::from_fn(move || {
        let (found, length): (&[u8], _) = match rest {
            [] => return None,
            [b'\r', b'\n', ..] => (crlf, 2),
            [b'\r', ..] => (cr, 1),
            [b'\n', ..] => (lf, 1),
            _ => {
                let end = rest.iter().position(|byte| is_break(*byte)).unwrap_or(rest.len());
                (&rest[..end], end)
            }
        };
        rest = &rest[length..];
        Some(found)
    });
    joined(pieces)
}
