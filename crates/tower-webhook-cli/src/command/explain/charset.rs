//! Bodies that were read in one character encoding and written in another.

use super::body;
use super::case::Case;
use super::trial::{Maker, Trials, at_receiver, at_sender, bodies, change, made, make, none};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// What Windows-1252 has at 0x80 to 0x9f, by the WHATWG's index: the five unassigned bytes are controls.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

pub(super) fn bom(case: &Case) -> Trials<'_> {
    let without = move || Some(body::slice(case, case.body.strip_prefix(BOM)?));
    made(
        case,
        [
            (
                at_receiver("remove the byte order mark at the start of the body"),
                Box::new(without),
            ),
            (
                at_receiver("keep the byte order mark at the start of the body"),
                body::with(case, BOM, b""),
            ),
        ],
    )
}

/// UTF-8 was read as if it were Latin-1 or Windows-1252, or the reverse.
pub(super) fn latin1(case: &Case) -> Trials<'_> {
    let body = &*case.body;
    if body.is_ascii() {
        return none();
    }
    let text = std::str::from_utf8(body).ok();
    let narrow = |byte: fn(char) -> Option<u8>| -> Maker<'_> {
        Box::new(move || Some(text?.chars().map(byte).collect::<Option<Vec<u8>>>()?.into()))
    };
    let wide = |letter: fn(u8) -> char| make(move || body.iter().map(|byte| letter(*byte)).collect::<String>());
    made(
        case,
        [
            (at_receiver("read the body as UTF-8, not as Latin-1"), narrow(to_latin1)),
            (
                at_receiver("read the body as UTF-8, not as Windows-1252"),
                narrow(to_windows_1252),
            ),
            (
                at_sender("sign the UTF-8 that is sent: the sender read it as Latin-1, or sent Latin-1"),
                wide(char::from),
            ),
            (
                at_sender("sign the UTF-8 that is sent: the sender read it as Windows-1252, or sent Windows-1252"),
                wide(of_windows_1252),
            ),
        ],
    )
}

pub(super) fn utf16(case: &Case) -> Trials<'_> {
    let body = &*case.body;
    if let Some(text) = decode_utf16(body) {
        return bodies(case, [change("keep the body in UTF-8: it was written as UTF-16", text)]);
    }
    let Ok(text) = std::str::from_utf8(body) else {
        return none();
    };
    let manners = [
        (&b"\xff\xfe"[..], u16::to_le_bytes as fn(u16) -> [u8; 2]),
        (b"\xfe\xff", u16::to_be_bytes),
        (b"", u16::to_le_bytes),
        (b"", u16::to_be_bytes),
    ];
    let changed = manners.into_iter().map(move |(mark, bytes)| {
        let mut out = Vec::with_capacity(mark.len() + text.encode_utf16().count() * 2);
        out.extend_from_slice(mark);
        text.encode_utf16().for_each(|unit| out.extend_from_slice(&bytes(unit)));
        change("keep the body in UTF-16, as it was sent and signed", out)
    });
    bodies(case, changed)
}

fn decode_utf16(body: &[u8]) -> Option<String> {
    let (units, is_big) = match body {
        [0xff, 0xfe, units @ ..] => (units, false),
        [0xfe, 0xff, units @ ..] => (units, true),
        [0, second, ..] if *second != 0 => (body, true),
        [first, 0, ..] if *first != 0 => (body, false),
        _ => return None,
    };
    let (units, rest) = units.as_chunks::<2>();
    let unit = |bytes: &[u8; 2]| {
        if is_big {
            u16::from_be_bytes(*bytes)
        } else {
            u16::from_le_bytes(*bytes)
        }
    };
    let text = char::decode_utf16(units.iter().map(unit)).collect::<Result<String, _>>();
    text.ok().filter(|_| rest.is_empty())
}

fn to_latin1(letter: char) -> Option<u8> {
    u8::try_from(u32::from(letter)).ok()
}

fn to_windows_1252(letter: char) -> Option<u8> {
    let place = WINDOWS_1252.iter().position(|known| *known == letter);
    place
        .and_then(|place| u8::try_from(0x80 + place).ok())
        .or_else(|| to_latin1(letter))
}

fn of_windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        byte => char::from(byte),
    }
}
