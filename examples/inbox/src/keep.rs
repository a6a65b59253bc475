//! How long what is done is kept: so long is a retry of it known.

use std::time::Duration;

use receiver_support::complain;
use tokio::time::{MissedTickBehavior, interval};

const HOUR: Duration = Duration::from_hours(1);

/// Forgets at the start and every hour. What fails is tried again the next time: nothing waits for it.
pub(crate) async fn hourly(forget_done: impl AsyncFn() -> anyhow::Result<u64>) {
    let mut hours = interval(HOUR);
    // After a sleep of the machine, once.
    hours.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        hours.tick().await;
        if let Err(error) = forget_done().await {
            complain(format_args!("what was done long ago is not forgotten: {error:#}"));
        }
    }
}
