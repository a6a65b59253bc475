//! Parses JSON into the places of its texts.

use super::numbers::is_number;
use super::{Node, Span};
use crate::command::explain::budget::Budget;

/// Deeper JSON is not rewritten: no provider nests so deep, and each level takes a part of the stack.
const MAX_DEPTH: usize = 128;
/// What it costs to parse a byte, in bytes that are hashed.
const PARSED: u64 = 4;
/// So many bytes are counted together.
const COUNTED: usize = 64 * 1024;

/// Parses a text that is JSON from its first to its last byte, but for white space around it.
///
/// What it read is counted; it ends when the budget does.
pub(super) fn parse(text: &str, budget: &Budget) -> Option<Node> {
    let mut parser = Parser {
        text,
        at: 0,
        counted: 0,
        budget,
    };
    let root = parser.value(0)?;
    parser.skip_space();
    parser.count()?;
    (parser.at == text.len()).then_some(root)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// How much of the text was counted.
    counted: usize,
    budget: &'a Budget,
}

impl Parser<'_> {
    fn value(&mut self, depth: usize) -> Option<Node> {
        self.skip_space();
        if self.at - self.counted >= COUNTED {
            self.count()?;
        }
        match self.peek()? {
            b'{' if depth < MAX_DEPTH => self.object(depth),
            b'[' if depth < MAX_DEPTH => self.array(depth),
            b'"' => self.string().map(Node::Text),
            _ => self.plain().map(Node::Plain),
        }
    }

    /// Counts what was read; `None` when that is more than is left.
    fn count(&mut self) -> Option<()> {
        let read = (self.at - self.counted) as u64;
        self.counted = self.at;
        self.budget.take(read * PARSED).then_some(())
    }

    fn object(&mut self, depth: usize) -> Option<Node> {
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

    fn array(&mut self, depth: usize) -> Option<Node> {
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

    fn string(&mut self) -> Option<Span> {
        let start = self.at;
        if !self.eat(b'"') {
            return None;
        }
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(self.since(start));
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// A number or a word.
    fn plain(&mut self) -> Option<Span> {
        let start = self.at;
        let rest = self.rest();
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let length = rest.iter().take_while(|byte| is_plain(byte)).count();
        let text = &self.text[self.at..self.at + length];
        let is_value = matches!(text, "true" | "false" | "null") || is_number(text);
        self.at += length;
        is_value.then(|| self.since(start))
    }

    fn since(&self, start: usize) -> Span {
        let place = |at| u32::try_from(at).expect("longer texts are not parsed");
        Span {
            start: place(start),
            end: place(self.at),
        }
    }

    fn rest(&self) -> &[u8] {
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
