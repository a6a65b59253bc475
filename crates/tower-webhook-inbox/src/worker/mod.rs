//! The worker: it takes deliveries out of a store and works on them, until it is told to stop.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::delivery::Delivery;
use crate::error::BoxError;
use crate::queue::lease::OrderBy;
use crate::queue::{InOrder, Queue};
use crate::store::Store;

mod attempt;
mod error;
mod held;
mod outage;
mod run;
mod settle;
mod taking;
#[cfg(test)]
mod tests;

pub use error::{NeverAgain, NotBefore};

use attempt::Retries;

const ATTEMPTS: u32 = 7;
const LEAST: Duration = Duration::from_secs(1);
const MOST: Duration = Duration::from_mins(1);
const CONCURRENCY: usize = 16;
const CONCURRENT_BYTES: usize = 32 * 1024 * 1024;
const GRACE: Duration = Duration::from_secs(8);

/// Works on the deliveries of a store.
///
/// ```
/// use tower_webhook_inbox::{BoxError, Delivery, NeverAgain, Worker, memory::MemoryStore};
/// # use tower_webhook::{SigningSecret, Verifier, scheme::Knowrithm, sign::Signer};
/// # use tower_webhook_inbox::{Inbox, Queue};
///
/// async fn work(delivery: Delivery) -> Result<(), BoxError> {
///     let event: serde_json::Value = delivery.json().map_err(NeverAgain::new)?;
///     println!("{}: {event}", delivery.key());
///     Ok(())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new(1000);
/// let worker = Worker::new(store.clone(), work).attempts(7).concurrency(16);
/// # let secret = SigningSecret::new("whk_demo")?;
/// # let headers = Signer::new(Knowrithm, &secret).headers("{}");
/// # let body = Verifier::knowrithm(secret).verify(&headers, "{}")?;
/// # Inbox::new(store.clone()).put(&body, &headers).await?;
/// # let done = store.clone();
/// # let shutdown = async move {
/// #     while done.stats().await.unwrap().done == 0 { tokio::task::yield_now().await }
/// # };
/// worker.run_until(shutdown).await?; // such as `tokio::signal::ctrl_c()`
/// assert_eq!(store.stats().await?.waiting, 0);
/// # Ok(())
/// # }
/// ```
///
/// # What it does
///
/// - **Attempts.** A delivery whose handler returns an error or panics is tried again, with growing pauses, and becomes
///   a [dead letter](crate::Queue::dead_letters) with the error of its last attempt. While it pauses it is in the
///   store, and takes no place from others. [`NeverAgain`] makes a dead letter at once, and [`NotBefore`] sets the
///   pause.
/// - **Several workers.** Any number can share a store, in one process or on several machines. Each delivery is taken
///   by one of them. A worker says every 4 s that it is alive. After two missed times its deliveries are taken over, 8
///   to 12 s after it was killed, and have one attempt less.
/// - **Outages.** A worker whose backend fails or falls silent goes on trying, and logs the outage once. Deliveries
///   that it holds end; their results are recorded when the backend is back.
/// - **Shutdown.** It takes no more deliveries, waits for those that run, records their results, and puts the others
///   back into the queue, without counting an attempt. What still runs after the [grace](Self::grace) is dropped and
///   put back too.
///
/// A delivery is worked on at least once. Make the work idempotent by [`Delivery::key`], which is the same at every
/// attempt. Each delivery runs in a tokio task of its own. Move work that blocks to tokio's `spawn_blocking`: on a
/// runtime whose threads are all blocked for 8 s, a worker looks dead.
#[must_use = "a worker does nothing unless it is run"]
pub struct Worker<S, W> {
    store: S,
    work: Arc<W>,
    retries: Retries,
    concurrency: usize,
    concurrent_bytes: usize,
    grace: Duration,
    time_limit: Option<Duration>,
    order: Option<OrderBy>,
}

impl<S, W, F> Worker<S, W>
where
    S: Queue,
    W: Fn(Delivery) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), BoxError>> + Send + 'static,
{
    /// Makes a worker that calls this handler with each delivery.
    pub fn new(store: S, work: W) -> Self {
        let retries = Retries {
            attempts: ATTEMPTS,
            least: LEAST,
            most: MOST,
        };
        Self {
            store,
            work: Arc::new(work),
            retries,
            concurrency: CONCURRENCY,
            concurrent_bytes: CONCURRENT_BYTES,
            grace: GRACE,
            time_limit: None,
            order: None,
        }
    }

    /// Sets how often a delivery is tried before it becomes a dead letter. The default is 7, which takes one to two
    /// minutes with the default [back-off](Self::backoff).
    ///
    /// An attempt counts when it failed or panicked, and when its worker died: also for a delivery that the worker held
    /// and had not started. It does not count when the worker was stopped. Deaths alone make a dead letter of a
    /// delivery only after 25 of them, or as many as there are attempts.
    ///
    /// # Panics
    ///
    /// When the number is zero.
    pub fn attempts(mut self, attempts: u32) -> Self {
        assert!(attempts > 0, "a worker with zero attempts does no work");
        self.retries.attempts = attempts;
        self
    }

    /// Sets the pauses between attempts: `least`, then twice as long each time, up to `most`. Up to half as much is
    /// added at random. The default is from 1 s to 60 s.
    pub fn backoff(mut self, least: Duration, most: Duration) -> Self {
        (self.retries.least, self.retries.most) = (least, most);
        self
    }

    /// Sets how many deliveries are worked on at a time. The default is 16.
    ///
    /// A fast handler is supplied ahead of its need: the worker also takes what it will start within the next 50 ms,
    /// and at most 256 deliveries.
    ///
    /// # Panics
    ///
    /// When the number is zero.
    pub fn concurrency(mut self, deliveries: usize) -> Self {
        assert!(deliveries > 0, "a worker with a concurrency of zero does no work");
        self.concurrency = deliveries;
        self
    }

    /// Sets how many bytes of deliveries, as they are stored, the worker holds at a time. The default is 32 MiB. While
    /// there is room, one more delivery may be taken that is larger than what is left.
    ///
    /// # Panics
    ///
    /// When the number is zero.
    pub fn concurrent_bytes(mut self, bytes: usize) -> Self {
        assert!(bytes > 0, "a worker without room for a byte does no work");
        self.concurrent_bytes = bytes;
        self
    }

    /// Sets how long an attempt may take. One that takes longer is dropped where it awaits, and has failed. By default
    /// there is no limit, and a handler that hangs keeps its place forever.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Sets how long deliveries that run may take to end after the shutdown began. The default is 8 s. To record the
    /// results and to put the others back takes up to 2 s more.
    ///
    /// A handler can be dropped only where it awaits. One that blocks its thread, and what it left to `spawn_blocking`,
    /// goes on while another worker may start the delivery: give such work a longer grace.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Runs deliveries with the same key one at a time, in the order of their arrival. Deliveries without a key run as
    /// otherwise. By default none has one.
    ///
    /// The order holds across processes: give all workers of the queue the same function. A delivery that is to be
    /// tried again holds up the later ones of its key, until it is done or dead. The order of arrival is that of the
    /// clocks of the machines that received the deliveries, and exact within a process. Two that are being stored at
    /// the same time have none.
    ///
    /// SQLite, PostgreSQL and memory can keep an order. Redis and NATS cannot.
    ///
    /// ```
    /// use tower_webhook_inbox::{BoxError, Delivery, Worker, memory::MemoryStore};
    ///
    /// fn conversation(delivery: &Delivery) -> Option<String> {
    ///     let event: serde_json::Value = delivery.json().ok()?;
    ///     Some(event["data"]["conversation_id"].as_str()?.to_owned())
    /// }
    ///
    /// let work = async |_: Delivery| Ok::<(), BoxError>(());
    /// let worker = Worker::new(MemoryStore::new(1000), work).in_order_by(conversation);
    /// ```
    ///
    /// Of a key, the first 256 bytes count. A function that panics gives no key. Two deliveries of a key can run at the
    /// same time after all when a handler goes on after its [grace](Self::grace), and when a worker that was paused for
    /// more than 8 s is believed dead.
    pub fn in_order_by(mut self, key: impl Fn(&Delivery) -> Option<String> + Send + Sync + 'static) -> Self
    where
        S: InOrder,
    {
        self.order = Some(OrderBy::new(key));
        self
    }

    /// Works until `shutdown` completes, and then ends within the [grace](Self::grace) and 2 s.
    ///
    /// If this future is dropped, the deliveries that run are dropped with it. Other workers take them over after 8 to
    /// 12 s.
    ///
    /// # Errors
    ///
    /// When the backend refused to put the deliveries back that the worker still held at the end. If it only falls
    /// silent, that is no error. Nothing is lost in either case: other workers take them over after 8 to 12 s.
    ///
    /// # Panics
    ///
    /// When there is no tokio runtime with its timer.
    pub async fn run_until(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), <S as Store>::Error> {
        run::run(self, shutdown).await
    }
}

impl<S: fmt::Debug, W> fmt::Debug for Worker<S, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("store", &self.store)
            .field("attempts", &self.retries.attempts)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}
