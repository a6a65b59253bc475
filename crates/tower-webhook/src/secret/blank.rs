//! Secrets that hold nothing: an attacker can sign with them.

/// Whether the bytes are empty or hold only invisible characters, as UTF-8 or as UTF-16 with a byte order mark.
pub(super) fn is_blank(bytes: &[u8]) -> bool {
    match bytes {
        [0xff, 0xfe, units @ ..] => is_blank_utf16(units, u16::from_le_bytes),
        [0xfe, 0xff, units @ ..] => is_blank_utf16(units, u16::from_be_bytes),
        _ => std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(is_invisible)),
    }
}

/// Stripping `\n` from the end of UTF-16 leaves half a unit behind, so one zero byte at the end is allowed.
fn is_blank_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> bool {
    let (units, rest) = bytes.as_chunks();
    let mut units = units.iter().map(|bytes| char::from_u32(unit(*bytes).into()));
    units.all(|unit| unit.is_some_and(is_invisible)) && matches!(rest, [] | [0])
}

pub(super) fn is_invisible(letter: char) -> bool {
    let has_no_width = matches!(letter, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
    letter.is_whitespace() || letter == '\0' || has_no_width
}
