//! The rows of the table, one attack a file.

mod crowd;
mod early;
mod fairness;
mod heads;
mod memory;
mod readers;
mod replays;
mod stop;

use std::time::{Duration, Instant};

use tokio::time::timeout;

use crate::build::{ALL, Built, RECEIVERS};
use crate::form::Form;
use crate::table::{Finding, Table};

/// The names by which rows are chosen.
pub(crate) const NAMES: [&str; 8] = [
    "memory", "replays", "fairness", "early", "heads", "crowd", "readers", "stop",
];

/// The longest that a row may take.
const LONGEST: Duration = Duration::from_mins(5);

/// Measures the chosen rows. Those that mostly wait are measured at the same time, the others alone.
pub(crate) async fn measure(form: &Form, table: &mut Table) -> anyhow::Result<()> {
    let attacks_three = |row| ["memory", "fairness", "early"].contains(row);
    let chosen_rows: Vec<_> = NAMES.into_iter().filter(|row| form.measures(row)).collect();
    let packages: &[_] = if chosen_rows.iter().all(attacks_three) {
        &RECEIVERS
    } else {
        &ALL
    };
    let built = Built::new(packages, form.release)?;
    let start = Instant::now();
    let mut left = Vec::new();
    for row in NAMES.into_iter().take(4).filter(|row| form.measures(row)) {
        let findings = match row {
            "memory" => bounded(memory::measure(form, &built, &mut left)).await,
            "replays" => bounded(replays::measure(form, &built, &mut left)).await,
            "fairness" => bounded(fairness::measure(form, &built)).await,
            _ => bounded(early::measure(form, &built)).await,
        };
        table.add(row, findings);
    }
    let waiting = tokio::join!(
        chosen(form, "heads", heads::measure(&built)),
        chosen(form, "crowd", crowd::measure(form, &built)),
        chosen(form, "readers", readers::measure(form, &built)),
        chosen(form, "stop", stop::measure(&built)),
    );
    for (row, findings) in NAMES
        .into_iter()
        .skip(4)
        .zip([waiting.0, waiting.1, waiting.2, waiting.3])
    {
        table.add(row, findings);
    }
    for afterwards in left {
        table.add("afterwards", afterwards.await?.map(|finding| vec![finding]));
    }
    println!("measured in {:.0?}", start.elapsed());
    Ok(())
}

/// The findings of a row, if it was chosen.
async fn chosen(
    form: &Form,
    row: &str,
    measured: impl Future<Output = anyhow::Result<Vec<Finding>>>,
) -> anyhow::Result<Vec<Finding>> {
    if form.measures(row) {
        bounded(measured).await
    } else {
        Ok(Vec::new())
    }
}

async fn bounded(measured: impl Future<Output = anyhow::Result<Vec<Finding>>>) -> anyhow::Result<Vec<Finding>> {
    timeout(LONGEST, measured).await?
}

/// A number of bytes, in MiB.
fn mib(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(crate::reach::MIB))
}

/// A time, in seconds.
fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
