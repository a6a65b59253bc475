//! Bodies that were wrapped or unwrapped on their way: base64, gzip, chunks, JSON around them.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::budget::Budget;
use super::case::Case;
use super::json::{Escapes, Node, decode};
use super::secret_key;
use super::trial::{Trials, at_receiver, bodies, change, none, signed};
use crate::term::Plain;

/// Compressed bodies are unpacked to at most so many times their length: JSON seldom shrinks to less than a twentieth.
const MAX_RATIO: usize = 32;
/// Every body may become that long.
const LEAST_UNPACKED: usize = 1024 * 1024;
/// How much is unpacked at a time.
const PIECE: usize = 32 * 1024;
/// How many members of an object are tried as the body.
const MAX_MEMBERS: usize = 32;

pub(super) fn base64_coded(case: &Case) -> Trials<'_> {
    let inside = case.body.trim_ascii();
    let is_quote = |byte: &u8| *byte == b'"';
    let inside = match inside {
        [first, inside @ .., last] if is_quote(first) && is_quote(last) => inside,
        inside => inside,
    };
    let text: Vec<u8> = inside
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let decoded = secret_key::base64_of(&text).map(|body| change("decode the body from base64", &**body));
    bodies(case, decoded)
}

pub(super) fn base64_decoded(case: &Case) -> Trials<'_> {
    let body = &case.body;
    let makers: [fn(&[u8]) -> String; 4] = [
        |body| STANDARD.encode(body),
        |body| URL_SAFE.encode(body),
        |body| STANDARD_NO_PAD.encode(body),
        // RFC 2045: lines of 76 characters.
        |body| lines(&STANDARD.encode(body)),
    ];
    let text = "keep the base64 text of the body, which was sent and signed";
    bodies(case, makers.into_iter().map(move |encode| change(text, encode(body))))
}

fn lines(text: &str) -> String {
    let lines = text.as_bytes().chunks(76).map(String::from_utf8_lossy);
    lines.collect::<Vec<_>>().join("\r\n")
}

pub(super) fn gzip(case: &Case) -> Trials<'_> {
    let body = &*case.body;
    let unpacked = match body {
        [0x1f, 0x8b, ..] => unpack(MultiGzDecoder::new(body), body.len(), &case.budget),
        [0x78, ..] => unpack(ZlibDecoder::new(body), body.len(), &case.budget),
        _ => None,
    };
    let raw = || unpack(DeflateDecoder::new(body), body.len(), &case.budget);
    let is_announced = || {
        case.head
            .headers
            .get("content-encoding")
            .is_some_and(|coding| coding == "deflate")
    };
    let unpacked = unpacked.or_else(|| is_announced().then(raw)?);
    bodies(
        case,
        unpacked.map(|body| change("decompress the body before it is verified", body)),
    )
}

/// The whole of what a decoder reads, unless that is too long for the packed length, or for the budget.
fn unpack(mut decoder: impl Read, packed: usize, budget: &Budget) -> Option<Vec<u8>> {
    let limit = packed.saturating_mul(MAX_RATIO).max(LEAST_UNPACKED);
    let mut unpacked = Vec::new();
    let mut piece = vec![0; PIECE];
    loop {
        let length = decoder.read(&mut piece).ok()?;
        if length == 0 {
            return Some(unpacked);
        }
        unpacked.extend_from_slice(&piece[..length]);
        if !budget.take(length as u64) || unpacked.len() > limit {
            return None;
        }
    }
}

/// The body has the framing of HTTP/1.1's chunks in it (RFC 9112, section 7.1).
pub(super) fn chunked(case: &Case) -> Trials<'_> {
    let joined = unchunk(&case.body);
    bodies(
        case,
        joined.map(|body| change("remove the chunk sizes from the body", body)),
    )
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.iter().take(64).position(|byte| *byte == b'\n')?;
        let line = std::str::from_utf8(&rest[..end]).ok()?;
        let size = line.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        rest = &rest[end + 1..];
        if size == 0 {
            return Some(body);
        }
        let (chunk, after) = rest.split_at_checked(size)?;
        body.extend_from_slice(chunk);
        rest = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n"))?;
    }
}

/// The body is a string of JSON whose text was signed, or the reverse.
pub(super) fn json_string(case: &Case) -> Trials<'_> {
    let body = &case.body;
    let Ok(text) = std::str::from_utf8(body) else {
        return none();
    };
    let inside = decode(text.trim()).into_iter();
    let unwrapped = inside.map(|text| change("take the text of the JSON string that is the body", text));
    let wrapped = Escapes::ALL.iter().take(4).map(move |escapes| {
        let mut string = String::new();
        escapes.write(text, &mut string);
        signed("sign what is sent: the sender signed the body as a JSON string", string)
    });
    bodies(case, unwrapped.chain(wrapped))
}

/// The body is the text in which Python shows bytes: `b'..'`.
pub(super) fn python_bytes(case: &Case) -> Trials<'_> {
    let body = case.body.trim_ascii();
    let inside = match body {
        [b'b', quote @ (b'\'' | b'"'), inside @ .., last] if quote == last => Some(inside),
        _ => None,
    };
    let changed = inside.and_then(unescape_python);
    bodies(
        case,
        changed.map(|body| change("take the bytes, not the text `b'..'` that shows them", body)),
    )
}

fn unescape_python(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'\\' {
            out.push(*first);
            continue;
        }
        let (escape, after) = rest.split_first()?;
        rest = after;
        out.push(match escape {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'\\' | b'\'' | b'"' => *escape,
            b'x' => {
                let (digits, after) = rest.split_at_checked(2)?;
                rest = after;
                *super::macs::unhex(digits)?.first()?
            }
            _ => return None,
        });
    }
    Some(out)
}

/// The body is an object, and one of its members is what was signed: an event of API Gateway, a message of a queue.
pub(super) fn envelope(case: &Case) -> Trials<'_> {
    let Some((json, members)) = case.json().and_then(|json| Some((json, json.members()?))) else {
        return none();
    };
    let members = members.iter().enumerate().take(MAX_MEMBERS);
    let changed = members.flat_map(move |(index, (key, member))| {
        let text = match member {
            Node::Text(text) => decode(json.text(*text)).map(String::into_bytes),
            Node::Plain(_) => None,
            _ => {
                let next = json.members().and_then(|members| members.get(index + 1));
                let end = next.map_or(case.body.len(), |(next, _)| next.start as usize);
                raw_value(&case.body[key.end as usize..end], next.is_some()).map(<[u8]>::to_vec)
            }
        };
        let name = Plain(json.text(*key).trim_matches('"')).to_string();
        let decoded = text.as_deref().and_then(secret_key::base64_of);
        let whole = text.map(|text| (format!("take the member `{name}` of the body alone"), text));
        let decoded = decoded.map(|body| {
            let change = format!("take the member `{name}` of the body alone, decoded from base64");
            (change, body.to_vec())
        });
        let both = [whole, decoded].into_iter().flatten();
        both.map(|(change, body)| (at_receiver(change), body))
    });
    bodies(case, changed)
}

/// The value between the end of a key and the next one, or the end of the object.
fn raw_value(text: &[u8], has_next: bool) -> Option<&[u8]> {
    let value = text.trim_ascii().strip_prefix(b":")?;
    let end: &[u8] = if has_next { b"," } else { b"}" };
    Some(value.strip_suffix(end)?.trim_ascii())
}
