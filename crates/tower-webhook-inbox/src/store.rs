//! The interface between the inbox and a backend, and the store for every backend of apalis.

use std::error::Error;

use apalis_core::backend::{BackendConfig, TaskSink, TaskSinkError};
use apalis_core::task::Task;
use tower_webhook::DeliveryKey;

use crate::delivery::Delivery;

/// How a delivery was stored. Every variant means that the backend committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stored {
    /// The delivery was added. It was not there before.
    New,
    /// The delivery was there before. Nothing was added.
    Duplicate,
    /// The delivery was there before as a dead letter, which is now back in the queue:
    /// [`Inbox::retry_dead_letters`](crate::Inbox::retry_dead_letters).
    Retried,
    /// The delivery is there. The backend does not report whether it was there before.
    NewOrDuplicate,
}

#[cfg(any(feature = "postgres", feature = "sqlite"))]
impl Stored {
    /// By the number of tasks that the backend added.
    pub(crate) fn by_count(added: u64) -> Self {
        if added == 0 { Self::Duplicate } else { Self::New }
    }
}

/// A backend that stores deliveries.
///
/// This crate has a store for each backend that it knows, and [`SinkStore`] for all others. The futures may be dropped
/// before they end: the delivery is then stored or not, but never in part.
pub trait Store: Clone + Send + Sync + 'static {
    /// Why the backend did not commit.
    type Error: Error + Send + Sync + 'static;

    /// The name of the queue, for the label of the metrics. By default it is empty.
    #[expect(
        clippy::unnecessary_literal_bound,
        reason = "other stores return a part of themselves"
    )]
    fn queue(&self) -> &str {
        ""
    }

    /// Whether the delivery with this key is stored, or was stored and is done and forgotten.
    ///
    /// An [`Inbox`](crate::Inbox) asks first when the body is longer than 16 KiB, because `store` encodes the delivery:
    /// the replay of a recorded large delivery costs a lookup, and no copy of its body. Returns `Ok(true)` only for a
    /// delivery that is committed as `store` commits it. By default it returns `Ok(false)`, and `store` alone finds the
    /// duplicates.
    ///
    /// # Errors
    ///
    /// When the backend cannot be asked.
    fn is_stored(&self, key: DeliveryKey) -> impl Future<Output = Result<bool, Self::Error>> + Send {
        let _ = key;
        async { Ok(false) }
    }

    /// Puts the delivery with this key back into the queue, with all its attempts before it, if it is a dead letter.
    /// Returns whether it did. It does not when somebody else was faster.
    ///
    /// An [`Inbox`](crate::Inbox) asks for it after a duplicate, if it is to [retry dead
    /// letters](crate::Inbox::retry_dead_letters). Returns `Ok(true)` only when that is committed as `store` commits. A
    /// backend that keeps no dead letters returns `Ok(false)`.
    ///
    /// # Errors
    ///
    /// When the backend did not confirm it. The delivery may be back in the queue nevertheless.
    fn retry_dead(&self, key: DeliveryKey) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Adds the task to the backend, unless a task with its idempotency key is there already.
    ///
    /// Returns `Ok` only when the task, or the earlier task with its key, is committed as durably as the backend
    /// allows.
    ///
    /// # Errors
    ///
    /// When the backend did not confirm the commit. The task may be there nevertheless.
    fn store(&self, task: Task<Delivery>) -> impl Future<Output = Result<Stored, Self::Error>> + Send;
}

/// A store on any backend of apalis, by its `TaskSink` alone.
///
/// The backend must ignore a second task with the same idempotency key without an error: an error here is a 503, and
/// the sender would retry in vain. A `TaskSink` does not report duplicates, so the result is
/// [`Stored::NewOrDuplicate`].
///
/// ```
/// use apalis_sqlite::{Config, SqlitePool, SqliteStorage};
/// use tower_webhook_inbox::{Delivery, Inbox, SinkStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let pool = SqlitePool::connect_lazy("sqlite::memory:")?;
/// let storage = SqliteStorage::<Delivery>::new(&pool).with_config(Config::default().queue("webhooks"));
/// let inbox = Inbox::new(SinkStore::new(storage));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SinkStore<B> {
    sink: B,
}

impl<B> SinkStore<B> {
    /// Makes a store on this backend. Each delivery is pushed through a clone of it.
    #[must_use]
    pub fn new(sink: B) -> Self {
        Self { sink }
    }
}

impl<B> Store for SinkStore<B>
where
    B: BackendConfig + TaskSink<Delivery, <B as BackendConfig>::Kind> + Clone + Send + Sync + 'static,
    B::Error: Error + Send + Sync + 'static,
{
    type Error = TaskSinkError<B::Error>;

    /// A `TaskSink` cannot be asked for dead letters.
    async fn retry_dead(&self, _: DeliveryKey) -> Result<bool, Self::Error> {
        Ok(false)
    }

    async fn store(&self, task: Task<Delivery>) -> Result<Stored, Self::Error> {
        self.sink.clone().push_task(task).await?;
        Ok(Stored::NewOrDuplicate)
    }
}
