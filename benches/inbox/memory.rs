//! The memory of the receiver: with many deliveries that wait, and with many large ones at a time.

use std::time::Duration;

use anyhow::Context;
use tokio::time::sleep;

use crate::child::Receiver;
use crate::load::Load;
use crate::rows::Backend;
use crate::servers::Database;
use crate::table::Row;

const MIB: f64 = 1024.0 * 1024.0;
const WAITING: usize = 100_000;
const FEW: usize = 10_000;
const LARGE: usize = 256;
/// What may be taken beyond what few deliveries take: caches that fill up, such as SQLite's of 16 MiB.
const FLAT: f64 = 16.0;

pub(crate) async fn measure(backend: Backend) -> anyhow::Result<Vec<Row>> {
    let name = format!("{backend:?}");
    let folder = tempfile::tempdir()?;
    let database = Database::start(backend, &folder).await?;
    let few = work_off(&database, FEW).await.context("few that wait")?;
    let many = work_off(&database, WAITING).await.context("many that wait")?;
    database.stop().await?;
    let database = Database::start(backend, &folder).await?;
    let large = large(&database).await.context("large ones")?;
    database.stop().await?;
    Ok(vec![
        Row::new(&name, "memory, 10,000 that wait are worked off").mib(few, None),
        Row::new(&name, "memory, 100,000 that wait are worked off").mib(many, Some(few + FLAT)),
        Row::new(&name, "memory, 256 deliveries of 2 MiB at a time, as a part of them").share(large, 1.5),
    ])
}

/// How many MiB more than an idle receiver a worker takes to work off what waits.
async fn work_off(database: &Database, waiting: usize) -> anyhow::Result<f64> {
    let receiver = Receiver::start(&database.url, false, usize::MAX).await?;
    let load = Load {
        deliveries: waiting,
        connections: 32,
        bytes: 110,
    };
    load.post(&receiver.url).await?;
    receiver.stop().await?;
    let mut receiver = Receiver::start(&database.url, true, waiting).await?;
    let idle = receiver.memory("VmRSS")?;
    receiver.go().await?;
    receiver.done().await?;
    let peak = receiver.memory("VmHWM")?;
    receiver.stop().await?;
    Ok(mib(peak.saturating_sub(idle)))
}

/// How much of what was sent at a time the receiver takes at its peak, worker included.
async fn large(database: &Database) -> anyhow::Result<f64> {
    let mut receiver = Receiver::start(&database.url, true, LARGE).await?;
    let idle = receiver.memory("VmRSS")?;
    receiver.forget_peak()?;
    receiver.go().await?;
    let load = Load {
        deliveries: LARGE,
        connections: LARGE,
        bytes: 2 * 1024 * 1024,
    };
    load.post(&receiver.url).await?;
    receiver.done().await?;
    sleep(Duration::from_millis(100)).await;
    let peak = receiver.memory("VmHWM")?;
    receiver.stop().await?;
    #[expect(clippy::cast_precision_loss, reason = "the number is small")]
    let sent = LARGE as f64 * 2.0;
    Ok(mib(peak.saturating_sub(idle)) / sent)
}

#[expect(clippy::cast_precision_loss, reason = "a few GiB at most")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / MIB
}
