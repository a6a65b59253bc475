//! Deliveries in Redis, or Valkey: several machines, if the server persists.
//!
//! **What it promises.** A 200 means that the server ran the script that claims the key and queues the task, as one. How
//! much that is worth is the server's setting, and none of it is the default:
//!
//! | server | what a crash of the server may lose |
//! |---|---|
//! | `appendonly yes`, `appendfsync always` | nothing that was answered |
//! | `appendonly yes`, `appendfsync everysec` | the last second |
//! | snapshots only (`save`), as installed | minutes |
//! | neither | everything |
//!
//! A `maxmemory-policy` other than `noeviction` may drop tasks and keys at any time. [`RedisStore::caveats`] tells which
//! of these hold. Replication is asynchronous: a failover may lose what the old primary had answered.
//!
//! The delivery key is remembered for [`IDEMPOTENCY_TTL`] and then forgotten, so that memory does not grow without end by
//! the keys; duplicates are told. apalis's own default for that time, none, makes the server forget each key at once.
//!
//! **Clocks.** Whether a worker still lives is told by the clocks of the machines that the workers run on: when one is more than
//! some 4 s ahead of another, it takes over the tasks of a worker that lives, and they are done twice. Keep them together, with NTP.
//!
//! **What apalis does not do here.** Finished tasks stay in memory until [`RedisStore::forget_done`] is called. With apalis's
//! own `vacuum_before` the dead letters go too, and its `vacuum` takes away the data of what has failed and waits to be started
//! again. The number of attempts is 25, whatever the task says. A task whose process died is started again without counting as
//! an attempt.

use std::time::Duration;

use apalis_core::backend::{TaskSink, TaskSinkError};
use apalis_core::task::Task;
use apalis_core::worker::context::WorkerContext;
pub use apalis_redis::Config;
use apalis_redis::RedisStorage;

use crate::delivery::Delivery;
use crate::store::{Store, Stored};
use crate::{HEARTBEAT, MISSED_HEARTBEATS, QUEUE};

mod connection;
mod forget;

pub use connection::Connection;

/// How long a delivery key is remembered: 14 days. Providers retry for hours or days; a week is the least to choose.
pub const IDEMPOTENCY_TTL: Duration = Duration::from_hours(14 * 24);

/// Whose task claimed the key? If it is ours, it is made ready here. apalis schedules every task for this very second, and
/// makes what is due ready all at once, which Lua cannot do with some 8000 tasks: the queue would stand still for good.
/// Without this, when the process dies in between, apalis makes the task ready at the next fetch.
const MAKE_READY: &str = "
    local theirs = redis.call('GET', KEYS[1])
    if theirs == ARGV[1] and redis.call('ZREM', KEYS[2], theirs) == 1 then
        redis.call('RPUSH', KEYS[3], theirs)
        redis.call('DEL', KEYS[4])
        redis.call('LPUSH', KEYS[4], 1)
    end
    return theirs";

/// How many tasks are made ready at a time.
const PORTION: u64 = 1000;

/// Makes ready what is due, the oldest first, as apalis does but in portions; says how many tasks.
const MAKE_DUE_READY: &str = "
    local due = redis.call('ZRANGEBYSCORE', KEYS[1], 0, redis.call('TIME')[1], 'LIMIT', 0, ARGV[1])
    if #due > 0 then
        redis.call('RPUSH', KEYS[2], unpack(due))
        redis.call('ZREM', KEYS[1], unpack(due))
        redis.call('DEL', KEYS[3])
        redis.call('LPUSH', KEYS[3], 1)
    end
    return #due";

/// Puts a worker's tasks in front of those that wait, and says that there are some.
const HAND_BACK: &str = "
    local tasks = redis.call('SMEMBERS', KEYS[1])
    for _, task in ipairs(tasks) do
        redis.call('LPUSH', KEYS[2], task)
        redis.call('HSET', ARGV[1] .. task, 'status', 'Pending')
        redis.call('HDEL', ARGV[1] .. task, 'locked_at', 'locked_by')
    end
    if #tasks > 0 then
        redis.call('DEL', KEYS[1], KEYS[3])
        redis.call('LPUSH', KEYS[3], 1)
    end
    return #tasks";

/// A store in Redis. Clones share its connection, which is made anew when it breaks or is silent for 4 s: let an
/// [`Inbox`](crate::Inbox) wait longer.
#[derive(Clone)]
pub struct RedisStore {
    connection: Connection,
    storage: RedisStorage<Delivery, Connection>,
}

/// Why Redis did not store, or cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server, or the connection to it.
    #[error(transparent)]
    Server(#[from] redis::RedisError),
    /// apalis did not push.
    #[error(transparent)]
    Push(#[from] TaskSinkError<apalis_redis::Error>),
    /// The time for which a key is remembered is missing, or less than a second: the server would forget it at once.
    #[error("idempotency_ttl is {0:?}: the server would forget each delivery key at once")]
    ForgetsKeys(Option<Duration>),
}

/// apalis's configuration with what an inbox needs: the queue [`QUEUE`], named by a constant, because apalis's default is
/// the name of a Rust type, and renaming that would orphan what is queued; [`IDEMPOTENCY_TTL`], without which there is
/// no idempotency; [`HEARTBEAT`] and [`MISSED_HEARTBEATS`], so that a killed worker's tasks are taken over after 8 to
/// 12 s, not after five minutes; batches of one task, because a worker with fetched tasks in hand does not beat.
#[must_use]
pub fn config() -> Config {
    Config::default()
        .queue(QUEUE)
        .batch_size(1)
        .heartbeat_interval(HEARTBEAT)
        .missed_heartbeats(MISSED_HEARTBEATS)
        .idempotency_ttl(Some(IDEMPOTENCY_TTL))
}

impl RedisStore {
    /// Connects to the server of a `redis://` URL, and makes ready what is due there: apalis's workers can do that with some
    /// 8000 tasks, and fail with more.
    ///
    /// # Errors
    ///
    /// When the URL is none, the server cannot be reached or refuses; [`Error::ForgetsKeys`] when the configuration has
    /// no time for which keys are remembered.
    pub async fn open(url: &str, config: Config) -> Result<Self, Error> {
        if config.idempotency_ttl.is_none_or(|ttl| ttl.as_secs() == 0) {
            return Err(Error::ForgetsKeys(config.idempotency_ttl));
        }
        let mut connection = Connection::open(redis::Client::open(url)?).await?;
        let due = redis::Script::new(MAKE_DUE_READY);
        let mut due = due.key(config.scheduled_jobs_set());
        due.key(config.active_jobs_list()).key(config.signal_list());
        due.arg(PORTION);
        // What other machines are putting there meanwhile is theirs to make ready.
        while due.invoke_async::<u64>(&mut connection).await? == PORTION {}
        Ok(Self {
            storage: RedisStorage::new(connection.clone()).with_config(config),
            connection,
        })
    }

    /// apalis's backend on the same connection and queue: for workers, and for a board.
    #[must_use]
    pub fn storage(&self) -> RedisStorage<Delivery, Connection> {
        self.storage.clone()
    }

    /// Hands back what a worker holds that has ended, so that others need not wait until they miss it; says how many tasks.
    ///
    /// They are pending again. This is for a worker of this name that will do nothing more, and whose
    /// future is dropped: what another one is still working on would be done twice.
    ///
    /// # Errors
    ///
    /// When the server cannot do it. Others take over the tasks all the same, later.
    pub async fn hand_back(&self, worker: &str) -> Result<u64, Error> {
        let config = self.storage.get_config();
        // On the connection that the worker had, after whatever it had sent.
        let mut connection = self.connection.clone();
        let released = redis::Script::new(HAND_BACK)
            .key(config.inflight_set_for(&WorkerContext::new(worker)))
            .key(config.active_jobs_list())
            .key(config.signal_list())
            .arg(format!("{}:", config.job_meta_hash()))
            .invoke_async(&mut connection)
            .await?;
        Ok(released)
    }

    /// What of the server's settings loosens the promise; nothing, on a server with `appendonly yes`,
    /// `appendfsync always` and `maxmemory-policy noeviction`.
    ///
    /// # Errors
    ///
    /// When the server cannot be asked; hosted ones often forbid `CONFIG`.
    pub async fn caveats(&self) -> Result<Vec<String>, Error> {
        let mut caveats = Vec::new();
        for (name, wanted, otherwise) in [
            (
                "appendonly",
                "yes",
                "what was queued is lost when the server stops, but for its last snapshot",
            ),
            (
                "appendfsync",
                "always",
                "the last second may be lost when the machine stops",
            ),
            (
                "maxmemory-policy",
                "noeviction",
                "what was queued may be dropped when memory is full",
            ),
        ] {
            let mut connection = self.connection.clone();
            let (_, set): (String, String) = redis::cmd("CONFIG")
                .arg("GET")
                .arg(name)
                .query_async(&mut connection)
                .await?;
            if set != wanted {
                caveats.push(format!("{name} is {set}, not {wanted}: {otherwise}"));
            }
        }
        Ok(caveats)
    }
}

impl std::fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisStore")
            .field("config", self.storage.get_config())
            .finish_non_exhaustive()
    }
}

impl Store for RedisStore {
    type Error = Error;

    async fn store(&self, task: Task<Delivery>) -> Result<Stored, Error> {
        let ours = task.task_id().map(ToString::to_string);
        // As the script composes it, which holds the id of the task that claimed the key.
        let key = task.idempotency_key().unwrap_or_default();
        let config = self.storage.get_config();
        let claim = format!("{}:{key}", config.idempotency_key_set());
        self.storage.clone().push_task(task).await?;
        // A second task is dropped without a word.
        let mut connection = self.connection.clone();
        let theirs: Option<String> = redis::Script::new(MAKE_READY)
            .key(claim)
            .key(config.scheduled_jobs_set())
            .key(config.active_jobs_list())
            .key(config.signal_list())
            .arg(&ours)
            .invoke_async(&mut connection)
            .await?;
        Ok(Stored::by_id(ours.as_deref(), theirs.as_deref()))
    }
}
