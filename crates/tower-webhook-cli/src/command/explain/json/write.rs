//! Writes parsed JSON in the manner of another program.

use super::{Json, Node, Order, Spacing, Span, Style, decode};
use crate::command::explain::budget::Budget;

/// What a token costs besides its bytes, in bytes that are hashed.
pub(super) const TOKEN: u64 = 8;
/// What a number costs that is read and re-serialised.
const REWRITTEN: u64 = 128;
/// So much work is counted together.
pub(super) const CHARGE: u64 = 16 * 1024;

pub(super) struct Writer<'a> {
    style: &'a Style,
    json: &'a Json,
    out: String,
    limit: usize,
    /// The text as which it ends at the first difference.
    expected: Option<&'a str>,
    /// How much was compared with it.
    compared: usize,
    /// How many numbers were written.
    numbers: usize,
    budget: &'a Budget,
    /// The work that was not counted yet.
    work: u64,
    is_stopped: bool,
}

impl<'a> Writer<'a> {
    pub(super) fn new(style: &'a Style, json: &'a Json, limit: usize, budget: &'a Budget) -> Self {
        Self {
            style,
            json,
            out: String::new(),
            limit,
            expected: None,
            compared: 0,
            numbers: 0,
            budget,
            work: 0,
            is_stopped: false,
        }
    }

    /// The writer that ends at the first difference from this text.
    pub(super) fn expecting(self, text: &'a str) -> Self {
        Self {
            expected: Some(text),
            ..self
        }
    }

    /// The text; `None` when it is longer than the limit, or costs more than is left.
    pub(super) fn write(mut self) -> Option<Vec<u8>> {
        self.value(&self.json.root, 0);
        if self.style.final_newline {
            self.out.push('\n');
        }
        let is_affordable = self.budget.take(self.work);
        let is_whole = !self.is_stopped && is_affordable && self.out.len() <= self.limit;
        is_whole.then(|| self.out.into_bytes())
    }

    fn value(&mut self, node: &Node, level: usize) {
        if self.is_stopped {
            return;
        }
        self.work += TOKEN;
        if self.work >= CHARGE {
            self.is_stopped |= !self.budget.take(std::mem::take(&mut self.work));
        }
        // An indent can make a short body hundreds of times longer.
        self.is_stopped |= self.out.len() > self.limit || self.differs();
        if self.is_stopped {
            return;
        }
        match node {
            Node::Plain(text) => self.plain(self.json.text(*text)),
            Node::Text(text) => self.string(*text),
            Node::Array(items) => self.array(items, level),
            Node::Object(members) => self.object(members, level),
        }
    }

    fn differs(&mut self) -> bool {
        let Some(expected) = self.expected else { return false };
        let range = self.compared..self.out.len();
        self.compared = range.end;
        expected.as_bytes().get(range.clone()) != Some(&self.out.as_bytes()[range])
    }

    fn plain(&mut self, text: &str) {
        self.work += text.len() as u64;
        if text.starts_with(|first: char| first.is_ascii_lowercase()) {
            self.out.push_str(text);
            return;
        }
        let is_meant = self.style.only.is_none_or(|only| only == self.numbers);
        self.numbers += 1;
        if is_meant && let Some(other) = self.style.numbers.rewrite(text) {
            self.work += REWRITTEN;
            self.out.push_str(&other);
        } else {
            self.out.push_str(text);
        }
    }

    fn string(&mut self, span: Span) {
        let text = self.json.text(span);
        self.work += text.len() as u64;
        match self.style.escapes.and_then(|escapes| Some((escapes, decode(text)?))) {
            Some((escapes, decoded)) => {
                self.work += 4 * text.len() as u64;
                escapes.write(&decoded, &mut self.out);
            }
            None => self.out.push_str(text),
        }
    }

    fn array(&mut self, items: &[Node], level: usize) {
        let is_on_one_line = self.style.spacing == Spacing::Jackson;
        self.out.push('[');
        for (index, item) in items.iter().enumerate() {
            if self.is_stopped {
                return;
            }
            match (index, is_on_one_line) {
                (0, true) => self.out.push(' '),
                (_, true) => self.out.push_str(", "),
                (_, false) => self.before_item(index, level + 1),
            }
            self.value(item, if is_on_one_line { level } else { level + 1 });
        }
        if is_on_one_line {
            self.out.push(' ');
        } else {
            self.before_end(items.len(), level);
        }
        self.out.push(']');
    }

    fn object(&mut self, members: &[(Span, Node)], level: usize) {
        let mut order: Vec<_> = members.iter().collect();
        match self.style.order {
            Order::Kept => {}
            Order::Alphabetical => order.sort_by_cached_key(|(key, _)| decode(self.json.text(*key))),
            Order::ByLength => order.sort_by_cached_key(|(key, _)| (key.end - key.start, decode(self.json.text(*key)))),
        }
        self.out.push('{');
        for (index, (key, value)) in order.into_iter().enumerate() {
            if self.is_stopped {
                return;
            }
            self.before_item(index, level + 1);
            self.string(*key);
            self.out.push_str(match self.style.spacing {
                Spacing::Compact => ":",
                Spacing::Spaced | Spacing::Indented(_) => ": ",
                Spacing::Jackson => " : ",
            });
            self.value(value, level + 1);
        }
        match (self.style.spacing, members.is_empty()) {
            (Spacing::Jackson, true) => self.out.push(' '),
            _ => self.before_end(members.len(), level),
        }
        self.out.push('}');
    }

    fn before_item(&mut self, index: usize, level: usize) {
        if index > 0 {
            self.out.push(',');
        }
        match self.style.spacing {
            Spacing::Spaced if index > 0 => self.out.push(' '),
            Spacing::Compact | Spacing::Spaced => {}
            Spacing::Indented(indent) => self.line(indent, level),
            Spacing::Jackson => self.line("  ", level),
        }
    }

    fn before_end(&mut self, items: usize, level: usize) {
        match self.style.spacing {
            _ if items == 0 => {}
            Spacing::Compact | Spacing::Spaced => {}
            Spacing::Indented(indent) => self.line(indent, level),
            Spacing::Jackson => self.line("  ", level),
        }
    }

    fn line(&mut self, indent: &str, level: usize) {
        self.out.push('\n');
        for _ in 0..level {
            self.out.push_str(indent);
        }
    }
}
