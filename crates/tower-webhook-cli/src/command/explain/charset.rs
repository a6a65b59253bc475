//! Bodies that were read in one character encoding and written in another.

use super::case::Case;
use super::trial::{Change, Trials, at_receiver, at_sender, bodies, change, none};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// What Windows-1252 has at 0x80 to 0x9f, by the WHATWG's index: the five unassigned bytes are controls.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// What is changed, and how, when it is asked for.
type Maker<'a> = (Change, Box<dyn Fn() -> Option<Vec<u8>> + 'a>);

pub(super) fn bom(case: &Case) -> Trials<'_> {
    let body = &*case.body;
    let changed = [
        change(
            "remove the byte order mark at the start of the body",
            body.strip_prefix(BOM).unwrap_or(body),
        ),
        change(
            "keep the byte order mark at the start of the body",
            [BOM, body].concat(),
        ),
    ];
    bodies(case, changed)
}

/// UTF-8 was read as if it were Latin-1 or Windows-1252, or the reverse.
pub(super) fn latin1(case: &Case) -> Trials<'_> {
    let body = &*case.body;
    if body.is_ascii() {
        return none();
    }
    let text = std::str::from_utf8(body).ok();
    let makers: [Maker<'_>; 4] = [
        (
            at_receiver("read the body as UTF-8, not as Latin-1"),
            Box::new(move || text?.chars().map(to_latin1).collect()),
        ),
        (
            at_receiver("read the body as UTF-8, not as Windows-1252"),
            Box::new(move || text?.chars().map(to_windows_1252).collect()),
        ),
        (
            at_sender("sign the UTF-8 that is sent: the sender read it as Latin-1, or sent Latin-1"),
            Box::new(|| Some(body.iter().map(|byte| char::from(*byte)).collect::<String>().into())),
        ),
        (
            at_sender("sign the UTF-8 that is sent: the sender read it as Windows-1252, or sent Windows-1252"),
            Box::new(|| {
                Some(
                    body.iter()
                        .map(|byte| of_windows_1252(*byte))
                        .collect::<String>()
                        .into(),
                )
            }),
        ),
    ];
    let changed = makers.into_iter().filter_map(|(change, make)| Some((change, make()?)));
    bodies(case, changed)
}

pub(super) fn utf16(case: &Case) -> Trials<'_> {
    let body = &*case.body;
    let mut changed = Vec::new();
    if let Some(text) = decode_utf16(body) {
        changed.push(change("keep the body in UTF-8: it was written as UTF-16", text));
    } else if let Ok(text) = std::str::from_utf8(body) {
        let units = || text.encode_utf16();
        let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
        let text = "keep the body in UTF-16, as it was sent and signed";
        changed.push(change(text, [b"\xff\xfe", &*little].concat()));
        changed.push(change(text, [b"\xfe\xff", &*big].concat()));
        changed.push(change(text, little));
        changed.push(change(text, big));
    }
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
