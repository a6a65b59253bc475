//! Done deliveries are kept for a while, and their keys for longer. Then they are forgotten.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, timeout};
use tower_webhook_inbox::BoxError;

use crate::complain;

const HOUR: Duration = Duration::from_hours(1);

/// Calls `forget` at the start and every hour. After an error, the next hour does the rest.
pub(crate) async fn hourly(forget: impl AsyncFn() -> Result<u64, BoxError>) {
    let mut hours = interval(HOUR);
    // After the machine has slept: once, not once for each hour.
    hours.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        hours.tick().await;
        // A silent connection would hold it up forever.
        match timeout(HOUR / 2, forget()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => complain(format_args!("old deliveries are not forgotten: {error}")),
            Err(_) => complain("old deliveries are not forgotten in time"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::pending;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_goes_on_after_an_error_and_after_silence() {
        let times = Cell::new(0);
        let forget = async || {
            times.set(times.get() + 1);
            match times.get() {
                1 => Err("no server".into()),
                2 => pending().await,
                _ => Ok(1),
            }
        };
        assert!(timeout(HOUR * 9 / 2, hourly(forget)).await.is_err());
        assert_eq!(times.get(), 5);
    }
}
