//! A bounded reader of JSON, for schemes whose signature is in the body.

use std::borrow::Cow;

/// How deep arrays and objects may be in one another. Each level takes a frame of the stack, and providers send few.
const MAX_DEPTH: usize = 64;

/// The text of a JSON value ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)), without the white space around it.
/// All of it was checked, down to the escapes in its strings.
///
/// It reads in place, a step for each byte and level of the path, and allocates for strings with escapes alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// The value that the whole text is; `None` when it is not JSON in UTF-8, or deeper than 64.
    pub(super) fn parse(text: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(std::str::from_utf8(text).ok()?);
        let value = cursor.value(MAX_DEPTH)?;
        cursor.skip_blanks();
        cursor.is_at_end().then_some(value)
    }

    /// The members of an object with these names. `None` when it is no object, or has one of the names twice: readers
    /// differ in which one they take.
    pub(super) fn members<const N: usize>(self, names: [&str; N]) -> Option<[Option<Self>; N]> {
        let mut found = [None; N];
        let mut cursor = Cursor::new(self.0);
        cursor.entries(b'{', b'}', |cursor| {
            let name = cursor.string()?.string()?;
            cursor.skip_blanks();
            cursor.expect(b':')?;
            let value = cursor.value(MAX_DEPTH)?;
            let twice = names
                .iter()
                .zip(&mut found)
                .any(|(wanted, found)| **wanted == name && found.replace(value).is_some());
            (!twice).then_some(())
        })?;
        Some(found)
    }

    /// The elements of an array, of which there may be `N` at most; `None` for any other value.
    pub(super) fn elements<const N: usize>(self) -> Option<Vec<Self>> {
        let mut elements = Vec::new();
        let mut cursor = Cursor::new(self.0);
        cursor.entries(b'[', b']', |cursor| {
            elements.push(cursor.value(MAX_DEPTH)?);
            (elements.len() <= N).then_some(())
        })?;
        Some(elements)
    }

    /// The text of a string, without its quotation marks and escapes; `None` for any other value.
    pub(super) fn string(self) -> Option<Cow<'a, str>> {
        let inside = self.0.strip_prefix('"')?.strip_suffix('"')?;
        if !inside.contains('\\') {
            return Some(Cow::Borrowed(inside));
        }
        let mut text = String::with_capacity(inside.len());
        let mut cursor = Cursor::new(inside);
        while let Some(rest) = cursor.rest().find('\\') {
            text.push_str(&cursor.rest()[..rest]);
            cursor.at += rest + 1;
            text.push(cursor.escape()?);
        }
        text.push_str(cursor.rest());
        Some(Cow::Owned(text))
    }

    /// The digits of a whole number, as they are written; `None` for any other value, `-0` and fractions included.
    pub(super) fn whole_number(self) -> Option<&'a str> {
        let digits = self.0.strip_prefix('-').unwrap_or(self.0);
        let is_whole = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
        (is_whole && self.0 != "-0").then_some(self.0)
    }

    pub(super) fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// Where it is in the text that it was parsed from.
    #[cfg(feature = "sign")]
    pub(super) fn range_in(self, text: &[u8]) -> std::ops::Range<usize> {
        let start = self.0.as_ptr().addr() - text.as_ptr().addr();
        start..start + self.0.len()
    }
}

/// A place in a text.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn is_at_end(&self) -> bool {
        self.at == self.text.len()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn skip_while(&mut self, skips: impl Fn(u8) -> bool) -> usize {
        let start = self.at;
        while self.peek().is_some_and(&skips) {
            self.at += 1;
        }
        self.at - start
    }

    fn skip_blanks(&mut self) {
        self.skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    }

    /// Reads a value and the blanks before it. At most `depth` arrays and objects may be in one another.
    fn value(&mut self, depth: usize) -> Option<Json<'a>> {
        self.skip_blanks();
        let start = self.at;
        match self.peek()? {
            b'"' => return self.string(),
            b'{' => self.entries(b'{', b'}', |cursor| {
                cursor.string()?;
                cursor.skip_blanks();
                cursor.expect(b':')?;
                cursor.value(depth.checked_sub(1)?).map(drop)
            })?,
            b'[' => self.entries(b'[', b']', |cursor| cursor.value(depth.checked_sub(1)?).map(drop))?,
            b'-' | b'0'..=b'9' => self.number()?,
            _ => {
                let word = ["true", "false", "null"]
                    .into_iter()
                    .find(|word| self.rest().starts_with(word));
                self.at += word?.len();
            }
        }
        Some(Json(&self.text[start..self.at]))
    }

    /// Reads what is between two brackets, separated by commas.
    fn entries(&mut self, open: u8, close: u8, mut entry: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.expect(open)?;
        self.skip_blanks();
        if self.peek()? == close {
            self.at += 1;
            return Some(());
        }
        loop {
            self.skip_blanks();
            entry(self)?;
            self.skip_blanks();
            match self.next()? {
                b',' => {}
                byte => return (byte == close).then_some(()),
            }
        }
    }

    fn string(&mut self) -> Option<Json<'a>> {
        let start = self.at;
        self.expect(b'"')?;
        loop {
            match self.next()? {
                b'"' => return Some(Json(&self.text[start..self.at])),
                b'\\' => drop(self.escape()?),
                0..0x20 => return None,
                _ => {}
            }
        }
    }

    /// Reads what follows a backslash.
    fn escape(&mut self) -> Option<char> {
        Some(match self.next()? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.code_point(),
            _ => return None,
        })
    }

    /// Reads the digits of `\u`. Half of a surrogate pair is no character.
    fn code_point(&mut self) -> Option<char> {
        let first = self.four_digits()?;
        let mut units = [first, 0];
        let mut count = 1;
        if (0xd800..0xdc00).contains(&first) {
            self.expect(b'\\')?;
            self.expect(b'u')?;
            units[1] = self.four_digits()?;
            count = 2;
        }
        char::decode_utf16(units.into_iter().take(count)).next()?.ok()
    }

    fn four_digits(&mut self) -> Option<u16> {
        let digits = self.rest().get(..4)?;
        self.at += 4;
        let are_digits = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        are_digits.then(|| u16::from_str_radix(digits, 16).ok())?
    }

    fn number(&mut self) -> Option<()> {
        let is_digit = |byte: u8| byte.is_ascii_digit();
        if self.peek()? == b'-' {
            self.at += 1;
        }
        match self.next()? {
            b'0' => {}
            b'1'..=b'9' => drop(self.skip_while(is_digit)),
            _ => return None,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            (self.skip_while(is_digit) > 0).then_some(())?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            (self.skip_while(is_digit) > 0).then_some(())?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests;
