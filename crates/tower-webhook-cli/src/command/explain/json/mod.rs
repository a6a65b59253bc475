//! JSON whose texts are kept: parsed so that it can be written again in the manner of another program.
//!
//! Numbers and strings stay the text that they were, and members stay in their order, doubled ones included.

mod numbers;
mod strings;
mod write;

use std::cell::OnceCell;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

pub(super) use self::numbers::Numbers;
use self::numbers::is_number;
pub(super) use self::strings::{Escapes, decode};
pub(super) use self::write::{Order, Spacing, Style};
use super::budget::Budget;

/// Deeper JSON is not rewritten: no provider nests so deep, and each level takes a part of the stack.
const MAX_DEPTH: usize = 128;
/// Larger JSON is not rewritten: its tree takes about ten times its size.
const MAX_LENGTH: usize = 16 * 1024 * 1024;

/// A text of JSON, parsed.
#[derive(Debug)]
pub(super) struct Json {
    text: Box<str>,
    root: Node,
    held: OnceCell<Style>,
    escapes: OnceCell<Vec<Escapes>>,
    numbers: OnceCell<Vec<Numbers>>,
}

/// A part of the text of a [`Json`], in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

#[derive(Debug)]
pub(super) enum Node {
    /// A number, or one of the words `true`, `false` and `null`.
    Plain(Span),
    /// A string with its quotation marks.
    Text(Span),
    Array(Vec<Self>),
    Object(Vec<(Span, Self)>),
}

impl Json {
    /// Parses a text that is JSON from its first to its last byte, but for white space around it.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > MAX_LENGTH {
            return None;
        }
        let mut parser = Parser {
            text: std::str::from_utf8(bytes).ok()?,
            at: 0,
        };
        let root = parser.value(0)?;
        parser.skip_space();
        (parser.at == bytes.len()).then(|| Self {
            text: parser.text.into(),
            root,
            held: OnceCell::new(),
            escapes: OnceCell::new(),
            numbers: OnceCell::new(),
        })
    }

    /// The text of a part.
    pub(super) fn text(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }

    /// The members, if it is an object.
    pub(super) fn members(&self) -> Option<&[(Span, Node)]> {
        match &self.root {
            Node::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Whether it is an object or an array: a lone number or word has no other manner of writing.
    pub(super) fn is_compound(&self) -> bool {
        matches!(self.root, Node::Array(_) | Node::Object(_))
    }

    /// The white space that it has, or else none.
    pub(super) fn held_style(&self, budget: &Budget) -> Style {
        *self.held.get_or_init(|| Style::of(self, budget))
    }

    /// Whether some object has its keys in another order than the alphabetical one.
    pub(super) fn is_unsorted(&self) -> bool {
        let mut is_unsorted = false;
        self.root.visit(&mut |node| {
            if let Node::Object(members) = node {
                is_unsorted |= !members.is_sorted_by(|(one, _), (next, _)| self.text(*one) <= self.text(*next));
            }
        });
        is_unsorted
    }

    /// The texts of the first numbers, in order.
    pub(super) fn first_numbers(&self, count: usize) -> Vec<&str> {
        let mut found = Vec::new();
        self.root.visit(&mut |node| match node {
            Node::Plain(span) if found.len() < count && is_number(self.text(*span)) => found.push(self.text(*span)),
            _ => {}
        });
        found
    }

    /// The manners that write the strings in ways of their own.
    pub(super) fn effective_escapes(&self, budget: &Budget) -> &[Escapes] {
        self.escapes.get_or_init(|| {
            let mut seen = HashSet::from([self.fingerprint(budget, |_| None, |_| None)]);
            let is_new = |escapes: &&Escapes| {
                let write = |text: &str| {
                    let mut out = String::new();
                    escapes.write(&decode(text)?, &mut out);
                    Some(out)
                };
                seen.insert(self.fingerprint(budget, write, |_| None))
            };
            Escapes::ALL.iter().filter(is_new).copied().collect()
        })
    }

    /// The manners of programs that write the numbers in ways of their own, after the one that keeps them.
    pub(super) fn effective_numbers(&self, budget: &Budget) -> &[Numbers] {
        self.numbers.get_or_init(|| {
            let mut seen = HashSet::new();
            let all = [Numbers::Kept, Numbers::JavaScript, Numbers::Python];
            let is_new = |manner: &Numbers| {
                let write = |text: &str| manner.rewrite(text);
                seen.insert(self.fingerprint(budget, |_| None, write))
            };
            all.into_iter().filter(is_new).collect()
        })
    }

    /// Of all strings, keys among them, and of all numbers, each written in a manner, or as it is.
    fn fingerprint(
        &self,
        budget: &Budget,
        strings: impl Fn(&str) -> Option<String>,
        numbers: impl Fn(&str) -> Option<String>,
    ) -> u64 {
        let mut hasher = DefaultHasher::new();
        let mut is_over = false;
        let mut count = 0_u64;
        let mut add = |span: Span, write: &dyn Fn(&str) -> Option<String>| {
            count += u64::from(span.end - span.start) + write::TOKEN;
            if count >= write::CHARGE {
                is_over |= !budget.take(std::mem::take(&mut count));
            }
            if is_over {
                return;
            }
            let text = self.text(span);
            match write(text) {
                Some(other) => other.hash(&mut hasher),
                None => text.hash(&mut hasher),
            }
        };
        self.root.visit(&mut |node| match node {
            Node::Plain(span) => add(*span, &numbers),
            Node::Text(span) => add(*span, &strings),
            Node::Object(members) => members.iter().for_each(|(key, _)| add(*key, &strings)),
            Node::Array(_) => {}
        });
        budget.take(count);
        hasher.finish()
    }
}

impl Node {
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

impl Parser<'_> {
    fn value(&mut self, depth: usize) -> Option<Node> {
        self.skip_space();
        match self.peek()? {
            b'{' if depth < MAX_DEPTH => self.object(depth),
            b'[' if depth < MAX_DEPTH => self.array(depth),
            b'"' => self.string().map(Node::Text),
            _ => self.plain().map(Node::Plain),
        }
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

#[cfg(test)]
mod tests;
