//! Deliveries in Redis or Valkey: for several machines, if the server persists its data.
//!
//! ```no_run
//! use tower_webhook_inbox::Inbox;
//! use tower_webhook_inbox::redis::RedisStore;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = RedisStore::open("redis://localhost").await?;
//! for caveat in store.caveats().await? {
//!     eprintln!("Redis: {caveat}");
//! }
//! let worker_backend = store.storage();
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
//! settings that weaken the guarantees. Replication is asynchronous: a failover may lose deliveries that the old
//! primary had answered.
//!
//! The delivery key is remembered for [`KEY_TTL`], or for the time set by [`Options::key_ttl`], so that keys do not
//! fill the memory. For that time, the sender is told that a retry is a duplicate. apalis's own default makes the
//! server forget each key at once.
//!
//! # Settings
//!
//! An answer of the server is awaited for 4 s. Give an [`Inbox`](crate::Inbox) a longer deadline, such as its default:
//! a shorter one would hide a dead connection. TLS to the server is a feature of redis: depend on redis with
//! `tokio-rustls-comp` or another feature of that kind.
//!
//! # Clocks
//!
//! apalis judges by the clocks of the workers' machines whether a worker is alive. If one clock is more than about 4 s
//! ahead of another, its worker takes over the tasks of living workers, and they are done twice. Keep the clocks
//! together with NTP.
//!
//! # Limits of apalis-redis
//!
//! - Finished tasks stay in memory until [`RedisStore::forget_done`] is called. apalis's own `vacuum_before` also
//!   deletes the dead letters, and its `vacuum` also deletes the data of failed tasks that wait for a retry.
//! - A task has 25 attempts, whatever the task says.
//! - A task whose process died is started again, and that does not count as an attempt.

use std::fmt;
use std::time::Duration;

use apalis_core::backend::TaskSink;
use apalis_core::task::Task;
use apalis_redis::RedisStorage;

use crate::delivery::Delivery;
use crate::error::{BoxError, cause_of_push};
use crate::store::{Store, Stored};

mod caveats;
mod connection;
mod forget;
mod hand_back;
mod options;

pub use connection::Connection;
pub use options::Options;

/// How long a delivery key is remembered unless [`Options::key_ttl`] sets another time: 14 days.
pub const KEY_TTL: Duration = Duration::from_hours(14 * 24);

/// Returns the task that holds the key, and makes it ready if it is the pushed one. apalis schedules each task for the
/// current second and makes all due tasks ready at once. Lua can do that with about 8000 tasks; beyond, the queue
/// stalls for good. If the process dies before this script runs, apalis makes the task ready at its next fetch.
const MAKE_READY: &str = "
    local holder = redis.call('GET', KEYS[1])
    if holder == ARGV[1] and redis.call('ZREM', KEYS[2], holder) == 1 then
        redis.call('RPUSH', KEYS[3], holder)
        redis.call('DEL', KEYS[4])
        redis.call('LPUSH', KEYS[4], 1)
    end
    return holder";

/// A store in Redis. Clones share its [`Connection`].
#[derive(Clone)]
pub struct RedisStore {
    connection: Connection,
    storage: RedisStorage<Delivery, Connection>,
}

/// Why Redis did not store a delivery, or cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server failed, or the connection to it.
    #[error(transparent)]
    Database(BoxError),
    /// [`Options::key_ttl`] is less than a second, which is given here.
    #[error("key_ttl is {0:?}, less than a second: the server would forget each delivery key at once")]
    ForgetsKeys(Duration),
}

impl Error {
    fn database(error: impl Into<BoxError>) -> Self {
        Self::Database(error.into())
    }
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

    /// apalis's backend on the same connection and queue, for workers and boards built with apalis.
    ///
    /// Its type belongs to apalis-redis, whose version is therefore part of this method's promise.
    #[must_use]
    pub fn storage(&self) -> RedisStorage<Delivery, Connection> {
        self.storage.clone()
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

    async fn store(&self, task: Task<Delivery>) -> Result<Stored, Error> {
        let pushed = task.task_id().map(ToString::to_string);
        let config = self.storage.get_config();
        // Named as apalis's script does. Its value is the id of the task that claimed the key.
        let claim = format!(
            "{}:{}",
            config.idempotency_key_set(),
            task.idempotency_key().unwrap_or_default()
        );
        let push = self.storage.clone().push_task(task).await;
        push.map_err(|error| Error::Database(cause_of_push(error)))?;
        // apalis drops a second task silently, so look which task holds the key.
        let holder: Option<String> = redis::Script::new(MAKE_READY)
            .key(claim)
            .key(config.scheduled_jobs_set())
            .key(config.active_jobs_list())
            .key(config.signal_list())
            .arg(&pushed)
            .invoke_async(&mut self.connection.clone())
            .await
            .map_err(Error::database)?;
        Ok(Stored::by_id(pushed.as_deref(), holder.as_deref()))
    }
}
