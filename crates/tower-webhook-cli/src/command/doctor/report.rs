//! The table: printed row by row as it is made, or as one JSON document at the end.

use serde::Serialize;

use super::judge::{Finding, Verdict};
use super::row::{Group, Row};
use super::run::End;
use crate::outcome::{Outcome, Result};
use crate::term;
use crate::term::Plain;
use crate::term::style::{BAD, FAINT, GOOD, STRONG, WARNING};

pub(super) struct Report {
    pub(super) findings: Vec<(&'static Row, Finding)>,
    prints: bool,
    /// The width of what is sent, in the table.
    width: usize,
    group: Option<Group>,
}

/// How many rows had which verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Count {
    pub(super) passed: usize,
    pub(super) failures: usize,
    pub(super) warnings: usize,
    pub(super) notes: usize,
}

/// One row, for programs.
#[derive(Serialize)]
struct RowJson {
    name: &'static str,
    group: Group,
    sent: &'static str,
    expected: &'static str,
    came: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    result: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<String>,
    why: &'static str,
    link: String,
    duration_ms: f64,
    sent_bytes: u64,
}

impl Report {
    /// A report of these rows, which is printed as it grows unless programs read it.
    pub(super) fn new(rows: &[&'static Row], prints: bool) -> Self {
        Self {
            findings: Vec::new(),
            prints,
            width: rows.iter().map(|row| row.sent.len()).max().unwrap_or_default(),
            group: None,
        }
    }

    pub(super) fn add(&mut self, row: &'static Row, finding: Finding) -> Result<()> {
        if self.prints {
            self.print(row, &finding)?;
        }
        self.findings.push((row, finding));
        Ok(())
    }

    pub(super) fn has(&self, row: &Row) -> bool {
        self.findings.iter().any(|(other, _)| other.name == row.name)
    }

    pub(super) fn has_failed(&self) -> bool {
        self.count().failures > 0
    }

    pub(super) fn count(&self) -> Count {
        let of = |verdict| {
            self.findings
                .iter()
                .filter(|(_, finding)| finding.verdict == verdict)
                .count()
        };
        Count {
            passed: of(Verdict::Pass),
            failures: of(Verdict::Fail),
            warnings: of(Verdict::Warn),
            notes: of(Verdict::Info),
        }
    }

    /// Whether the receiver is sound. An examination that was broken off cannot tell.
    pub(super) fn outcome(&self, end: End, strict: bool) -> Outcome {
        let count = self.count();
        let is_bad = count.failures > 0 || (strict && count.warnings > 0);
        if is_bad || end != End::Complete {
            Outcome::No
        } else {
            Outcome::Good
        }
    }

    /// The last lines of the table.
    pub(super) fn print_summary(&self, end: End) -> Result<()> {
        let Count {
            passed,
            failures,
            warnings,
            notes,
        } = self.count();
        term::line("")?;
        match end {
            End::NotValid => term::line("The other rows would mean nothing before a valid request is accepted.")?,
            End::Interrupted => term::line("Interrupted: the other rows were not checked.")?,
            End::Gone => term::line("The receiver has ended.")?,
            End::TimeUp => term::line("The time is up: not all rows were checked.")?,
            End::Complete => {}
        }
        let s = |number| if number == 1 { "" } else { "s" };
        term::line(format_args!(
            "{STRONG}{passed} passed, {failures} failure{}, {warnings} warning{}, {notes} note{}{STRONG:#}",
            s(failures),
            s(warnings),
            s(notes)
        ))
    }

    /// The rows, for programs.
    pub(super) fn rows(&self) -> Vec<impl Serialize> {
        let row = |(row, finding): &(&'static Row, Finding)| RowJson {
            name: row.name,
            group: row.group,
            sent: row.sent,
            expected: row.expect.text(),
            came: finding.came.clone(),
            status: finding.status,
            result: finding.verdict,
            remark: finding.remark.clone(),
            why: row.why,
            link: row.link(),
            duration_ms: term::milliseconds(finding.time),
            sent_bytes: finding.sent,
        };
        self.findings.iter().map(row).collect()
    }

    fn print(&mut self, row: &Row, finding: &Finding) -> Result<()> {
        if self.group != Some(row.group) {
            self.group = Some(row.group);
            heading(row)?;
        }
        let (style, word) = match finding.verdict {
            Verdict::Pass => (GOOD, "pass"),
            Verdict::Fail => (BAD, "FAIL"),
            Verdict::Warn => (WARNING, "warn"),
            Verdict::Info => (FAINT, "info"),
        };
        let (name, sent, came, width) = (row.name, row.sent, &finding.came, self.width);
        term::line(format_args!("{style}{word}{style:#}  {name:22} {sent:width$}  {came}"))?;
        if let Some(remark) = &finding.remark {
            term::line(format_args!("{:6}{style}{}{style:#}", "", Plain(remark)))?;
        }
        term::line(format_args!("{:6}{FAINT}{}{FAINT:#}", "", row.why))
    }
}

/// Prints the battery, without sending anything.
pub(super) fn print_list(rows: &[&'static Row]) -> Result<()> {
    let width = rows.iter().map(|row| row.sent.len()).max().unwrap_or_default();
    let mut group = None;
    for row in rows {
        if group != Some(row.group) {
            group = Some(row.group);
            heading(row)?;
        }
        let (name, sent, expected) = (row.name, row.sent, row.expect.text());
        term::line(format_args!("  {name:22} {sent:width$}  {expected}"))?;
        term::line(format_args!("    {FAINT}{}{FAINT:#}", row.why))?;
    }
    Ok(())
}

fn heading(row: &Row) -> Result<()> {
    term::line("")?;
    term::line(format_args!(
        "{STRONG}{}{STRONG:#}  {FAINT}{}{FAINT:#}",
        row.group.name(),
        row.link()
    ))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::battery::rows;
    use super::*;

    #[test]
    fn a_duration_has_at_most_three_decimals() {
        let row = rows().next().unwrap();
        let mut report = Report::new(&[row], false);
        let time = Duration::from_nanos(5_534_945);
        let finding = Finding::note(Verdict::Pass, "200");
        report.add(row, Finding { time, ..finding }).unwrap();
        let json = serde_json::to_value(report.rows()).unwrap();
        assert_eq!(json[0]["duration_ms"], 5.535);
    }
}
