//! The findings, one a line, printed as they are made and once more at the end.

use std::fmt::Display;

/// One figure, beside its reach.
#[derive(Debug)]
pub(crate) struct Finding {
    row: String,
    receiver: String,
    figure: String,
    reach: String,
    pub(crate) is_within: bool,
}

impl Finding {
    pub(crate) fn new(
        row: impl Display,
        receiver: impl Display,
        figure: impl Display,
        reach: impl Display,
        is_within: bool,
    ) -> Self {
        Self {
            row: row.to_string(),
            receiver: receiver.to_string(),
            figure: figure.to_string(),
            reach: reach.to_string(),
            is_within,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Table(Vec<Finding>);

impl Table {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds the findings of a row, and prints them. A row that could not be measured is over its reach.
    pub(crate) fn add(&mut self, row: &str, findings: anyhow::Result<Vec<Finding>>) {
        let findings = findings.unwrap_or_else(|error| {
            let message = format!("not measured: {error:#}");
            vec![Finding::new(row, "-", message, "-", false)]
        });
        for finding in findings {
            println!("{}", line(&finding, [0; 4]));
            self.0.push(finding);
        }
    }

    pub(crate) fn print(&self) {
        let width = |of: fn(&Finding) -> &str| self.0.iter().map(|it| of(it).chars().count()).max().unwrap_or(0);
        let widths = [
            width(|it| &it.row),
            width(|it| &it.receiver),
            width(|it| &it.figure),
            width(|it| &it.reach),
        ];
        println!();
        for finding in &self.0 {
            println!("{}", line(finding, widths));
        }
        let over = self.0.iter().filter(|it| !it.is_within).count();
        println!("\n{} figures, {over} over their reach", self.0.len());
    }

    pub(crate) fn is_within_reach(&self) -> bool {
        self.0.iter().all(|finding| finding.is_within)
    }
}

/// A row of a table in Markdown.
fn line(finding: &Finding, [row, receiver, figure, reach]: [usize; 4]) -> String {
    let verdict = if finding.is_within { "ok" } else { "over" };
    format!(
        "| {:row$} | {:receiver$} | {:figure$} | {:reach$} | {verdict} |",
        finding.row, finding.receiver, finding.figure, finding.reach
    )
}
