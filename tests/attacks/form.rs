//! What the program measures: everything, or less of everything.

use std::time::Duration;

use anyhow::bail;

const USAGE: &str = "usage: attacks [--small] [--profile debug|release] [--tolerant] [ROW ..]";

/// How much is measured, and of what build.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) small: bool,
    pub(crate) release: bool,
    /// Figures over their reach are printed, and do not fail the run.
    pub(crate) tolerant: bool,
    /// The names of the rows, or none for all.
    only: Vec<String>,
}

impl Form {
    pub(crate) fn from_arguments(arguments: &[String]) -> anyhow::Result<Self> {
        let [mut small, mut release, mut tolerant] = [false; 3];
        let mut only = Vec::new();
        let mut arguments = arguments.iter().map(String::as_str);
        while let Some(argument) = arguments.next() {
            match argument {
                "--small" => small = true,
                "--tolerant" => tolerant = true,
                "--profile" => match arguments.next() {
                    Some("debug") => release = false,
                    Some("release") => release = true,
                    _ => bail!(USAGE),
                },
                row if super::rows::NAMES.contains(&row) => only.push(row.to_owned()),
                _ => bail!("{USAGE}\nrows: {}", super::rows::NAMES.join(", ")),
            }
        }
        Ok(Self {
            small,
            release,
            tolerant,
            only,
        })
    }

    pub(crate) fn measures(&self, row: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == row)
    }

    /// The first number in the small form, the second in the full one.
    pub(crate) fn pick<T>(&self, small: T, full: T) -> T {
        if self.small { small } else { full }
    }

    /// How long after an attack the memory is read.
    pub(crate) fn after(&self) -> Duration {
        self.pick(Duration::from_secs(10), Duration::from_mins(1))
    }
}
