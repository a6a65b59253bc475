//! Deliveries in Redis or Valkey: for several machines, if the server persists its data.
//!
//! ```no_run
//! use tower_webhook_inbox::redis::RedisStore;
//! use tower_webhook_inbox::{BoxError, Delivery, Inbox, Worker};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = RedisStore::open("redis://localhost").await?;
//! for caveat in store.caveats().await? {
//!     eprintln!("Redis: {caveat}");
//! }
//! let worker = Worker::new(store.clone(), async |_: Delivery| Ok::<(), BoxError>(()));
//! let inbox = Inbox::new(store);
//! # Ok(())
//! # }
//! ```
//!
//! # Guarantees
//!
//! A 200 means that the server ran the script that claims the key and queues the task in one step. How durable that is
//! depends on the server's settings, and the safe ones are not the default:
//!
//! | server | a crash of the server may lose |
//! |---|---|
//! | `appendonly yes`, `appendfsync always` | nothing that was answered |
//! | `appendonly yes`, `appendfsync everysec` | the last second |
//! | snapshots only (`save`), as installed | minutes |
//! | neither | everything |
//!
//! A `maxmemory-policy` other than `noeviction` may drop tasks and keys at any time. [`RedisStore::caveats`] lists the
//! settings that weaken the guarantees. With `noeviction`, a server whose memory is full accepts nothing, and workers
//! go on: what is done can be forgotten, which makes room. Replication is asynchronous: a failover may lose deliveries
//! that the old primary had answered.
//!
//! The delivery key is remembered for [`KEY_TTL`], or for the time set by [`Options::key_ttl`], whether the delivery is
//! still there or was forgotten. For that time, the sender is told that a retry is a duplicate. A key takes about 230
//! bytes of the server's memory. apalis's own default makes the server forget each key at once.
//!
//! Deliveries that are done stay in memory until [`RedisStore::forget_done`] is called.
//!
//! # Workers
//!
//! A [`Worker`](crate::Worker) takes deliveries in the order in which they became due. It cannot keep the order of
//! deliveries of one key. Times are those of the server: the clocks of the machines do not matter.
//!
//! A script handles at most 500 deliveries, and takes a few milliseconds, in which the server serves nobody else.
//!
//! # Settings
//!
//! An answer of the server is awaited for 4 s. Then the connection is replaced. Give an [`Inbox`](crate::Inbox) a
//! longer deadline, such as its default: a shorter one would hide a dead connection. TLS to the server is a feature of
//! redis: depend on redis with `tokio-rustls-comp` or another feature of that kind.
//!
//! The server must not be a cluster. The tests run on Redis 7.
//!
//! # apalis
//!
//! The tasks are in the keys of apalis-redis, so its board shows them, and its workers can run them:
//! [`RedisStore::storage`]. Its own parts have limits that a `Worker` does not have:
//!
//! - A task has 25 attempts, whatever the task says. One whose process died is started again, and that does not count
//!   as an attempt.
//! - Its workers make all tasks that are due ready at once, and stall for good beyond about 8000.
//! - They judge by the clocks of their machines whether a worker is alive. If one clock is more than about 4 s ahead of
//!   another, its worker takes over the tasks of living workers, and they are done twice. If one of them shares a queue
//!   with a `Worker`, keep the clocks together with that of the server too.
//! - `vacuum_before` also deletes the dead letters, and `vacuum` also deletes the data of failed tasks that wait for a
//!   retry.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use apalis_core::task::Task;
use apalis_redis::RedisStorage;
use redis::RedisResult;
use tokio::sync::Notify;
use tower_webhook::DeliveryKey;

use crate::delivery::Delivery;
use crate::line::Line;
use crate::record::Record;
use crate::store::{Store, Stored};

mod beat;
mod caveats;
mod connection;
mod error;
mod forget;
mod keys;
mod lease;
mod letters;
mod options;
mod put;
mod queue;
mod settle;
mod take;
#[cfg(test)]
mod tests;

pub use error::Error;
pub use options::Options;

use connection::Connection;
use keys::Keys;
use put::Put;

/// How long a delivery key is remembered unless [`Options::key_ttl`] sets another time: 365 days.
///
/// A key takes about 230 bytes of the server's memory, so 100,000 deliveries a day take 8 GB in a year.
pub const KEY_TTL: Duration = Duration::from_hours(365 * 24);

/// A store in Redis. Clones share its connection.
#[derive(Clone)]
pub struct RedisStore {
    connection: Connection,
    keys: Arc<Keys>,
    /// Woken when this process made tasks due.
    due: Arc<Notify>,
    /// Those who store.
    line: Line<Record, RedisResult<Put>>,
    storage: RedisStorage<Delivery>,
}

impl RedisStore {
    /// Connects to the server of a `redis://` URL with the default options: see [`Options::open`].
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
    /// use std::time::Duration;
    ///
    /// use tower_webhook_inbox::redis::RedisStore;
    ///
    /// # async fn open(url: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// let week = Duration::from_hours(7 * 24);
    /// let store = RedisStore::options().queue("payments").key_ttl(week).open(url).await?;
    /// assert_eq!(store.queue(), "payments");
    /// # Ok(())
    /// # }
    /// ```
    pub fn options() -> Options {
        Options::default()
    }

    /// The name of the queue, with which all its keys on the server begin.
    #[must_use]
    pub fn queue(&self) -> &str {
        self.storage.get_config().queue.as_ref()
    }

    /// apalis's backend on the same queue, for boards and workers built with apalis. It has a connection of its own,
    /// which is made at its first use.
    ///
    /// That is redis's `ConnectionManager`, which keeps a connection that has fallen silent. A
    /// [`Worker`](crate::Worker) replaces it.
    ///
    /// Its type belongs to apalis-redis, whose version is therefore part of this method's promise.
    #[must_use]
    pub fn storage(&self) -> RedisStorage<Delivery> {
        self.storage.clone()
    }

    fn connection(&self) -> Connection {
        self.connection.clone()
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("queue", &self.queue())
            .finish_non_exhaustive()
    }
}

impl Store for RedisStore {
    type Error = Error;

    fn queue(&self) -> &str {
        self.storage.get_config().queue.as_ref()
    }

    async fn is_stored(&self, key: DeliveryKey) -> Result<bool, Error> {
        let mut ask = redis::cmd("EXISTS");
        ask.arg(format!("{}{key}", self.keys.claim));
        let known = ask.query_async(&mut self.connection()).await;
        known.map_err(Error::database)
    }

    async fn retry_dead(&self, key: DeliveryKey) -> Result<bool, Error> {
        self.revive_claimant(key).await.map_err(Error::database)
    }

    async fn store(&self, task: Task<Delivery>) -> Result<Stored, Error> {
        let record = Record::of(&task).map_err(|error| Error::Database(error.into()))?;
        let put = self
            .line
            .put(record)
            .await
            .ok_or_else(|| Error::Database("the runtime of the store has ended".into()))?;
        match put.map_err(Error::database)? {
            Put::Added => Ok(Stored::New),
            Put::KeyClaimed => Ok(Stored::Duplicate),
            Put::IdTaken => Err(Error::Database("there is a task of this id".into())),
        }
    }
}
