//! Deliveries in PostgreSQL: for several machines.
//!
//! ```no_run
//! use tower_webhook_inbox::Inbox;
//! use tower_webhook_inbox::postgres::PostgresStore;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = PostgresStore::open("postgres://inbox@localhost/webhooks").await?;
//! for caveat in store.caveats().await? {
//!     eprintln!("PostgreSQL: {caveat}");
//! }
//! let worker_backend = store.storage();
//! let inbox = Inbox::new(store);
//! # Ok(())
//! # }
//! ```
//!
//! # Guarantees
//!
//! A 200 means that the server committed with a `synchronous_commit` of `on` or stronger. The delivery survives the
//! death of the server and of its machine, if `fsync` is on and the disk does not lie about syncing. With synchronous
//! standbys it is on their disks too. [`PostgresStore::caveats`] lists the server's settings that weaken this.
//!
//! The delivery key is unique in its queue for as long as the task's row exists. The database refuses a second insert,
//! and the sender is told that it is a duplicate. Rows stay until [`PostgresStore::forget_done`] is called.
//!
//! # Settings
//!
//! A connection whose `synchronous_commit` is weaker than `on`, by its role, its database or the server's
//! configuration, gets it `on`. That does not hold behind a pool that shares connections between transactions, such as
//! pgbouncer in transaction mode: there, set it for the role. The inbox waits at most 5 s for a connection.
//!
//! TLS to the server is a feature of sqlx: depend on sqlx with `tls-rustls-ring` or another feature of that kind.
//!
//! # Clocks
//!
//! A worker starts a delivery only when the server's clock has reached the second in which the delivery was stored, by
//! the clock of the machine that stored it. If that clock is ahead, acknowledged deliveries wait for as long as it is
//! ahead. Keep the clocks together with NTP.

use std::fmt;

use apalis_core::backend::{TaskSink, TaskSinkError};
use apalis_core::task::Task;
use apalis_postgres::PostgresStorage;

use crate::delivery::Delivery;
use crate::error::{BoxError, cause_of_push};
use crate::store::{Store, Stored};

mod forget;
mod hand_back;
mod options;

pub use options::Options;

/// The unique index over the idempotency keys in apalis's tables.
const KEY_INDEX: &str = "idx_jobs_idempotency_key";

/// A store in PostgreSQL. Clones share its connections.
#[derive(Clone)]
pub struct PostgresStore {
    storage: PostgresStorage<Delivery>,
    queue: String,
}

/// Why PostgreSQL did not store a delivery, or cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server failed, or the pool of connections to it.
    #[error(transparent)]
    Database(BoxError),
    /// The tables could not be created or updated.
    #[error("the tables cannot be created or updated")]
    Migrate(#[source] BoxError),
}

impl Error {
    fn database(error: impl Into<BoxError>) -> Self {
        Self::Database(error.into())
    }
}

impl PostgresStore {
    /// Connects to the server of a `postgres://` URL with the default options: see [`Options::open`].
    ///
    /// # Errors
    ///
    /// As [`Options::open`].
    pub async fn open(url: &str) -> Result<Self, Error> {
        Self::options().open(url).await
    }

    /// The options with which a server is opened.
    ///
    /// ```no_run
    /// use tower_webhook_inbox::postgres::PostgresStore;
    ///
    /// # async fn open(url: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// let store = PostgresStore::options().queue("payments").open(url).await?;
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

    /// apalis's backend on the same connections and queue, for workers and boards built with apalis.
    ///
    /// Its type belongs to apalis-postgres, whose version is therefore part of this method's promise.
    #[must_use]
    pub fn storage(&self) -> PostgresStorage<Delivery> {
        self.storage.clone()
    }

    /// Describes the server's settings that weaken the guarantees. It returns nothing on a server that is as installed.
    ///
    /// # Errors
    ///
    /// When the server cannot be asked.
    pub async fn caveats(&self) -> Result<Vec<String>, Error> {
        let caveats = "SELECT name || ' is off: committed deliveries may be lost when the machine stops' \
                       FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'";
        let caveats = sqlx::query_scalar(caveats).fetch_all(self.storage.pool()).await;
        caveats.map_err(Error::database)
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("queue", &self.queue)
            .finish_non_exhaustive()
    }
}

impl Store for PostgresStore {
    type Error = Error;

    async fn store(&self, task: Task<Delivery>) -> Result<Stored, Error> {
        // Looked up first: each refused insert of a replayed delivery would leave a dead row as large as the delivery,
        // and a line in the server's log.
        let known = "SELECT EXISTS (SELECT FROM apalis.jobs WHERE job_type = $1 AND idempotency_key = $2)";
        let known = sqlx::query_scalar(known).bind(&self.queue).bind(task.idempotency_key());
        if known.fetch_one(self.storage.pool()).await.map_err(Error::database)? {
            return Ok(Stored::Duplicate);
        }
        match self.storage.clone().push_task(task).await {
            Ok(()) => Ok(Stored::New),
            Err(TaskSinkError::PushError(apalis_postgres::Error::Database(error))) if is_duplicate(&error) => {
                Ok(Stored::Duplicate)
            }
            Err(error) => Err(Error::Database(cause_of_push(error))),
        }
    }
}

/// The server reports the violation only after the transaction that holds the key has committed.
fn is_duplicate(error: &sqlx::Error) -> bool {
    let violated = error.as_database_error().filter(|error| error.is_unique_violation());
    violated.and_then(|error| error.constraint()) == Some(KEY_INDEX)
}
