//! What is printed: the change that makes the signature right, or what was tried in vain.

use std::borrow::Cow;

use serde::Serialize;

use super::accident::{self, Accident};
use super::case::Case;
use super::hints::Hint;
use super::search::{Found, Search};
use super::trial::{Change, Side, at_receiver};
use crate::outcome::{Outcome, Result};
use crate::scheme::{AnyScheme, Kind};
use crate::term::style::{BAD, FAINT, GOOD, STRONG};
use crate::term::{self, Plain};

/// An explanation, for programs; printed as lines for people.
#[derive(Serialize)]
pub(super) struct Report {
    explained: bool,
    /// Whether a receiver accepts the request as it is: what `verify` says.
    genuine: bool,
    #[serde(flatten)]
    first: Option<Explained>,
    /// The second change, when it takes two.
    #[serde(skip_serializing_if = "Option::is_none")]
    and: Option<Explained>,
    /// What is wrong with the signed time, besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<Explained>,
    /// Where the secret is that signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_by: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<String>,
    /// How many changed requests were verified.
    tried: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tried_accidents: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hints: Vec<Seen>,
}

#[derive(Serialize)]
struct Explained {
    accident: &'static str,
    side: Side,
    change: Cow<'static, str>,
    cause: &'static str,
    fix: &'static str,
}

#[derive(Serialize)]
struct Seen {
    hint: &'static str,
    text: String,
}

impl Report {
    fn new(search: &Search) -> Self {
        Self {
            explained: true,
            genuine: false,
            first: None,
            and: None,
            time: None,
            signed_by: None,
            remarks: Vec::new(),
            tried: search.tried,
            tried_accidents: Vec::new(),
            left_out: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// The signature is right as it is.
    pub(super) fn right(search: &Search, case: &Case, signed_by: String, time: Option<Found>) -> Self {
        let secret = case.secrets.iter().position(|secret| secret.place() == signed_by);
        let older = secret.filter(|place| *place > 0).map(|_| {
            let change = at_receiver(format!("keep the secret in {signed_by} beside the newer one"));
            Explained::new(accident::named("older_secret"), change)
        });
        let mut remarks = Vec::new();
        if secret.is_some_and(|at| case.secrets[at].had_line_break()) {
            remarks.push(format!(
                "{signed_by} ends with a line break, which is left out here: a program that keeps it has another secret"
            ));
        }
        Self {
            genuine: time.is_none(),
            first: older,
            time: time.map(Explained::from),
            signed_by: Some(signed_by),
            remarks,
            ..Self::new(search)
        }
    }

    /// It is right after one or two changes.
    pub(super) fn explained(search: &Search, changes: Vec<Found>, time: Option<Found>) -> Self {
        let mut changes = changes.into_iter().map(Explained::from);
        Self {
            first: changes.next(),
            and: changes.next(),
            time: time.map(Explained::from),
            ..Self::new(search)
        }
    }

    pub(super) fn nothing(search: Search, hints: Vec<Hint>) -> Self {
        let seen = hints.into_iter().map(|hint| Seen {
            hint: hint.name,
            text: hint.text,
        });
        let mut report = Self {
            explained: false,
            hints: seen.collect(),
            ..Self::new(&search)
        };
        if !search.is_complete() {
            let reason = if search.budget.is_late() {
                "the time is over"
            } else {
                "the body is too large for it"
            };
            report.remarks.push(format!(
                "not everything was tried, because {reason}: explain a smaller request from the same sender"
            ));
        }
        report.tried_accidents = search.names;
        report.left_out = search.left_out;
        report
    }

    /// Says what cannot be found with this scheme.
    pub(super) fn by_scheme(mut self, scheme: &dyn AnyScheme) -> Self {
        let of_kind = match scheme.kind() {
            Kind::Token => Some("a token signs nothing: whether the body was changed cannot be told"),
            Kind::KeyPair if !self.explained => {
                Some("with a key pair, accidents of MACs and of shared secrets cannot be tried")
            }
            _ => None,
        };
        let is_out_of_reach = scheme.is_in_body() && !self.explained;
        let of_place = is_out_of_reach.then_some("the signature is in the body: accidents of headers cannot be tried");
        let remarks = [of_place, of_kind].into_iter().flatten();
        self.remarks.extend(remarks.map(str::to_owned));
        self
    }

    pub(super) fn print(&self, json: bool) -> Result<Outcome> {
        if json {
            term::json(self)?;
        } else {
            self.print_lines()?;
        }
        Ok(if self.explained { Outcome::Good } else { Outcome::No })
    }

    fn print_lines(&self) -> Result<()> {
        if let Some(place) = &self.signed_by {
            term::line(format_args!(
                "{GOOD}right{GOOD:#} the signature is right as it is, by the secret in {}",
                Plain(place)
            ))?;
        }
        for (index, found) in [&self.first, &self.and, &self.time].into_iter().flatten().enumerate() {
            let verb = if index == 0 { "explained" } else { "and" };
            term::line(format_args!(
                "{GOOD}{verb}{GOOD:#} {STRONG}{}{STRONG:#}",
                found.accident
            ))?;
            term::line(format_args!(
                "  change  at the {}: {}",
                found.side,
                Plain(&found.change)
            ))?;
            term::line(format_args!("  cause   {}", found.cause))?;
            term::line(format_args!("  fix     {}", found.fix))?;
        }
        if !self.explained {
            term::line(format_args!(
                "{BAD}not explained{BAD:#} no usual accident makes the signature right"
            ))?;
        }
        if self.genuine && self.first.is_none() {
            term::line(
                "  if your receiver refuses it, it verifies other bytes, another header or another secret than these",
            )?;
        }
        for remark in &self.remarks {
            term::line(format_args!("  note    {}", Plain(remark)))?;
        }
        for seen in &self.hints {
            term::line(format_args!("  look    {}", Plain(&seen.text)))?;
        }
        if self.signed_by.is_none() {
            let variants = if self.tried == 1 { "variant" } else { "variants" };
            term::line(format_args!(
                "{FAINT}  tried   {} {variants} of body, secret and headers{FAINT:#}",
                self.tried
            ))?;
        }
        Ok(())
    }
}

impl Explained {
    fn new(accident: &'static Accident, change: Change) -> Self {
        Self {
            accident: accident.name,
            side: change.side,
            change: change.text,
            cause: accident.cause,
            fix: accident.fix,
        }
    }
}

impl From<Found> for Explained {
    fn from(found: Found) -> Self {
        Self::new(found.accident, found.change)
    }
}
