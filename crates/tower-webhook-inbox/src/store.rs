//! What the inbox asks of a backend, and the store for any backend that apalis has.

use std::error::Error;

use apalis_core::backend::{BackendConfig, TaskSink, TaskSinkError};
use apalis_core::task::Task;

use crate::delivery::Delivery;

/// What became of a delivery that was put into a backend. Each of them is a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stored {
    /// It is there, and was not before.
    New,
    /// It was there already: nothing was added.
    Duplicate,
    /// It is there; the backend does not tell whether it was before.
    Untold,
}

impl Stored {
    /// Whether the task that a key belongs to is the one that was pushed.
    #[cfg(any(feature = "redis", feature = "sqlite"))]
    pub(crate) fn by_id(ours: Option<&str>, theirs: Option<&str>) -> Self {
        if theirs.is_none() || theirs == ours {
            Self::New
        } else {
            Self::Duplicate
        }
    }
}

/// A backend that takes deliveries.
///
/// This crate has one for each backend that it knows, and [`SinkStore`] for every other one. A future that is dropped
/// before it ends may have stored the delivery or not, but never a half of it.
pub trait Store: Clone + Send + Sync + 'static {
    /// Why the backend did not commit.
    type Error: Error + Send + Sync + 'static;

    /// Puts the task into the backend, unless one with its idempotency key is there already.
    ///
    /// Ends well only when the task, or the earlier one with its key, is committed: as safe as the backend can make it.
    ///
    /// # Errors
    ///
    /// When the backend did not say that it committed. The task may be there nevertheless.
    fn store(&self, task: Task<Delivery>) -> impl Future<Output = Result<Stored, Self::Error>> + Send;
}

/// Any backend of apalis: its `TaskSink`, and nothing more.
///
/// The backend must honour the idempotency key of a task, silently: an error is an error here, which the sender answers
/// with a retry. It cannot tell duplicates from the rest, and so answers [`Stored::Untold`].
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
    /// A store in this backend. Each delivery is pushed into a clone of it.
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

    async fn store(&self, task: Task<Delivery>) -> Result<Stored, Self::Error> {
        self.sink.clone().push_task(task).await?;
        Ok(Stored::Untold)
    }
}
