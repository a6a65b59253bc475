//! How workers stop: they finish the tasks at hand, and leave none behind that is fetched but not started.

use std::sync::{Arc, Mutex, PoisonError};

use apalis_core::backend::Backend;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::event::Event;
use apalis_core::worker::ext::event_listener::EventListenerExt;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tower_layer::Identity;

mod layer;

pub use layer::{DrainLayer, Drained};

/// Makes a worker drainable, and is the handle that drains it. Each worker needs one of its own.
///
/// A drained worker starts the task that it is fetching, fetches no other, and otherwise goes on until its tasks have
/// ended. apalis 1.0 has two ways to stop a worker, and each leaves something undone:
///
/// - A *stopped* worker drops its fetch, although the backend has assigned the fetched task to it. It sends no
///   heartbeat while its tasks end. If more than a few of them end at the same moment, the end of none is recorded.
/// - A *paused* worker does not continue its fetch. Until the fetch continues, it sends no heartbeat, records no end of
///   a task, and retries no failed task.
///
/// When the worker has ended, call `hand_back` of the store. It puts the tasks that the worker still holds back into
/// the queue: one that it was fetching while it had no other, and those that did not end in time.
///
/// ```
/// use std::time::Duration;
///
/// use apalis::prelude::{BackendExt, WorkerBuilder};
/// use tower_webhook_inbox::sqlite::SqliteStore;
/// use tower_webhook_inbox::{Delivery, Drain, Inbox, Ticks};
/// # use tower_webhook::{SigningSecret, Verifier, sign::Signer};
///
/// async fn work(_: Delivery) {
///     tokio::time::sleep(Duration::from_millis(100)).await;
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let url = format!("sqlite://{}", folder.path().join("inbox.db").display());
/// # let secret = SigningSecret::new("whk_demo")?;
/// # let headers = Signer::knowrithm(&secret).headers("{}");
/// # let body = Verifier::knowrithm(secret).verify(&headers, "{}")?;
/// # let started = async { tokio::time::sleep(Duration::from_millis(50)).await };
/// let store = SqliteStore::open(&url).await?;
/// Inbox::new(store.clone()).put(&body, &headers).await?;
///
/// let drain = Drain::new();
/// let backend = store.storage().poll_with_stream(Ticks::every(Duration::from_millis(200)));
/// let worker = drain.on(WorkerBuilder::new("inbox-1").backend(backend)).build(work);
/// let signal = async move {
///     started.await; // or SIGTERM
///     drain.finish().await;
///     Ok::<_, std::io::Error>(())
/// };
/// # tokio::time::timeout(Duration::from_secs(30), async {
/// worker.run_until(signal).await?;
/// # Ok::<_, Box<dyn std::error::Error>>(()) }).await??;
/// assert_eq!(store.hand_back("inbox-1").await?, 0, "no task was left");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Drain {
    tracker: TaskTracker,
    /// One for each task at hand.
    tasks: Arc<Mutex<Vec<TaskTrackerToken>>>,
}

impl Drain {
    /// Makes a handle for one worker, and for its successors when it is restarted.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes this worker drainable.
    ///
    /// The worker has no layers yet, because a task that waits in one for its retry is at hand too. Its backend must
    /// fetch one task at a time, as those of this crate's stores do.
    pub fn on<A, B: Backend>(&self, worker: WorkerBuilder<A, B, Identity>) -> WorkerBuilder<A, B, DrainLayer> {
        let ended = self.clone();
        // These events come when the backend's own layer is done with a task. At the end of the task's future, the
        // result may not be on its way to the backend yet.
        let listening = worker.on_event(move |_, event| {
            if matches!(event, Event::Success(_) | Event::Error(_)) {
                ended.with(Vec::pop);
            }
        });
        // Replaces the layer that `on_event` adds, which only passes requests on.
        listening.chain(|_| DrainLayer::new(self.clone()))
    }

    /// Stops the worker from fetching, from the first poll on and for good. Ends when the tasks at hand have ended.
    ///
    /// It waits without a bound: put a timeout around it.
    pub async fn finish(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }

    fn is_finishing(&self) -> bool {
        self.tracker.is_closed()
    }

    fn begin_task(&self) {
        self.with(|tasks| tasks.push(self.tracker.token()));
    }

    fn with<T>(&self, change: impl FnOnce(&mut Vec<TaskTrackerToken>) -> T) -> T {
        // A panic with the lock held leaves whole tokens.
        change(&mut self.tasks.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
