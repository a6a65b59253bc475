//! The manners of escaping a string.

use std::fmt::Write;

/// Which characters are escaped besides those that have to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Escapes {
    /// For people: what it does, and whose manner it is.
    pub(in super::super) name: &'static str,
    ascii: bool,
    upper: bool,
    slash: bool,
    /// Characters written as `\u....`, quotation marks among them where they are not written as `\"`.
    also: &'static str,
}

impl Escapes {
    const NONE: Self = Self {
        name: "non-ASCII characters as they are",
        ascii: false,
        upper: false,
        slash: false,
        also: "",
    };

    /// The manners of common serialisers, the most usual first.
    pub(in super::super) const ALL: &'static [Self] = &[
        Self::NONE,
        Self {
            name: r"non-ASCII characters as \u00e9 (Python)",
            ascii: true,
            ..Self::NONE
        },
        Self {
            name: r"non-ASCII characters as \u00e9 and / as \/ (PHP)",
            ascii: true,
            slash: true,
            ..Self::NONE
        },
        Self {
            name: r"/ as \/ (PHP)",
            slash: true,
            ..Self::NONE
        },
        Self {
            name: r"<, > and & as \u003c (Go, Rails)",
            also: "<>&\u{2028}\u{2029}",
            ..Self::NONE
        },
        Self {
            name: r"non-ASCII characters as \u00E9, with upper-case digits",
            ascii: true,
            upper: true,
            ..Self::NONE
        },
        Self {
            name: r#"non-ASCII characters, <, >, &, ', " and + as \u00E9 (.NET)"#,
            ascii: true,
            upper: true,
            also: "<>&'\"+`\u{7f}",
            ..Self::NONE
        },
        Self {
            name: r"<, >, &, = and ' as \u003c (Gson)",
            also: "<>&='\u{2028}\u{2029}",
            ..Self::NONE
        },
    ];

    /// Appends a text as a string, with its quotation marks.
    pub(in super::super) fn write(self, text: &str, out: &mut String) {
        out.push('"');
        for letter in text.chars() {
            match letter {
                _ if self.also.contains(letter) => self.unit(u32::from(letter), out),
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '/' if self.slash => out.push_str("\\/"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                _ if letter < ' ' => self.unit(u32::from(letter), out),
                _ if self.ascii && !letter.is_ascii() => {
                    let mut units = [0; 2];
                    letter
                        .encode_utf16(&mut units)
                        .iter()
                        .for_each(|unit| self.unit(u32::from(*unit), out));
                }
                _ => out.push(letter),
            }
        }
        out.push('"');
    }

    fn unit(self, unit: u32, out: &mut String) {
        let written = if self.upper {
            write!(out, "\\u{unit:04X}")
        } else {
            write!(out, "\\u{unit:04x}")
        };
        written.expect("a String takes any text");
    }
}

/// The text of a string with its quotation marks; `None` when an escape is invalid, or is half of a character.
pub(in super::super) fn decode(string: &str) -> Option<String> {
    let inside = string.strip_prefix('"')?.strip_suffix('"')?;
    if !inside.contains('\\') {
        return Some(inside.to_owned());
    }
    let mut out = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let escape = *after.as_bytes().first()?;
        rest = after.get(1..)?;
        out.push(match escape {
            b'"' | b'\\' | b'/' => char::from(escape),
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => unicode(&mut rest)?,
            _ => return None,
        });
    }
    out.push_str(rest);
    Some(out)
}

fn unicode(rest: &mut &str) -> Option<char> {
    let first = take_unit(rest)?;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first);
    }
    *rest = rest.strip_prefix("\\u")?;
    let second = take_unit(rest)?;
    let low = (0xdc00..0xe000).contains(&second).then(|| second - 0xdc00)?;
    char::from_u32(0x10000 + ((first - 0xd800) << 10) + low)
}

fn take_unit(rest: &mut &str) -> Option<u32> {
    let (digits, after) = rest.split_at_checked(4)?;
    *rest = after;
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hex.then(|| u32::from_str_radix(digits, 16).ok())?
}
