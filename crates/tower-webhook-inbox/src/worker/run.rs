//! The run of a worker: take, work, settle, and the end.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::{Notify, Semaphore};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use ulid::Ulid;

use super::Worker;
use super::attempt::{Retries, abandoned, bounded, panicked, unreadable};
use super::held::Held;
use super::outage::{Outage, PAUSE};
use super::settle::{Ended, settle};
use crate::HEARTBEAT;
use crate::delivery::Delivery;
use crate::error::BoxError;
#[cfg(feature = "metrics")]
use crate::metrics;
use crate::queue::Queue;
use crate::queue::lease::{Lease, Leased, OrderBy, Outcome, Settled, Taken, Want};

/// How often an idle worker looks for tasks. It finds those that are to be tried again, and those that other processes
/// stored. It is woken for those that its own process stored.
const TICK: Duration = Duration::from_millis(200);
/// How long a worker that took all there was lets more arrive.
const GATHER: Duration = Duration::from_millis(5);
/// How long the last results, and then the return of what is left, may take after the grace.
const LAST: Duration = Duration::from_secs(1);

pub(super) async fn run<S, W, F>(
    worker: Worker<S, W>,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), <S as Leased>::Error>
where
    S: Queue,
    W: Fn(Delivery) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), BoxError>> + Send + 'static,
{
    let mut shutdown = pin!(shutdown);
    let name = format!("inbox-{}", Ulid::generate());
    let mut outage = Outage::new("register");
    let lease = loop {
        let registered = tokio::select! {
            registered = outage.ask(worker.store.lease(&name)) => registered,
            () = &mut shutdown => return Ok(()),
        };
        if let Some(lease) = registered {
            break Arc::new(lease);
        }
        tokio::select! { () = sleep(PAUSE) => {}, () = &mut shutdown => return Ok(()) }
    };

    let stopping = CancellationToken::new();
    let (ended, results) = unbounded_channel();
    let recorded = Arc::new(Notify::new());
    let mut beats = AbortOnDropHandle::new(tokio::spawn(beat(Arc::clone(&lease))));
    let mut settling = AbortOnDropHandle::new(tokio::spawn(settle(Arc::clone(&lease), results, Arc::clone(&recorded))));
    #[cfg(feature = "metrics")]
    let (queue, _depth) = {
        let queue = metrics::Queue::of(&worker.store);
        let depth = tokio::spawn(depth(worker.store.clone(), queue.clone()));
        (queue, AbortOnDropHandle::new(depth))
    };
    let taking = Taking {
        lease: Arc::clone(&lease),
        held: Held::new(worker.concurrency, worker.concurrent_bytes),
        places: Arc::new(Semaphore::new(worker.concurrency.min(Semaphore::MAX_PERMITS))),
        work: worker.work,
        retries: worker.retries,
        time_limit: worker.time_limit,
        order: worker.order,
        recorded,
        stopping: stopping.clone(),
        ended,
        #[cfg(feature = "metrics")]
        queue,
    };
    let mut working = AbortOnDropHandle::new(tokio::spawn(taking.run()));

    tokio::select! {
        () = shutdown => {}
        // None of them ends by itself, but by a panic of the store.
        ended = &mut working => return pass_on(ended),
        ended = &mut settling => return pass_on(ended),
        ended = &mut beats => return pass_on(ended),
    }
    stopping.cancel();
    let grace_over = Instant::now() + worker.grace;
    if timeout_at(grace_over, &mut working).await.is_err() {
        // Drops the deliveries that still run.
        working.abort();
        let _ = working.await;
    }
    let _ = timeout(LAST, &mut settling).await;
    drop((settling, beats));
    // After a silence, the others are taken over instead.
    timeout(LAST, lease.release()).await.unwrap_or(Ok(()))
}

/// Goes on with the panic of a task. Without one, the runtime is shutting down.
fn pass_on<E>(ended: Result<(), JoinError>) -> Result<(), E> {
    match ended {
        Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Says every 4 s that the worker is alive.
async fn beat<L: Lease>(lease: Arc<L>) {
    let mut outage = Outage::new("say that it is alive");
    // The first one comes later: by then, living workers have said so since an outage or a sleep of the machine.
    let mut beats = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    // After a beat that took long, the next one would come at once, and judge those who had no time to speak.
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
        outage.ask(lease.beat()).await;
    }
}

/// Tells how many deliveries the queue holds.
#[cfg(feature = "metrics")]
async fn depth<S: Queue>(store: S, queue: metrics::Queue) {
    let mut outage = Outage::new("count deliveries");
    let mut looks = tokio::time::interval(metrics::DEPTH);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        if let Some(stats) = outage.ask(store.stats()).await {
            queue.tell_depth(&stats);
        }
    }
}

/// Takes deliveries, and works on them.
struct Taking<L, W> {
    lease: Arc<L>,
    held: Arc<Held>,
    /// One permit for each delivery that may run.
    places: Arc<Semaphore>,
    work: Arc<W>,
    retries: Retries,
    time_limit: Option<Duration>,
    order: Option<OrderBy>,
    /// Woken when results were recorded.
    recorded: Arc<Notify>,
    stopping: CancellationToken,
    ended: UnboundedSender<Ended>,
    #[cfg(feature = "metrics")]
    queue: metrics::Queue,
}

impl<L, W, F> Taking<L, W>
where
    L: Lease,
    W: Fn(Delivery) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), BoxError>> + Send + 'static,
{
    /// Ends when it is told to stop and what runs has ended.
    async fn run(self) {
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
