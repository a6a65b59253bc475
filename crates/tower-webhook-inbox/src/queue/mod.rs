//! What an operator asks of a store, and what a worker asks of it.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use crate::delivery::Delivery;
use crate::store::Store;

#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
pub(crate) mod known;
pub(crate) mod lease;

use lease::Leased;

/// A store that a [`Worker`](crate::Worker) works off, with what its operator needs.
///
/// It is implemented by the stores of this crate, and sealed: further methods may be added.
///
/// ```
/// use std::time::Duration;
///
/// use tower_webhook_inbox::memory::MemoryStore;
/// use tower_webhook_inbox::{Inbox, Queue};
/// # use tower_webhook::{SigningSecret, Verifier, scheme::Knowrithm, sign::Signer};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let secret = SigningSecret::new("whk_demo")?;
/// # let headers = Signer::new(Knowrithm, &secret).headers("{}");
/// # let body = Verifier::knowrithm(secret).verify(&headers, "{}")?;
/// let store = MemoryStore::new(1000);
/// Inbox::new(store.clone()).put(&body, &headers).await?;
/// let stats = store.stats().await?;
/// assert_eq!((stats.waiting, stats.running, stats.dead), (1, 0, 0));
/// assert!(stats.oldest < Some(Duration::from_mins(1)), "an alert would tell of a longer wait");
/// assert_eq!(store.dead_letters(100).await?.len(), 0);
/// # Ok(())
/// # }
/// ```
pub trait Queue: Store + Leased<Error = <Self as Store>::Error> {
    /// Counts the deliveries of the queue.
    ///
    /// It reads an index over all of them: ask every few seconds, not for each request.
    ///
    /// # Errors
    ///
    /// When the backend cannot be asked.
    fn stats(&self) -> impl Future<Output = Result<Stats, <Self as Store>::Error>> + Send;

    /// The deliveries that failed for good, the latest first, and at most this many.
    ///
    /// # Errors
    ///
    /// When the backend cannot be asked.
    fn dead_letters(
        &self,
        at_most: u32,
    ) -> impl Future<Output = Result<Vec<DeadLetter>, <Self as Store>::Error>> + Send;

    /// Puts the dead letter with this [id](DeadLetter::id) back into the queue, with all its attempts before it.
    ///
    /// Returns whether it did. It does not when there is no such dead letter, be it that somebody else was faster.
    ///
    /// # Errors
    ///
    /// When the backend did not confirm it. The delivery may be back in the queue nevertheless.
    fn retry(&self, id: &str) -> impl Future<Output = Result<bool, <Self as Store>::Error>> + Send;

    /// Puts all dead letters back into the queue, as [`retry`](Self::retry) does, and returns their number.
    ///
    /// # Errors
    ///
    /// When the backend did not confirm it. Some deliveries may be back in the queue; the next call does the rest.
    fn retry_all(&self) -> impl Future<Output = Result<u64, <Self as Store>::Error>> + Send;
}

/// A store that can run deliveries in the order of their arrival:
/// [`Worker::in_order_by`](crate::Worker::in_order_by).
///
/// It also keeps, for each entity that deliveries tell of, the time of the newest event that was done. Providers do not
/// send in order: `conversation.ended` may arrive before `conversation.started`. A handler asks
/// [`newest`](Self::newest) first, and [`advance`](Self::advance)s when it is done:
///
/// ```
/// use jiff::Timestamp;
/// use tower_webhook_inbox::InOrder;
/// use tower_webhook_inbox::memory::MemoryStore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new(1000);
/// let (started, ended): (Timestamp, Timestamp) = ("2024-05-21T10:30:00Z".parse()?, "2024-05-21T10:40:00Z".parse()?);
///
/// assert_eq!(store.newest("conversation 1").await?, None);
/// // `conversation.ended` is done.
/// store.advance("conversation 1", ended).await?;
/// // `conversation.started` arrives, and is older than what was done.
/// assert!(store.newest("conversation 1").await? > Some(started));
/// # Ok(())
/// # }
/// ```
///
/// Nothing else keeps two deliveries of one entity apart between the two calls: run them with
/// [`Worker::in_order_by`](crate::Worker::in_order_by) of the same entity.
pub trait InOrder: Queue {
    /// The latest time that was given to [`advance`](Self::advance) for this entity.
    ///
    /// # Errors
    ///
    /// When the backend cannot be asked.
    fn newest(&self, entity: &str) -> impl Future<Output = Result<Option<Timestamp>, <Self as Store>::Error>> + Send;

    /// Records that an event of this entity with this time is done. An earlier time changes nothing.
    ///
    /// # Errors
    ///
    /// When the backend did not confirm it.
    fn advance(&self, entity: &str, at: Timestamp) -> impl Future<Output = Result<(), <Self as Store>::Error>> + Send;
}

/// How many deliveries a queue holds: [`Queue::stats`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Deliveries that no worker has taken, also those that wait for their next attempt.
    pub waiting: u64,
    /// Deliveries that a worker has taken.
    pub running: u64,
    /// Deliveries that are done, and not forgotten.
    pub done: u64,
    /// Dead letters.
    pub dead: u64,
    /// For how long the oldest waiting delivery could have been started. `None` when none is due. Precise to a second.
    pub oldest: Option<Duration>,
}

/// A delivery that failed for good: [`Queue::dead_letters`].
#[derive(Clone)]
pub struct DeadLetter {
    pub(crate) id: String,
    pub(crate) delivery: Option<Delivery>,
    pub(crate) attempts: u32,
    pub(crate) error: String,
    pub(crate) died_at: Timestamp,
}

impl DeadLetter {
    /// Identifies it in its store: the id of the task.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The delivery. `None` when what is stored cannot be read, because another program or version wrote it.
    #[must_use]
    pub fn delivery(&self) -> Option<&Delivery> {
        self.delivery.as_ref()
    }

    /// How often it was tried.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The error of the last attempt. Its text comes from the handler: escape it before a browser or a terminal shows
    /// it.
    #[must_use]
    pub fn error(&self) -> &str {
        &self.error
    }

    /// When the last attempt ended. Precise to a second.
    #[must_use]
    pub fn died_at(&self) -> Timestamp {
        self.died_at
    }
}

/// Prints neither the body nor the error, which may quote it: they may hold personal data.
impl fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetter")
            .field("id", &self.id)
            .field("delivery", &self.delivery)
            .field("attempts", &self.attempts)
            .field("died_at", &self.died_at)
            .finish_non_exhaustive()
    }
}
