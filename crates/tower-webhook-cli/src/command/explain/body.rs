//! Bodies whose ends or line breaks were changed, and bodies that something was added to.

use http::header::CONTENT_LENGTH;

use super::case::Case;
use super::trial::{Trials, bodies, change, none, signed};

/// What is changed, and how, when it is asked for.
type Maker<'a> = (&'static str, Box<dyn Fn() -> Vec<u8> + 'a>);

pub(super) fn trailing_newline(case: &Case) -> Trials<'_> {
    let body = &*case.body;
    let with = |end: &[u8]| [body, end].concat();
    let without = |end: &[u8]| body.strip_suffix(end).unwrap_or(body).to_vec();
    let changed = [
        change("add a line break (LF) at the end of the body", with(b"\n")),
        change("remove the line break (LF) at the end of the body", without(b"\n")),
        change("add a line break (CR LF) at the end of the body", with(b"\r\n")),
        change("remove the line break (CR LF) at the end of the body", without(b"\r\n")),
    ];
    bodies(case, changed)
}

pub(super) fn line_breaks(case: &Case) -> Trials<'_> {
    let body = &case.body;
    if !body.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
        return none();
    }
    let lf = move || replace(body, b"\r\n", b"\n");
    let makers: [Maker<'_>; 4] = [
        ("write LF for each CR LF in the body", Box::new(lf)),
        (
            "write CR LF for each LF in the body",
            Box::new(move || replace(&lf(), b"\n", b"\r\n")),
        ),
        (
            "remove all line breaks from the body",
            Box::new(move || replace(&lf(), b"\n", b"")),
        ),
        (
            "write LF for each CR in the body",
            Box::new(move || replace(&lf(), b"\r", b"\n")),
        ),
    ];
    bodies(case, makers.into_iter().map(|(text, make)| change(text, make())))
}

pub(super) fn surrounding_space(case: &Case) -> Trials<'_> {
    let body = &*case.body;
    let changed = [
        change("remove white space at the ends of the body", body.trim_ascii()),
        change("remove white space at the end of the body", body.trim_ascii_end()),
        change("remove white space at the start of the body", body.trim_ascii_start()),
        change("add a space at the end of the body", [body, b" "].concat()),
        change(
            "add two line breaks (LF) at the end of the body",
            [body, b"\n\n"].concat(),
        ),
        change("add a line break (LF) at the start of the body", [b"\n", body].concat()),
    ];
    bodies(case, changed)
}

pub(super) fn nul(case: &Case) -> Trials<'_> {
    let body = &*case.body;
    let zeros = body.iter().rev().take_while(|byte| **byte == 0).count();
    let changed = [
        change("cut the NUL bytes at the end of the body", &body[..body.len() - zeros]),
        change(
            "add the NUL byte at the end of the body, which was signed",
            [body, b"\0"].concat(),
        ),
    ];
    bodies(case, changed)
}

/// The body has more bytes than were announced: what was left in a buffer, or came after it.
pub(super) fn beyond_length(case: &Case) -> Trials<'_> {
    let cut = announced(case).filter(|length| *length < case.body.len());
    let changed = cut.map(|length| {
        let body = &case.body[..length];
        change("cut the body at its Content-Length", body)
    });
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

/// The text with each occurrence of a part replaced.
pub(super) fn replace(text: &[u8], part: &[u8], by: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(part) {
            out.extend_from_slice(by);
            rest = after;
        } else {
            let next = rest[1..].iter().position(|byte| *byte == part[0]);
            let (until, after) = rest.split_at(next.map_or(rest.len(), |next| next + 1));
            out.extend_from_slice(until);
            rest = after;
        }
    }
    out
}
