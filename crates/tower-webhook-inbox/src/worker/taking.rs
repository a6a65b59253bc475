//! The middle of a worker's run: it takes deliveries, and works on them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;
#[cfg(feature = "metrics")]
use tokio::time::Instant;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::attempt::{Retries, abandoned, bounded, panicked, unreadable};
use super::held::Held;
use super::outage::{Outage, PAUSE};
use super::settle::Ended;
use crate::delivery::Delivery;
use crate::error::BoxError;
#[cfg(feature = "metrics")]
use crate::metrics;
use crate::queue::lease::{Lease, OrderBy, Outcome, Settled, Taken, Want};

/// How often an idle worker looks for tasks. It finds those that are to be tried again, and those that other processes
/// stored. It is woken for those that its own process stored.
const TICK: Duration = Duration::from_millis(200);
/// How long a worker that took all there was lets more arrive.
const GATHER: Duration = Duration::from_millis(5);

/// Takes deliveries, and works on them.
pub(super) struct Taking<L, W> {
    pub(super) lease: Arc<L>,
    pub(super) held: Arc<Held>,
    /// One permit for each delivery that may run.
    pub(super) places: Arc<Semaphore>,
    pub(super) work: Arc<W>,
    pub(super) retries: Retries,
    pub(super) time_limit: Option<Duration>,
    pub(super) order: Option<OrderBy>,
    /// Woken when results were recorded.
    pub(super) recorded: Arc<Notify>,
    pub(super) stopping: CancellationToken,
    pub(super) ended: UnboundedSender<Ended>,
    #[cfg(feature = "metrics")]
    pub(super) queue: metrics::Queue,
}

impl<L, W, F> Taking<L, W>
where
    L: Lease,
    W: Fn(Delivery) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), BoxError>> + Send + 'static,
{
    /// Ends when it is told to stop and what runs has ended.
    pub(super) async fn run(self) {
        let mut running = JoinSet::new();
        let mut outage = Outage::new("take deliveries");
        while let Some(room) = self.stopping.run_until_cancelled(self.held.room()).await {
            let want = Want {
                tasks: room.deliveries,
                bytes: room.bytes,
                order: self.order.as_ref(),
            };
            // Not dropped by the stop: what it takes would be held until the end.
            let pause = match outage.ask(self.lease.take(want)).await {
                Some(taken) if taken.is_empty() => TICK,
                Some(taken) => {
                    let is_all = taken.len() < room.deliveries;
                    for taken in taken {
                        running.spawn(self.attempt(taken));
                    }
                    if is_all { GATHER } else { Duration::ZERO }
                }
                None => PAUSE,
            };
            while running.try_join_next().is_some() {}
            if pause == TICK {
                tokio::select! {
                    () = self.lease.arrival() => {}
                    () = self.recorded.notified(), if self.order.is_some() => {}
                    () = sleep(TICK) => {}
                    () = self.stopping.cancelled() => {}
                }
            } else if !pause.is_zero() {
                tokio::select! { () = sleep(pause) => {}, () = self.stopping.cancelled() => {} }
            }
        }
        while running.join_next().await.is_some() {}
    }

    /// Makes one attempt, when it has a place among those that run. Makes none after the stop: the delivery is put
    /// back.
    fn attempt(&self, taken: Taken) -> impl Future<Output = ()> + Send + use<L, W, F> {
        let place = self.held.place(taken.bytes);
        let (work, retries, limit) = (Arc::clone(&self.work), self.retries, self.time_limit);
        let (places, stopping, ended) = (Arc::clone(&self.places), self.stopping.clone(), self.ended.clone());
        #[cfg(feature = "metrics")]
        let queue = self.queue.clone();
        async move {
            let _permit = places.acquire().await.expect("the semaphore is never closed");
            if stopping.is_cancelled() {
                return;
            }
            let is_abandoned = retries.is_given_up(taken.attempts);
            let attempt = taken.attempts + u32::from(!is_abandoned);
            #[cfg(feature = "metrics")]
            let start = Instant::now();
            let result = if is_abandoned {
                Err(abandoned())
            } else {
                match taken.delivery {
                    Ok(delivery) => bounded(async { work(delivery).await }, limit).await,
                    Err(error) => Err(unreadable(error)),
                }
            };
            // The text of the error is the user's too.
            let judged = catch_unwind(AssertUnwindSafe(|| retries.judge(result, attempt)));
            let outcome = judged.unwrap_or_else(|panic| retries.judge(Err(panicked(&*panic)), attempt));
            tell(&taken.id, attempt, &outcome);
            #[cfg(feature = "metrics")]
            queue.count_attempt(&outcome, start.elapsed());
            let settled = Settled {
                id: taken.id,
                attempts: attempt,
                outcome,
            };
            // Nobody listens after the end.
            let _ = ended.send((settled, place));
        }
    }
}

/// Logs an attempt that failed. Its error may quote the delivery, so it is told at the level of debugging alone.
#[cfg_attr(not(feature = "tracing"), expect(unused_variables))]
fn tell(task: &str, attempt: u32, outcome: &Outcome) {
    #[cfg(feature = "tracing")]
    match outcome {
        Outcome::Done => {}
        Outcome::Retry { error, after } => {
            tracing::debug!(
                task,
                attempt,
                error,
                ?after,
                "an attempt at a delivery failed; it is tried again"
            );
        }
        Outcome::Dead { error } => {
            tracing::error!(task, attempt, "a delivery became a dead letter");
            tracing::debug!(task, error, "the error of the dead letter");
        }
    }
}
