//! The run of a worker: its tasks of tokio, from the lease to the end.

use std::panic::resume_unwind;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinError;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use ulid::Ulid;

use super::Worker;
use super::held::Held;
use super::outage::{Outage, PAUSE};
use super::settle::settle;
use super::taking::Taking;
use crate::HEARTBEAT;
use crate::delivery::Delivery;
use crate::error::BoxError;
#[cfg(feature = "metrics")]
use crate::metrics;
use crate::queue::Queue;
use crate::queue::lease::{Lease, Leased};

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
