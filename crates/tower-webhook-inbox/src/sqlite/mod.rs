//! Deliveries in a SQLite file: for one machine, with nothing to install.
//!
//! ```
//! use tower_webhook_inbox::sqlite::SqliteStore;
//! use tower_webhook_inbox::{BoxError, Delivery, Inbox, Queue, Stored, Worker};
//! # use tower_webhook::{SigningSecret, Verifier, scheme::Knowrithm, sign::Signer};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let url = format!("sqlite://{}", folder.path().join("inbox.db").display());
//! # let secret = SigningSecret::new("whk_demo")?;
//! # let headers = Signer::new(Knowrithm, &secret).headers("{}");
//! # let body = Verifier::knowrithm(secret).verify(&headers, "{}")?;
//! let store = SqliteStore::open(&url).await?;
//! let inbox = Inbox::new(store.clone());
//! assert_eq!(inbox.put(&body, &headers).await?, Stored::New);
//! assert_eq!(inbox.put(&body, &headers).await?, Stored::Duplicate);
//!
//! let worker = Worker::new(store.clone(), async |delivery: Delivery| {
//!     println!("{}", delivery.key());
//!     Ok::<(), BoxError>(())
//! });
//! # let done = store.clone();
//! # let shutdown = async move {
//! #     while done.stats().await.unwrap().done == 0 { tokio::task::yield_now().await }
//! # };
//! worker.run_until(shutdown).await?; // such as `tokio::signal::ctrl_c()`
//! assert_eq!(store.stats().await?.waiting, 0);
//! # Ok(())
//! # }
//! ```
//!
//! # Guarantees
//!
//! A 200 means that the delivery is in the write-ahead log and that the log was synced to the disk. The delivery
//! survives the death of the process. It survives a loss of power if the disk does not lie about syncing.
//!
//! The file, its log and the index of that are looked at before each answer. If one was deleted, renamed or replaced
//! since the store was opened, the answer is 503 ([`Error::Replaced`]), because what SQLite commits then is lost when
//! the process ends. Until then its workers go on with the tasks that they find in the old file. Never copy a database
//! over one that is in use: what its file is then cannot be told from it.
//!
//! The delivery key is unique in its queue. The database ignores a second insert, and the sender is told that it is a
//! duplicate. Rows stay until [`SqliteStore::forget_done`] is called, which keeps their keys in the table
//! `delivery_keys`, and these stay until [`SqliteStore::forget_keys`] is called.
//!
//! # Commits
//!
//! All that a process writes goes through one connection, one after the other. Deliveries that wait for it are added
//! together, by one statement and one sync of the disk, and each sender gets the answer for its own row. A row that the
//! database refuses costs the others nothing. A [`Worker`](crate::Worker) takes deliveries and records their results in
//! batches too. Other connections read.
//!
//! Several processes on one machine may share the file, but not over a network file system. They wait for each other's
//! commits by sleeping, at most 5 s. A worker looks for the deliveries of other processes every 200 ms.
//!
//! # Settings
//!
//! Every connection has `journal_mode=WAL` and `synchronous=FULL`. In WAL mode any lower level does not sync at a
//! commit.
//!
//! # Tables
//!
//! Tasks and workers are in apalis's tables, as apalis writes them. So its boards show them, and its own workers can
//! run them: [`SqliteStore::storage`] is the backend for both. [`SqliteStore::open`] runs apalis's migrations alone,
//! because `SqliteStorage::setup` turns `synchronous` off on its connection and gives that connection back to the pool.
//! Do not call `vacuum_before`: it keeps no keys, and its comparison of times is always true, so it deletes all done
//! and dead tasks of all queues, even the newest.
//!
//! The tables and indexes of the inbox begin with `delivery_`. The first worker
//! [in order](crate::Worker::in_order_by) also creates triggers on apalis's table of tasks, which keep the order from
//! then on. They cost about as much as the tasks themselves.
//!
//! The plans of the statements do not depend on statistics. `ANALYZE` does neither good nor harm.
//!
//! # Clock
//!
//! A worker starts a delivery only when the clock has reached the second in which the delivery was stored. If the clock
//! was ahead at that time and is then set back, an acknowledged delivery waits until the clock catches up. Keep the
//! clock right with NTP.
//!
//! # A file of its own
//!
//! The tables of an application need another file: sqlx keeps the migrations of both in one table, and the second to
//! start refuses those of the first.

use std::fmt;
use std::sync::Arc;

use apalis_core::task::Task;
use apalis_sqlite::{SqlitePool, SqliteStorage};
use tokio::sync::Notify;
use tower_webhook::DeliveryKey;

use crate::delivery::Delivery;
use crate::record::Record;
use crate::store::{Store, Stored};

use error::{BUSY, kind};
use files::Files;
use letters::RETRY_KEY;
use put::{Puts, Row};

mod error;
mod files;
mod forget;
mod lease;
mod letters;
mod options;
mod order;
#[cfg(test)]
mod plans;
mod put;
mod statements;
#[cfg(test)]
mod tests;

pub use error::Error;
pub use options::Options;

/// Whether a task has the key, or it is the key of one that is forgotten.
const KNOWN: &str = "SELECT EXISTS (SELECT 1 FROM Jobs WHERE job_type = ?1 AND idempotency_key = ?2) \
                     OR EXISTS (SELECT 1 FROM delivery_keys WHERE queue = ?1 AND key = ?3)";

/// A store in a SQLite file. Clones share its connections. Use it while the tokio runtime runs in which it was opened.
#[derive(Clone)]
pub struct SqliteStore {
    /// A pool of one connection, for all that is written. Its waiters are served in order, unlike those of SQLite's
    /// lock, which sleep and retry.
    writer: SqlitePool,
    /// For readers, and for apalis's own workers.
    storage: SqliteStorage<Delivery>,
    queue: String,
    files: Files,
    puts: Puts,
    /// Woken when there is a task for a worker.
    stored: Arc<Notify>,
}

impl SqliteStore {
    /// Opens the file of a `sqlite://` URL with the default options: see [`Options::open`].
    ///
    /// # Errors
    ///
    /// As [`Options::open`].
    pub async fn open(url: &str) -> Result<Self, Error> {
        Self::options().open(url).await
    }

    /// The options with which a file is opened.
    ///
    /// ```
    /// use tower_webhook_inbox::sqlite::SqliteStore;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let url = format!("sqlite://{}", folder.path().join("inbox.db").display());
    /// let store = SqliteStore::options().queue("payments").open(&url).await?;
    /// assert_eq!(store.queue(), "payments");
    /// # Ok(())
    /// # }
    /// ```
    pub fn options() -> Options {
        Options::default()
    }

    /// The name of the queue.
    #[must_use]
    pub fn queue(&self) -> &str {
        &self.queue
    }

    /// apalis's backend on the same file and queue, for boards, and for those who run apalis's workers themselves.
    ///
    /// Its type belongs to apalis-sqlite, whose version is therefore part of this method's promise.
    #[must_use]
    pub fn storage(&self) -> SqliteStorage<Delivery> {
        self.storage.clone()
    }

    fn readers(&self) -> &SqlitePool {
        self.storage.pool()
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("queue", &self.queue)
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

impl Store for SqliteStore {
    type Error = Error;

    fn queue(&self) -> &str {
        &self.queue
    }

    async fn is_stored(&self, key: DeliveryKey) -> Result<bool, Error> {
        // Asked on the readers' pool, which sees only commits.
        let known = sqlx::query_scalar(KNOWN).bind(&self.queue).bind(key.to_string());
        let known = known.bind(&key.as_bytes()[..]).fetch_one(self.readers()).await;
        self.files.check()?;
        known.map_err(Error::database)
    }

    async fn retry_dead(&self, key: DeliveryKey) -> Result<bool, Error> {
        let is_back = self.retry_where(RETRY_KEY, &key.to_string()).await;
        self.files.check()?;
        is_back
    }

    async fn store(&self, task: Task<Delivery>) -> Result<Stored, Error> {
        let row = Record::of(&task).and_then(Row::of);
        let row = row.map_err(|error| Error::Database(error.into()))?;
        let answer = self.puts.put(row).await;
        answer.unwrap_or_else(|| Err(Error::Database("the writer has ended with its tokio runtime".into())))
    }
}
