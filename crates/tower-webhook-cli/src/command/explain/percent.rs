//! Percent-encoding in the manners of programs, and the fields of forms.

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// A manner of percent-encoding.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    /// What is left as it is, besides letters and digits.
    left: &'static [u8],
    plus: bool,
    lower: bool,
}

/// What JavaScript's `encodeURIComponent` leaves.
const COMPONENT: &[u8] = b"-._~!'()*";
/// The unreserved characters of RFC 3986, section 2.3, which PHP's `rawurlencode` and Python's `quote` leave.
const RFC_3986: &[u8] = b"-._~";
/// What HTML forms leave, but for the space, which is `+`.
const FORM: &[u8] = b"-._*";
/// What PHP's `urlencode` leaves.
const PHP: &[u8] = b"-._";

/// The manners of programs, the most usual first.
pub(super) const MANNERS: [Manner; 7] = [
    manner(FORM, true),
    manner(RFC_3986, false),
    manner(COMPONENT, false),
    manner(PHP, true),
    manner(RFC_3986, true),
    manner(COMPONENT, true),
    Manner {
        lower: true,
        ..manner(FORM, true)
    },
];

const fn manner(left: &'static [u8], plus: bool) -> Manner {
    Manner {
        left,
        plus,
        lower: false,
    }
}

impl Manner {
    /// Writes a text behind what is there.
    pub(super) fn encode(self, text: impl IntoIterator<Item = u8>, out: &mut Vec<u8>) {
        let digits = if self.lower {
            b"0123456789abcdef"
        } else {
            b"0123456789ABCDEF"
        };
        for byte in text {
            match byte {
                b' ' if self.plus => out.push(b'+'),
                byte if byte.is_ascii_alphanumeric() || self.left.contains(&byte) => out.push(byte),
                byte => out.extend([b'%', digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]),
            }
        }
    }

    /// Writes fields as a form.
    pub(super) fn write<'f>(self, fields: impl IntoIterator<Item = &'f Field<'f>>) -> Vec<u8> {
        let mut out = Vec::new();
        for (at, (name, value)) in fields.into_iter().enumerate() {
            if at > 0 {
                out.push(b'&');
            }
            self.encode(name.bytes(), &mut out);
            out.push(b'=');
            self.encode(value.bytes(), &mut out);
        }
        out
    }
}

/// The name or the value of a field, decoded when it is read, so that a large form is not there twice.
#[derive(Clone)]
pub(super) enum Text<'a> {
    /// As a form has it.
    Encoded(&'a [u8]),
    Plain(Cow<'a, [u8]>),
}

/// A name and its value.
pub(super) type Field<'a> = (Text<'a>, Text<'a>);

impl Text<'_> {
    pub(super) fn bytes(&self) -> Box<dyn Iterator<Item = u8> + '_> {
        match self {
            Self::Encoded(text) => Box::new(decoded(text, true)),
            Self::Plain(text) => Box::new(text.iter().copied()),
        }
    }

    /// The text, with U+FFFD for what is not UTF-8.
    pub(super) fn to_text(&self) -> String {
        let bytes: Vec<_> = self.bytes().collect();
        String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }
}

/// The bytes of a percent-encoded text, in which `+` may be a space.
pub(super) fn decoded(text: &[u8], plus: bool) -> impl Iterator<Item = u8> + '_ {
    let parts = text.split(move |byte| plus && *byte == b'+').enumerate();
    parts.flat_map(|(at, part)| (at > 0).then_some(b' ').into_iter().chain(percent_decode(part)))
}
