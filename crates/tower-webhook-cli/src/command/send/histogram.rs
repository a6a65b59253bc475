//! Latencies, and their distribution as text.

use std::fmt;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::answer::Milliseconds;
use crate::term::milliseconds;

/// The longest time that is told apart: longer than the longest `--timeout`.
const LONGEST: Duration = Duration::from_secs(2 * 60 * 60);
/// How long the longest bar is.
const WIDTH: u64 = 40;

/// Times in microseconds, each with a precision of three figures.
pub(super) struct Latencies(Histogram<u64>);

impl Latencies {
    pub(super) fn new() -> Self {
        let histogram = Histogram::new_with_bounds(1, micros(LONGEST), 3);
        Self(histogram.expect("the bounds are valid"))
    }

    pub(super) fn add(&mut self, time: Duration) {
        self.0.saturating_record(micros(time).max(1));
    }

    pub(super) fn count(&self) -> u64 {
        self.0.len()
    }

    fn at(&self, quantile: f64) -> Duration {
        Duration::from_micros(self.0.value_at_quantile(quantile))
    }

    fn max(&self) -> Duration {
        Duration::from_micros(self.0.max())
    }

    pub(super) fn document(&self) -> Document {
        Document {
            p50_ms: milliseconds(self.at(0.5)),
            p90_ms: milliseconds(self.at(0.9)),
            p99_ms: milliseconds(self.at(0.99)),
            max_ms: milliseconds(self.max()),
        }
    }

    /// The distribution: each row is twice as slow as the one before, from the fastest answer to the slowest.
    pub(super) fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut below = self.0.min().max(1).next_power_of_two().max(2);
        let mut from = 0;
        while from <= self.0.max() {
            rows.push(Row {
                below: Duration::from_micros(below),
                count: self.0.count_between(from, below - 1),
                largest: 0,
            });
            (from, below) = (below, below * 2);
        }
        let largest = rows.iter().map(|row| row.count).max().unwrap_or_default();
        for row in &mut rows {
            row.largest = largest;
        }
        rows
    }
}

/// `p50 1.2 ms  p90 2.0 ms  p99 3.1 ms  max 8.0 ms`.
impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, quantile) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)] {
            write!(f, "{name} {}  ", Milliseconds(self.at(quantile)))?;
        }
        write!(f, "max {}", Milliseconds(self.max()))
    }
}

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "every time in JSON names its unit")]
pub(super) struct Document {
    p50_ms: f64,
    p90_ms: f64,
    p99_ms: f64,
    max_ms: f64,
}

/// How many answers took less than a time, and more than that of the row before.
pub(super) struct Row {
    below: Duration,
    count: u64,
    largest: u64,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let below = format!("< {}", Milliseconds(self.below));
        let length = (self.count * WIDTH).div_ceil(self.largest.max(1));
        let bar = "#".repeat(usize::try_from(length).unwrap_or_default());
        write!(f, "{below:>12} {:>9} {bar}", self.count)
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latencies(micros: &[u64]) -> Latencies {
        let mut latencies = Latencies::new();
        for &time in micros {
            latencies.add(Duration::from_micros(time));
        }
        latencies
    }

    #[test]
    fn each_answer_is_in_one_row() {
        let all: Vec<u64> = (1..200)
            .map(|step| step * step * 37)
            .chain([0, 1, 2, 4095, 4096])
            .collect();
        let rows = latencies(&all).rows();
        for (at, row) in rows.iter().enumerate() {
            let from = at.checked_sub(1).map_or(Duration::ZERO, |at| rows[at].below);
            let expected = all.iter().filter(|&&time| {
                let time = Duration::from_micros(time.max(1));
                // The histogram keeps three figures.
                from <= time && time < row.below
            });
            let expected = expected.count();
            assert!(row.count.abs_diff(expected as u64) <= 1, "{} for {expected}", row.count);
        }
        assert_eq!(rows.iter().map(|row| row.count).sum::<u64>(), all.len() as u64);
        assert!(rows.last().unwrap().count > 0);
    }

    #[test]
    fn quantiles_and_bars_are_readable() {
        let times: Vec<u64> = std::iter::repeat_n(1000, 90).chain([100_000; 10]).collect();
        let latencies = latencies(&times);
        assert_eq!(latencies.to_string(), "p50 1.0 ms  p90 1.0 ms  p99 100 ms  max 100 ms");
        let rows: Vec<_> = latencies.rows().iter().map(ToString::to_string).collect();
        assert_eq!(rows[0], format!("    < 1.0 ms        90 {}", "#".repeat(40)));
        assert_eq!(rows.last().unwrap(), "    < 131 ms        10 #####");
        assert_eq!(rows[1], "    < 2.0 ms         0 ");
    }

    #[test]
    fn the_longest_times_are_counted_too() {
        let mut latencies = Latencies::new();
        latencies.add(Duration::MAX);
        assert_eq!(latencies.count(), 1);
        assert!(latencies.rows().len() < 40);
    }
}
