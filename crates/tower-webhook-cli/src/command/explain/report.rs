//! What is printed: the change that makes the signature right, or what was tried in vain.

use serde::Serialize;
use tower_webhook::RejectionKind;

use super::case::Case;
use super::hints::Hint;
use super::search::{Change, Search};
use super::time;
use crate::outcome::{Outcome, Result};
use crate::scheme::Kind;
use crate::term::style::{BAD, FAINT, GOOD, STRONG};
use crate::term::{self, Plain};

/// An explanation, for programs; printed as lines for people.
#[derive(Serialize)]
pub(super) struct Report {
    explained: bool,
    /// Whether the request is right as it is, but for the time.
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
    change: String,
    cause: &'static str,
    mend: &'static str,
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
    pub(super) fn right(search: &Search, case: &Case, signed_by: String, time: Option<RejectionKind>) -> Self {
        let secret = case.secrets.iter().position(|secret| secret.place() == signed_by);
        let older = secret.filter(|place| *place > 0).map(|_| Explained {
            accident: "older_secret",
            change: format!("verify with the secret in {signed_by} too"),
            cause: "the secret was rotated, and the sender still signs with an older one of the set",
            mend: "keep the older secret in the set of the receiver until the sender has changed over",
        });
        let mut remarks = Vec::new();
        if secret.is_some_and(|at| case.secrets[at].had_line_break()) {
            remarks.push(format!(
                "{signed_by} ends with a line break, which is left out here: a program that keeps it has another secret"
            ));
        }
        Self {
            genuine: older.is_none() && time.is_none(),
            first: older,
            time: time.map(|kind| of_time(case, kind)),
            signed_by: Some(signed_by),
            remarks,
            ..Self::new(search)
        }
    }

    /// It is right after one or two changes.
    pub(super) fn explained(search: &Search, changes: Vec<Change>, case: &Case, time: Option<RejectionKind>) -> Self {
        let mut changes = changes.into_iter().map(|change| Explained {
            accident: change.accident.name,
            change: change.text,
            cause: change.accident.cause,
            mend: change.accident.mend,
        });
        Self {
            first: changes.next(),
            and: changes.next(),
            time: time.map(|kind| of_time(case, kind)),
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
        if search.pairs_left_out {
            report
                .remarks
                .push("not all pairs of accidents were tried, for the size of the body".to_owned());
        }
        report.tried_accidents = search.names;
        report.left_out = search.left_out;
        report
    }

    /// Says what cannot be found with a secret of this kind.
    pub(super) fn of_kind(mut self, kind: Kind) -> Self {
        match kind {
            Kind::Shared | Kind::Decoded => {}
            Kind::Token => self
                .remarks
                .push("a token signs nothing: whether the body was changed cannot be told".to_owned()),
            Kind::KeyPair if self.explained => {}
            Kind::KeyPair => self
                .remarks
                .push("with a key pair, accidents of MACs and of shared secrets cannot be tried".to_owned()),
        }
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
            term::line(format_args!("  change  {}", Plain(&found.change)))?;
            term::line(format_args!("  cause   {}", found.cause))?;
            term::line(format_args!("  mend    {}", found.mend))?;
        }
        if !self.explained {
            term::line(format_args!(
                "{BAD}not explained{BAD:#} no usual accident makes the signature right"
            ))?;
        }
        if self.genuine {
            term::line(
                "  if your receiver refuses it, it verifies other bytes, another header or another secret than these",
            )?;
        }
        for remark in &self.remarks {
            term::line(format_args!("  note    {}", Plain(remark)))?;
        }
        for seen in &self.hints {
            term::line(format_args!("  look    {}", seen.text))?;
        }
        if self.signed_by.is_none() {
            let changes = if self.tried == 1 { "change" } else { "changes" };
            let of = if self.tried_accidents.is_empty() { "" } else { " of " };
            let names = self.tried_accidents.join(", ");
            term::line(format_args!(
                "{FAINT}  tried   {} {changes}{of}{names}{FAINT:#}",
                self.tried
            ))?;
        }
        if !self.left_out.is_empty() {
            let names = self.left_out.join(", ");
            term::line(format_args!(
                "{FAINT}  untried {names}, for the size of the body{FAINT:#}"
            ))?;
        }
        Ok(())
    }
}

/// The signature is right, and the time is not.
fn of_time(case: &Case, kind: RejectionKind) -> Explained {
    let is_milliseconds = time::in_head(case).first().is_some_and(|time| time.len() > 11);
    match kind {
        RejectionKind::TimestampInFuture if is_milliseconds => Explained {
            accident: "time_in_milliseconds",
            change: "write the signed time in seconds, not milliseconds".to_owned(),
            cause: "the sender writes and signs milliseconds (Date.now()), and the scheme has seconds",
            mend: "sign whole seconds: Math.floor(Date.now() / 1000)",
        },
        RejectionKind::TimestampInFuture => Explained {
            accident: "time_in_future",
            change: "set the clocks: the signed time is more than 300 s in the future".to_owned(),
            cause: "a clock is wrong, at the sender or here",
            mend: "let both follow a time server (NTP)",
        },
        _ => Explained {
            accident: "time_stale",
            change: "verify it within 300 s of the signed time, or give that time with --at".to_owned(),
            cause: "the request was recorded or queued before it was verified, or the clock here is fast",
            mend: "verify when the request arrives, not later; let the clock follow a time server (NTP)",
        },
    }
}
