//! Deliveries in PostgreSQL: for several machines.
//!
//! ```no_run
//! use tower_webhook_inbox::postgres::PostgresStore;
//! use tower_webhook_inbox::{BoxError, Delivery, Inbox, Worker};
//!
//! async fn work(delivery: Delivery) -> Result<(), BoxError> {
//!     println!("{}", delivery.key());
//!     Ok(())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = PostgresStore::open("postgres://inbox@localhost/webhooks").await?;
//! for caveat in store.caveats().await? {
//!     eprintln!("PostgreSQL: {caveat}");
//! }
//! let worker = Worker::new(store.clone(), work);
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
//! The delivery key is unique in its queue. The database ignores a second insert, and the sender is told that it is a
//! duplicate. Rows stay until [`PostgresStore::forget_done`] is called. Their keys stay in the table
//! `apalis.delivery_keys` until [`PostgresStore::forget_keys`] is called.
//!
//! Any number of workers on any number of machines take each delivery once. With
//! [`Worker::in_order_by`](crate::Worker::in_order_by) they keep the order together.
//!
//! # Tables
//!
//! Deliveries are in the tables of [apalis](https://docs.rs/apalis), as apalis writes them: its board shows them, and
//! its own workers can run on [`PostgresStore::storage`]. A [`Worker`](crate::Worker) uses the same tables with
//! statements of its own, which commit many deliveries at a time. They need indexes that apalis does not have, and make
//! the server use them whatever its statistics tell. The indexes, and tables for keys and orders, are named `delivery_`
//! and are created when a store is opened. A role that does not own apalis's table cannot create the indexes: a store
//! then works slowly, and `caveats` names what is missing.
//!
//! # Settings
//!
//! A connection whose `synchronous_commit` is weaker than `on`, by its role, its database or the server's
//! configuration, gets it `on`. That does not hold behind a pool that shares connections between transactions, such as
//! pgbouncer in transaction mode: there, set it for the role. Nothing else is set for longer than a transaction. The
//! inbox waits at most 5 s for an answer.
//!
//! A process opens about four connections for its inbox and three for each worker, as they are needed. At most ten more
//! are for `forget_done`, `storage` and the opening.
//!
//! TLS to the server is a feature of sqlx: depend on sqlx with `tls-rustls-ring` or another feature of that kind.
//!
//! # Clocks
//!
//! A worker starts a delivery only when the server's clock has reached the second in which the delivery was stored, by
//! the clock of the machine that stored it. If that clock is ahead, acknowledged deliveries wait for as long as it is
//! ahead. Keep the clocks together with NTP.

use std::fmt;
use std::sync::Arc;

use apalis_core::task::Task;
use apalis_postgres::PostgresStorage;
use tokio::sync::Notify;
use tower_webhook::DeliveryKey;

use crate::delivery::Delivery;
use crate::error::BoxError;
use crate::record::Record;
use crate::store::{Store, Stored};

mod alive;
mod connections;
mod forget;
mod insert;
mod lease;
mod letters;
mod newest;
mod options;
mod order;
mod settle;
mod tables;

pub use options::Options;

use connections::Connections;
use insert::Lines;

/// A store in PostgreSQL. Clones share its connections.
#[derive(Clone)]
pub struct PostgresStore {
    storage: PostgresStorage<Delivery>,
    connections: Arc<Connections>,
    lines: Lines,
    queue: Arc<str>,
    /// Woken when this process stored a delivery, or put one back.
    arrived: Arc<Notify>,
}

/// Why PostgreSQL did not store a delivery, or cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server failed, or the pool of connections to it.
    #[error(transparent)]
    Database(BoxError),
    /// The server, the database or the role has only transactions that read, or the server is a standby.
    #[error("the database is read-only: transaction_read_only is on, by a setting or because the server is a standby")]
    ReadOnly,
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

    /// Describes the server's settings that weaken the guarantees, and names indexes that are missing. It returns
    /// nothing on a server that is as installed.
    ///
    /// # Errors
    ///
    /// When the server cannot be asked.
    pub async fn caveats(&self) -> Result<Vec<String>, Error> {
        let caveats = "SELECT name || ' is off: committed deliveries may be lost when the machine stops' \
                       FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'";
        let caveats = sqlx::query_scalar(caveats).fetch_all(self.storage.pool()).await;
        let mut caveats: Vec<String> = caveats.map_err(Error::database)?;
        let missing = tables::missing_indexes(self.storage.pool()).await;
        for index in missing.map_err(Error::database)? {
            caveats.push(format!(
                "the index {index} is missing: the role may not create it, and workers are slow"
            ));
        }
        Ok(caveats)
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

    fn queue(&self) -> &str {
        &self.queue
    }

    async fn is_stored(&self, key: DeliveryKey) -> Result<bool, Error> {
        self.lines.is_known(key).await
    }

    async fn retry_dead(&self, key: DeliveryKey) -> Result<bool, Error> {
        self.retry_key(key).await
    }

    async fn store(&self, task: Task<Delivery>) -> Result<Stored, Error> {
        let record = Record::of(&task).map_err(Error::database)?;
        drop(task);
        self.lines.add(record).await
    }
}
