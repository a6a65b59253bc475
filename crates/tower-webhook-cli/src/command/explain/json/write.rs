//! Writes parsed JSON in the manner of another program.

use super::{Escapes, Node, Numbers, decode};

/// The white space between tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Spacing {
    /// None.
    Compact,
    /// A blank after each comma and colon, as Python's `json.dumps` has it.
    Spaced,
    /// A line for each value, with this indent for each level.
    Indented(&'static str),
    /// As Jackson's printer has it: two blanks, and a blank on both sides of a colon.
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

    /// The white space of a body that is this value, or else `COMPACT`.
    pub(in super::super) fn of(node: &Node<'_>, body: &[u8]) -> Self {
        let final_newline = body.ends_with(b"\n");
        let all = Spacing::ALL.iter().map(|spacing| Self {
            spacing: *spacing,
            final_newline,
            ..Self::COMPACT
        });
        let mut same = all.filter(|style| style.write(node, body.len()).as_deref() == Some(body));
        same.next().unwrap_or(Self::COMPACT)
    }

    /// Writes a value; `None` when that is longer than the limit.
    pub(in super::super) fn write(&self, node: &Node<'_>, limit: usize) -> Option<Vec<u8>> {
        let mut writer = Writer {
            style: self,
            out: String::new(),
            limit,
            numbers: 0,
        };
        writer.value(node, 0);
        if self.final_newline {
            writer.out.push('\n');
        }
        (writer.out.len() <= limit).then(|| writer.out.into_bytes())
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
            Self::Spaced => "with a blank after each comma and colon",
            Self::Indented("  ") => "indented by 2 blanks",
            Self::Indented("    ") => "indented by 4 blanks",
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

struct Writer<'s> {
    style: &'s Style,
    out: String,
    limit: usize,
    /// How many numbers were written.
    numbers: usize,
}

impl Writer<'_> {
    fn value(&mut self, node: &Node<'_>, level: usize) {
        // An indent can make a short body hundreds of times longer.
        if self.out.len() > self.limit {
            return;
        }
        match node {
            Node::Plain(text) if text.starts_with(|first: char| first.is_ascii_lowercase()) => self.out.push_str(text),
            Node::Plain(text) => self.number(text),
            Node::Text(text) => self.string(text),
            Node::Array(items) => self.array(items, level),
            Node::Object(members) => self.object(members, level),
        }
    }

    fn number(&mut self, text: &str) {
        let is_meant = self.style.only.is_none_or(|only| only == self.numbers);
        self.numbers += 1;
        match self.style.numbers.rewrite(text).filter(|_| is_meant) {
            Some(other) => self.out.push_str(&other),
            None => self.out.push_str(text),
        }
    }

    fn string(&mut self, text: &str) {
        match self.style.escapes.and_then(|escapes| Some((escapes, decode(text)?))) {
            Some((escapes, decoded)) => escapes.write(&decoded, &mut self.out),
            None => self.out.push_str(text),
        }
    }

    fn array(&mut self, items: &[Node<'_>], level: usize) {
        let is_on_one_line = self.style.spacing == Spacing::Jackson;
        self.out.push('[');
        for (index, item) in items.iter().enumerate() {
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

    fn object(&mut self, members: &[(&str, Node<'_>)], level: usize) {
        let mut order: Vec<_> = members.iter().collect();
        match self.style.order {
            Order::Kept => {}
            Order::Alphabetical => order.sort_by_cached_key(|(key, _)| decode(key)),
            Order::ByLength => order.sort_by_cached_key(|(key, _)| (key.len(), decode(key))),
        }
        self.out.push('{');
        for (index, (key, value)) in order.into_iter().enumerate() {
            self.before_item(index, level + 1);
            self.string(key);
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
