//! Prints the cost of each subject as a multiple of another one, measured beside it.
//!
//! One round runs every subject for about half a millisecond. The time of a subject is the tenth percentile of its
//! rounds: other load on the machine adds to a time, and more to that of code that waits for memory than to that of a
//! hash. The ratio of the medians is printed beside it; its distance shows how busy the machine was.
#![expect(clippy::cast_precision_loss, reason = "nanoseconds of a round fit into an f64")]

use std::env;

use tower_webhook_benches::{Subject, subjects};

const KIB: usize = 1024;
/// The percentile that is the time of a subject: low, so that few of the rounds below it were disturbed.
const FAST: usize = 10;

/// A ratio of two costs, and its limit.
struct Row {
    cost: Cost,
    unit: Cost,
    body_len: usize,
    reach: f64,
}

/// The time of one subject, without that of another.
#[derive(Clone, Copy)]
struct Cost {
    of: &'static str,
    without: Option<&'static str>,
}

const HMAC: Cost = of("hmac");
const LAYER: Cost = of("layer").without("inner");
const FRAMES: Cost = of("layer, frames").without("inner, frames");
const REFUSAL: Cost = of("layer, unsigned").without("inner, unsigned");

const ROWS: [Row; 7] = [
    row(of("verify"), HMAC, KIB, 1.04),
    row(of("verify"), HMAC, 64 * KIB, 1.005),
    row(LAYER, HMAC, KIB, 1.20),
    row(LAYER, HMAC, 64 * KIB, 1.02),
    row(FRAMES, HMAC, 64 * KIB, 1.03),
    row(REFUSAL, LAYER, KIB, 0.12),
    row(of("axum, layer"), of("axum, by hand"), KIB, 0.82),
];

const fn row(cost: Cost, unit: Cost, body_len: usize, reach: f64) -> Row {
    Row {
        cost,
        unit,
        body_len,
        reach,
    }
}

const fn of(of: &'static str) -> Cost {
    Cost { of, without: None }
}

impl Cost {
    const fn without(self, other: &'static str) -> Self {
        Self {
            without: Some(other),
            ..self
        }
    }

    /// What it is in nanoseconds, when so many of a hundred rounds took no longer.
    fn nanos(self, body_len: usize, measured: &[Measured], percent: usize) -> f64 {
        let time = |name| {
            let is_it = |(subject, _): &&Measured| subject.name() == name && subject.body_len() == body_len;
            let (_, rounds) = measured.iter().find(is_it).expect("a row names subjects that exist");
            at(percent, rounds)
        };
        time(self.of) - self.without.map_or(0.0, time)
    }
}

/// A subject, and what one run of it took in each round, in nanoseconds.
type Measured = (Subject, Vec<f64>);

fn main() {
    // Without `--bench` it is a test run, which asks only whether it works.
    let rounds = if env::args().any(|arg| arg == "--bench") {
        2000
    } else {
        1
    };
    let measured = measure(rounds);

    println!(
        "{:<16} {:>6}  {:<14} {:>7} {:>7} {:>7} {:>7}",
        "what", "bytes", "unit", "ns", "ratio", "reach", "median"
    );
    for row in &ROWS {
        let cost = |percent| row.cost.nanos(row.body_len, &measured, percent);
        let ratio = |percent| cost(percent) / row.unit.nanos(row.body_len, &measured, percent);
        let (what, len, unit, reach) = (row.cost.of, row.body_len, row.unit.of, row.reach);
        let (nanos, quiet, median) = (cost(FAST), ratio(FAST), ratio(50));
        let over = if quiet > reach { "  over" } else { "" };
        println!("{what:<16} {len:>6}  {unit:<14} {nanos:>7.0} {quiet:>7.3} {reach:>7.3} {median:>7.3}{over}");
    }
}

fn measure(rounds: u32) -> Vec<Measured> {
    let subjects = [KIB, 64 * KIB].into_iter().flat_map(subjects);
    let mut measured: Vec<Measured> = subjects.map(|subject| (subject, Vec::new())).collect();
    for _ in 0..rounds {
        for (subject, nanos) in &mut measured {
            let times = if subject.body_len() > KIB { 16 } else { 512 };
            nanos.push(subject.time(times).as_nanos() as f64 / times as f64);
        }
        // Backwards the next time, so that nothing always comes first.
        measured.reverse();
    }
    measured
}

fn at(percent: usize, values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() * percent / 100]
}
