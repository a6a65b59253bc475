//! Deliveries in a SQLite file: for one machine, with nothing to install.
//!
//! ```
//! use tower_webhook_inbox::sqlite::SqliteStore;
//! use tower_webhook_inbox::{Inbox, Stored};
//! # use tower_webhook::{SigningSecret, Verifier, sign::Signer};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let url = format!("sqlite://{}", folder.path().join("inbox.db").display());
//! # let secret = SigningSecret::new("whk_demo")?;
//! # let headers = Signer::knowrithm(&secret).headers("{}");
//! # let body = Verifier::knowrithm(secret).verify(&headers, "{}")?;
//! let store = SqliteStore::open(&url).await?;
//! let inbox = Inbox::new(store.clone());
//! assert_eq!(inbox.put(&body, &headers).await?, Stored::New);
//! assert_eq!(inbox.put(&body, &headers).await?, Stored::Duplicate);
//!
//! let worker_backend = store.storage();
//! # Ok(())
//! # }
//! ```
//!
//! # Guarantees
//!
//! A 200 means that the delivery is in the write-ahead log and that the log was synced to the disk. The delivery
//! survives the death of the process. It survives a loss of power if the disk does not lie about syncing.
//!
//! The delivery key is unique in its queue for as long as the task's row exists. The database ignores a second insert,
//! and the sender is told that it is a duplicate. Rows stay until [`SqliteStore::forget_done`] is called. Do not call
//! apalis's own `vacuum_before`: its comparison of times is always true, so it deletes all done and dead tasks of all
//! queues, even the newest.
//!
//! # Settings
//!
//! Every connection has `journal_mode=WAL` and `synchronous=FULL`. In WAL mode any lower level does not sync at a
//! commit. apalis's own `SqliteStorage::setup` turns `synchronous` off on its connection and gives that connection back
//! to the pool, so [`SqliteStore::open`] runs the migrations alone.
//!
//! # Clock
//!
//! A worker starts a delivery only when the clock has reached the second in which the delivery was stored. If the clock
//! was ahead at that time and is then set back, an acknowledged delivery waits until the clock catches up. Keep the
//! clock right with NTP.
//!
//! # A file of its own
//!
//! Several processes on one machine may share the file, but not over a network file system. The tables of an
//! application need another file: sqlx keeps the migrations of both in one table, and the second to start refuses those
//! of the first.

use apalis_core::backend::TaskSink;
use apalis_core::task::Task;
use apalis_sqlite::SqliteStorage;

use crate::delivery::Delivery;
use crate::error::cause_of_push;
use crate::store::{Store, Stored};

mod error;
mod forget;
mod hand_back;
mod options;

pub use error::Error;
pub use options::Options;

/// A store in a SQLite file. Clones share its connections.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    /// A pool of one connection. Its waiters are served in order, unlike those of SQLite's lock, which sleep and retry.
    writer: SqliteStorage<Delivery>,
    storage: SqliteStorage<Delivery>,
    queue: String,
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

    /// apalis's backend on the same file and queue, for workers and boards built with apalis.
    ///
    /// Its type belongs to apalis-sqlite, whose version is therefore part of this method's promise.
    #[must_use]
    pub fn storage(&self) -> SqliteStorage<Delivery> {
        self.storage.clone()
    }
}

impl Store for SqliteStore {
    type Error = Error;

    async fn store(&self, task: Task<Delivery>) -> Result<Stored, Error> {
        let pushed = task.task_id().map(ToString::to_string);
        let key = task.idempotency_key().map(str::to_owned);
        let push = self.writer.clone().push_task(task).await;
        push.map_err(|error| Error::Database(cause_of_push(error)))?;
        // SQLite ignores a second insert silently, so look which task holds the key. The other pool sees only commits.
        let holder: String = sqlx::query_scalar("SELECT id FROM Jobs WHERE job_type = ? AND idempotency_key = ?")
            .bind(&self.queue)
            .bind(key)
            .fetch_one(self.storage.pool())
            .await
            .map_err(Error::database)?;
        Ok(Stored::by_id(pushed.as_deref(), Some(&holder)))
    }
}
