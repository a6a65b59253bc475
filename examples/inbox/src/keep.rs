//! How long what is done is kept.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::receiver::complain;

const HOUR: Duration = Duration::from_hours(1);

/// Forgets at the start and every hour. What fails is tried again the next time: nothing waits for it.
pub(crate) async fn hourly(forget_done: impl AsyncFn() -> anyhow::Result<u64>) {
    let mut hours = interval(HOUR);
    // After a sleep of the machine, once.
    hours.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        hours.tick().await;
        // A connection may be silent for ever.
        match timeout(HOUR / 2, forget_done()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => complain(format_args!("what was done long ago is not forgotten: {error:#}")),
            Err(_) => complain("what was done long ago is not forgotten in time"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::pending;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn neither_an_error_nor_silence_is_the_end() {
        let times = Cell::new(0);
        let forget_done = async || {
            times.set(times.get() + 1);
            match times.get() {
                1 => anyhow::bail!("no server"),
                2 => pending().await,
                _ => Ok(1),
            }
        };
        assert!(timeout(HOUR * 9 / 2, hourly(forget_done)).await.is_err());
        assert_eq!(times.get(), 5);
    }
}
