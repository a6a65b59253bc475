//! The manners in which programs write JSON.

use super::write::Writer;
use super::{Escapes, Json, Numbers};
use crate::command::explain::budget::Budget;

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
            let written = Writer::new(style, json, text.len(), budget).expecting(text).write();
            written.is_some_and(|written| written == text.as_bytes())
        });
        same.next().unwrap_or(Self::COMPACT)
    }

    /// Re-serialises a text; `None` when that is longer than the limit, or costs more than is left.
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
