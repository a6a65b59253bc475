//! The ticks at which a worker looks for tasks.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// Wakes a worker at every tick, so that it looks for tasks. For apalis's `poll_with_stream`.
///
/// The backends of this crate's stores do not announce tasks: a worker has to look. apalis's announcements, which are
/// PostgreSQL's notifications and SQLite's hooks, tell of pushed tasks only. They miss tasks that are to be retried,
/// and tasks that are pushed while nothing listens.
///
/// apalis's `poll_with_interval` may forget to set its next timer when the backend answers quickly, and the worker
/// sleeps until its next heartbeat. `Ticks` always has a timer set.
///
/// ```
/// use std::time::Duration;
///
/// use apalis_core::backend::ext::BackendExt;
/// use tower_webhook_inbox::Ticks;
/// use tower_webhook_inbox::sqlite::SqliteStore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let url = format!("sqlite://{}", folder.path().join("inbox.db").display());
/// let store = SqliteStore::open(&url).await?;
/// let backend = store.storage().poll_with_stream(Ticks::every(Duration::from_millis(200)));
/// # drop(backend);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Ticks {
    interval: Interval,
}

impl Ticks {
    /// Makes ticks of this period.
    ///
    /// # Panics
    ///
    /// When the period is zero, or there is no tokio runtime with its timer.
    #[must_use]
    pub fn every(period: Duration) -> Self {
        let mut interval = interval(period);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { interval }
    }
}

/// Never yields an item. It only wakes the worker that polls it.
impl Stream for Ticks {
    type Item = ();

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<()>> {
        // Polled until it is pending, because only then is a waker registered.
        while self.interval.poll_tick(cx).is_ready() {}
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use tokio_test::{assert_pending, task};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn every_poll_sets_the_next_timer() {
        let period = Duration::from_millis(200);
        let mut ticks = task::spawn(Ticks::every(period));
        for _ in 0..3 {
            assert_pending!(ticks.poll_next());
            assert!(!ticks.is_woken());
            tokio::time::sleep(period).await;
            assert!(ticks.is_woken());
        }
    }
}
