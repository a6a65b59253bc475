//! Bodies that were wrapped or unwrapped on their way: base64, gzip, chunks, JSON around them.

use std::borrow::Cow;
use std::io::{self, Read};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use base64::read::DecoderReader;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::budget::Budget;
use super::case::Case;
use super::json::{Escapes, Node, decode};
use super::macs::to_standard;
use super::secret_key::LENIENT;
use super::trial::{Trials, at_receiver, bodies, change, none, signed};

/// Compressed bodies are unpacked to at most so many times their length: JSON seldom shrinks to less than a twentieth.
const MAX_RATIO: usize = 32;
/// No body is unpacked to more than that.
const MAX_UNPACKED: usize = 256 * 1024 * 1024;
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
    let decoded = unbase64(inside).map(|body| change("decode the body from base64", body));
    bodies(case, decoded)
}

/// The bytes of base64 in any alphabet, with white space or without. It is read in pieces.
fn unbase64(text: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::new();
    let read = DecoderReader::new(Letters(text), &LENIENT).read_to_end(&mut decoded);
    (read.is_ok() && !decoded.is_empty()).then_some(decoded)
}

/// Reads the letters of base64, in the standard alphabet.
struct Letters<'a>(&'a [u8]);

impl Read for Letters<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while let (Some((first, rest)), true) = (self.0.split_first(), filled < out.len()) {
            self.0 = rest;
            if !first.is_ascii_whitespace() {
                out[filled] = to_standard(*first);
                filled += 1;
            }
        }
        Ok(filled)
    }
}

pub(super) fn base64_decoded(case: &Case) -> Trials<'_> {
    let body = &case.body;
    let makers: [fn(&[u8]) -> String; 4] = [
        |body| STANDARD.encode(body),
        |body| URL_SAFE.encode(body),
        |body| STANDARD_NO_PAD.encode(body),
        lines,
    ];
    let text = "keep the base64 text of the body, which was sent and signed";
    bodies(case, makers.into_iter().map(move |encode| change(text, encode(body))))
}

/// RFC 2045: lines of 76 characters, which are 57 bytes.
fn lines(body: &[u8]) -> String {
    let mut out = String::with_capacity(body.len().div_ceil(57) * 78);
    for line in body.chunks(57) {
        if !out.is_empty() {
            out.push_str("\r\n");
        }
        STANDARD.encode_string(line, &mut out);
    }
    out
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
    let limit = packed.saturating_mul(MAX_RATIO).clamp(LEAST_UNPACKED, MAX_UNPACKED);
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
    let both = members.flat_map(|member| [(member, false), (member, true)]);
    let changed = both.filter_map(move |((index, (key, member)), is_decoded)| {
        let text: Cow<'_, [u8]> = match member {
            Node::Text(text) => decode(json.text(*text))?.into_bytes().into(),
            Node::Plain(_) => return None,
            _ => {
                let next = json.members().and_then(|members| members.get(index + 1));
                let end = next.map_or(case.body.len(), |(next, _)| next.start as usize);
                raw_value(&case.body[key.end as usize..end], next.is_some())?.into()
            }
        };
        let name = decode(json.text(*key))?;
        let change = format!("take the member `{name}` of the body alone");
        Some(if is_decoded {
            let body = unbase64(&text)?;
            (at_receiver(format!("{change}, decoded from base64")), body.into())
        } else {
            (at_receiver(change), text.into_owned().into())
        })
    });
    bodies(case, changed)
}

/// The value between the end of a key and the next one, or the end of the object.
fn raw_value(text: &[u8], has_next: bool) -> Option<&[u8]> {
    let value = text.trim_ascii().strip_prefix(b":")?;
    let end: &[u8] = if has_next { b"," } else { b"}" };
    Some(value.strip_suffix(end)?.trim_ascii())
}
