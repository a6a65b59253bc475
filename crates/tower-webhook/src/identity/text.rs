//! Strings of JSON behind their first quotation mark, a byte at a time: escapes are decoded, and UTF-8 is checked.

/// What was read of a string.
#[derive(Clone, Copy)]
pub(super) enum Text {
    /// Whole characters.
    Plain,
    /// A character that lacks so many bytes, the next of which is in these bounds.
    Character(u8, u8, u8),
    Backslash,
    /// `\u`, so many digits, and their value; behind the first half of a surrogate pair with that.
    Digits(u8, u16, Option<u16>),
    /// The first half of a surrogate pair, which needs a second one.
    Half(u16),
    /// The same with a backslash.
    HalfBackslash(u16),
    /// The closing quotation mark.
    End,
}

/// What a byte adds to the decoded text: nothing, or up to four bytes.
#[derive(Default)]
pub(super) struct Decoded {
    bytes: [u8; 4],
    len: usize,
}

impl Decoded {
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    fn byte(byte: u8) -> Self {
        Self {
            bytes: [byte, 0, 0, 0],
            len: 1,
        }
    }

    fn character(code: u32) -> Option<Self> {
        let mut decoded = Self::default();
        decoded.len = char::from_u32(code)?.encode_utf8(&mut decoded.bytes).len();
        Some(decoded)
    }
}

/// How many bytes in the beginning of this stand for themselves.
pub(super) fn plain_run(text: &[u8]) -> usize {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'"' && *byte != b'\\';
    text.iter().take_while(|byte| is_plain(byte)).count()
}

impl Text {
    /// Takes the next byte. None when there is no such string.
    pub(super) fn next(self, byte: u8) -> Option<(Self, Decoded)> {
        let nothing = Decoded::default;
        match self {
            Self::Plain => match byte {
                b'"' => Some((Self::End, nothing())),
                b'\\' => Some((Self::Backslash, nothing())),
                0..=0x1f => None,
                _ => Some((Self::behind(byte)?, Decoded::byte(byte))),
            },
            Self::Character(lacks, least, most) if (least..=most).contains(&byte) => {
                let next = match lacks {
                    1 => Self::Plain,
                    _ => Self::Character(lacks - 1, 0x80, 0xbf),
                };
                Some((next, Decoded::byte(byte)))
            }
            Self::Backslash if byte == b'u' => Some((Self::Digits(0, 0, None), nothing())),
            Self::Backslash => Some((Self::Plain, Decoded::byte(escaped(byte)?))),
            Self::Digits(count, value, half) => {
                let digit = char::from(byte).to_digit(16)?;
                let value = value << 4 | u16::try_from(digit).ok()?;
                match count {
                    3 => Self::unit(value, half),
                    _ => Some((Self::Digits(count + 1, value, half), nothing())),
                }
            }
            Self::Half(half) if byte == b'\\' => Some((Self::HalfBackslash(half), nothing())),
            Self::HalfBackslash(half) if byte == b'u' => Some((Self::Digits(0, 0, Some(half)), nothing())),
            Self::Character(..) | Self::Half(_) | Self::HalfBackslash(_) | Self::End => None,
        }
    }

    /// What follows the first byte of a character.
    fn behind(first: u8) -> Option<Self> {
        match first {
            0..=0x7f => Some(Self::Plain),
            0xc2..=0xdf => Some(Self::Character(1, 0x80, 0xbf)),
            0xe0 => Some(Self::Character(2, 0xa0, 0xbf)),
            0xed => Some(Self::Character(2, 0x80, 0x9f)),
            0xe1..=0xef => Some(Self::Character(2, 0x80, 0xbf)),
            0xf0 => Some(Self::Character(3, 0x90, 0xbf)),
            0xf1..=0xf3 => Some(Self::Character(3, 0x80, 0xbf)),
            0xf4 => Some(Self::Character(3, 0x80, 0x8f)),
            _ => None,
        }
    }

    /// What a whole `\uXXXX` is, perhaps behind the first half of a surrogate pair.
    fn unit(unit: u16, half: Option<u16>) -> Option<(Self, Decoded)> {
        let code = match (half, unit) {
            (None, 0xd800..=0xdbff) => return Some((Self::Half(unit), Decoded::default())),
            (Some(half), 0xdc00..=0xdfff) => 0x10000 + (u32::from(half - 0xd800) << 10 | u32::from(unit - 0xdc00)),
            (None, unit) => u32::from(unit),
            (Some(_), _) => return None,
        };
        Some((Self::Plain, Decoded::character(code)?))
    }
}

fn escaped(byte: u8) -> Option<u8> {
    match byte {
        b'"' | b'\\' | b'/' => Some(byte),
        b'b' => Some(8),
        b'f' => Some(12),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        _ => None,
    }
}
