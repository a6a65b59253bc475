//! Writes parsed JSON in the manner of another program.

use super::{Escapes, Json, Node, Numbers, Span, decode};
use crate::command::explain::budget::Budget;

/// What a token costs besides its bytes, in bytes that are hashed.
pub(super) const TOKEN: u64 = 8;
/// What a number costs that is read and written anew.
const REWRITTEN: u64 = 128;
/// So much work is counted together.
pub(super) const CHARGE: u64 = 16 * 1024;

/// The white space between tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Spacing {
    /// None.
    Compact,
    /// A space after each comma and colon, as Python's `json.dumps` has it.
    Spaced,
    /// A line for each value, with this indent for each level.
    Indented(&'static str),
    /// As Jackson's printer has it: two spaces, and a space on both sides of a colon.
    Jackson,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Order {
    Kept,
    Alphabetical,
    /// Shorter keys first, as PostgreSQL's `jsonb` and `MySQL` store them.
    ByLength,
}

/// A manner of writing JSON.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Style {
    pub(in super::super) spacing: Spacing,
    pub(in super::super) order: Order,
    /// `None` keeps the text of each string.
    pub(in super::super) escapes: Option<Escapes>,
    pub(in super::super) numbers: Numbers,
    /// The number that is rewritten, by its place among all; `None` for every number.
    pub(in super::super) only: Option<usize>,
    pub(in super::super) final_newline: bool,
}

impl Style {
    /// The tokens as they are, without white space.
    pub(in super::super) const COMPACT: Self = Self {
        spacing: Spacing::Compact,
        order: Order::Kept,
        escapes: None,
        numbers: Numbers::Kept,
        only: None,
        final_newline: false,
    };

    /// The white space of a text, or else `COMPACT`.
    pub(super) fn of(json: &Json, budget: &Budget) -> Self {
        let text = &*json.text;
        let final_newline = text.ends_with('\n');
        let all = Spacing::ALL.iter().map(|spacing| Self {
            spacing: *spacing,
            final_newline,
            ..Self::COMPACT
        });
        let mut same = all.filter(|style| {
            let mut writer = Writer::new(style, json, text.len(), budget);
            writer.expected = Some(text);
            writer.write().is_some_and(|written| written == text.as_bytes())
        });
        same.next().unwrap_or(Self::COMPACT)
    }

    /// Writes a text anew; `None` when that is longer than the limit, or costs more than is left.
    pub(in super::super) fn write(&self, json: &Json, limit: usize, budget: &Budget) -> Option<Vec<u8>> {
        Writer::new(self, json, limit, budget).write()
    }
}

impl Spacing {
    pub(in super::super) const ALL: &'static [Self] = &[
        Self::Compact,
        Self::Spaced,
        Self::Indented("  "),
        Self::Indented("    "),
        Self::Indented("\t"),
        Self::Jackson,
    ];

    pub(in super::super) fn name(self) -> &'static str {
        match self {
            Self::Compact => "without white space",
            Self::Spaced => "with a space after each comma and colon",
            Self::Indented("  ") => "indented by 2 spaces",
            Self::Indented("    ") => "indented by 4 spaces",
            Self::Indented(_) => "indented by tabs",
            Self::Jackson => "indented as Jackson does",
        }
    }
}

impl Order {
    pub(in super::super) fn name(self) -> &'static str {
        match self {
            Self::Kept => "keys in their order",
            Self::Alphabetical => "keys in alphabetical order",
            Self::ByLength => "shorter keys first",
        }
    }
}

struct Writer<'a> {
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
    fn new(style: &'a Style, json: &'a Json, limit: usize, budget: &'a Budget) -> Self {
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

    fn write(mut self) -> Option<Vec<u8>> {
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
