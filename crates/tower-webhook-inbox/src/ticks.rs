//! When a worker looks for tasks: at every tick, and without a missed one.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// Wakes a worker at every tick, for apalis's `poll_with_stream`.
///
/// The backends, as the stores of this crate open them, say nothing when a task is there: somebody has to ask. What apalis has
/// for being told, PostgreSQL's notifications and SQLite's hooks, tells of what is pushed, not of what is to be started again
/// or comes while nobody listens. It has `poll_with_interval` for asking, which may forget to set its next timer when the backend answers quickly; the worker then sleeps until its heartbeat. This one
/// is never ready, and always set.
///
/// ```
/// use std::time::Duration;
///
/// use apalis_core::backend::ext::BackendExt;
/// use tower_webhook_inbox::{Ticks, sqlite};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let url = format!("sqlite://{}", folder.path().join("inbox.db").display());
/// let store = sqlite::SqliteStore::open(&url, sqlite::config()).await?;
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
    /// Ticks of this period.
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

/// Never yields: what counts is whom it wakes.
impl Stream for Ticks {
    type Item = ();

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<()>> {
        // Until it is pending, and so will wake.
        while self.interval.poll_tick(cx).is_ready() {}
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use tokio_test::{assert_pending, task};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_look_sets_the_next() {
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
