//! JSON whose texts are kept: parsed so that it can be written again in the manner of another program.
//!
//! Numbers and strings stay the text that they were, and members stay in their order, doubled ones included.

mod numbers;
mod strings;
mod write;

pub(super) use self::numbers::Numbers;
pub(super) use self::strings::{Escapes, decode};
pub(super) use self::write::{Order, Spacing, Style};

/// Deeper JSON is not rewritten: no provider nests so deep, and each level takes a part of the stack.
const MAX_DEPTH: usize = 128;
/// Larger JSON is not rewritten: its tree takes about ten times its size.
const MAX_LENGTH: usize = 16 * 1024 * 1024;

/// A value whose texts are borrowed.
#[derive(Debug)]
pub(super) enum Node<'a> {
    /// A number, or one of the words `true`, `false` and `null`.
    Plain(&'a str),
    /// A string with its quotation marks.
    Text(&'a str),
    Array(Vec<Self>),
    Object(Vec<(&'a str, Self)>),
}

impl<'a> Node<'a> {
    /// Parses a text that is JSON from its first to its last byte, but for white space around it.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        if bytes.len() > MAX_LENGTH {
            return None;
        }
        let mut parser = Parser {
            text: std::str::from_utf8(bytes).ok()?,
            at: 0,
        };
        let node = parser.value(0)?;
        parser.skip_space();
        (parser.at == bytes.len()).then_some(node)
    }

    /// Whether it is an object or an array: a lone number or word has no other manner of writing.
    pub(super) fn is_compound(&self) -> bool {
        matches!(self, Self::Array(_) | Self::Object(_))
    }

    /// The texts of all numbers, in order.
    pub(super) fn numbers(&self) -> Vec<&'a str> {
        let mut found = Vec::new();
        self.visit(&mut |node| {
            if let Self::Plain(text) = node
                && numbers::is_number(text)
            {
                found.push(*text);
            }
        });
        found
    }

    /// Whether some object has its keys in another order than the alphabetical one.
    pub(super) fn is_unsorted(&self) -> bool {
        let mut is_unsorted = false;
        self.visit(&mut |node| {
            if let Self::Object(members) = node {
                is_unsorted |= !members.is_sorted_by(|(one, _), (next, _)| one <= next);
            }
        });
        is_unsorted
    }

    /// The texts of all strings, keys among them, with their quotation marks.
    pub(super) fn strings(&self) -> Vec<&'a str> {
        let mut found = Vec::new();
        self.visit(&mut |node| match node {
            Self::Text(text) => found.push(*text),
            Self::Object(members) => found.extend(members.iter().map(|(key, _)| *key)),
            Self::Plain(_) | Self::Array(_) => {}
        });
        found
    }

    fn visit<'n>(&'n self, see: &mut impl FnMut(&'n Self)) {
        see(self);
        match self {
            Self::Plain(_) | Self::Text(_) => {}
            Self::Array(items) => items.iter().for_each(|item| item.visit(see)),
            Self::Object(members) => members.iter().for_each(|(_, value)| value.visit(see)),
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn value(&mut self, depth: usize) -> Option<Node<'a>> {
        self.skip_space();
        match self.peek()? {
            b'{' if depth < MAX_DEPTH => self.object(depth),
            b'[' if depth < MAX_DEPTH => self.array(depth),
            b'"' => self.string().map(Node::Text),
            _ => self.plain().map(Node::Plain),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Node<'a>> {
        self.at += 1;
        let mut members = Vec::new();
        self.skip_space();
        if self.eat(b'}') {
            return Some(Node::Object(members));
        }
        loop {
            self.skip_space();
            let key = self.string()?;
            self.skip_space();
            if !self.eat(b':') {
                return None;
            }
            members.push((key, self.value(depth + 1)?));
            self.skip_space();
            if self.eat(b'}') {
                return Some(Node::Object(members));
            }
            if !self.eat(b',') {
                return None;
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<Node<'a>> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.eat(b']') {
            return Some(Node::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.eat(b']') {
                return Some(Node::Array(items));
            }
            if !self.eat(b',') {
                return None;
            }
        }
    }

    fn string(&mut self) -> Option<&'a str> {
        let start = self.at;
        if !self.eat(b'"') {
            return None;
        }
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(&self.text[start..self.at]);
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// A number or a word.
    fn plain(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let length = rest.iter().take_while(|byte| is_plain(byte)).count();
        let text = &self.text[self.at..self.at + length];
        self.at += length;
        (matches!(text, "true" | "false" | "null") || numbers::is_number(text)).then_some(text)
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn skip_space(&mut self) {
        let is_space = |byte: &&u8| matches!(**byte, b' ' | b'\t' | b'\r' | b'\n');
        self.at += self.rest().iter().take_while(is_space).count();
    }
}

#[cfg(test)]
mod tests;
