//! JSON whose texts are kept: parsed so that it can be written again in the manner of another program.
//!
//! Numbers and strings stay the text that they were, and members stay in their order, doubled ones included.

mod numbers;
mod parser;
mod strings;
mod style;
mod write;

use std::cell::OnceCell;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

pub(super) use self::numbers::Numbers;
use self::numbers::is_number;
pub(super) use self::strings::{Escapes, decode};
pub(super) use self::style::{Order, Spacing, Style};
use super::budget::Budget;

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
    /// Parses a text that is JSON from its first to its last byte, but for white space around it, if that can be
    /// afforded.
    pub(super) fn parse(bytes: &[u8], budget: &Budget) -> Option<Self> {
        if bytes.len() > MAX_LENGTH {
            return None;
        }
        let text = std::str::from_utf8(bytes).ok()?;
        let root = parser::parse(text, budget)?;
        Some(Self {
            text: text.into(),
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

#[cfg(test)]
mod tests;
