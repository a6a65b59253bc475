//! Deliveries in PostgreSQL: several machines.
//!
//! **What it promises.** A 200 means that the server committed, with `synchronous_commit` no weaker than `on`: the delivery
//! survives the death of the server and of its machine, as far as the server has `fsync` on and its disk tells the truth.
//! With synchronous standbys it is on the disks of those too. The delivery key is unique per queue for as long as the
//! task's row is there; a second insert is refused by the database as a violation of that uniqueness, which is told as a
//! duplicate, not as an error. Rows stay until [`PostgresStore::forget_done`] is called.
//!
//! **What is set, and why.** Every connection that would have a weaker `synchronous_commit`, by its role, its database or the
//! server's configuration, gets it `on`. Behind a pool that shares connections between transactions, as pgbouncer does in
//! transaction mode, that does not hold: set it for the role there. See [`config`] for the queue. A connection is not waited
//! for longer than 5 s. [`PostgresStore::caveats`] tells what of the server's settings loosens the promise.
//!
//! **Clocks.** Each delivery may be worked on from the second in which it was stored, by the clock of the machine that stored
//! it. When that clock is ahead of the server's, what is acknowledged waits so long. Keep them together, with NTP.
//!
//! **TLS** to the server is a feature of sqlx: depend on sqlx with `tls-rustls-ring` or another of that kind.

use std::str::FromStr;
use std::time::Duration;

use apalis_core::backend::{TaskSink, TaskSinkError};
use apalis_core::task::Task;
pub use apalis_postgres::Config;
use apalis_postgres::PostgresStorage;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::delivery::{Delivery, KEY_DIGITS};
use crate::store::{Store, Stored};
use crate::{HEARTBEAT, MISSED_HEARTBEATS, QUEUE};

/// The unique index by which apalis's tables know an idempotency key.
const KEY_INDEX: &str = "idx_jobs_idempotency_key";

/// A store in PostgreSQL. Clones share its connections.
#[derive(Clone)]
pub struct PostgresStore {
    storage: PostgresStorage<Delivery>,
}

/// Why PostgreSQL did not store, or cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server, or the pool of connections to it.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// apalis did not push, or could not make its tables.
    #[error(transparent)]
    Queue(#[from] apalis_postgres::Error),
    /// The delivery could not be written as JSON.
    #[error("the delivery cannot be encoded")]
    Encode(#[source] TaskSinkError<apalis_postgres::Error>),
}

/// apalis's configuration with what an inbox needs: the queue [`QUEUE`], named by a constant, because apalis's default is
/// the name of a Rust type, and renaming that would orphan what is queued; [`HEARTBEAT`] and [`MISSED_HEARTBEATS`], so
/// that a killed worker's tasks are taken over after 8 to 12 s, not after five minutes; batches of one task, because a
/// worker with fetched tasks in hand does not beat.
#[must_use]
pub fn config() -> Config {
    Config::default()
        .queue(QUEUE)
        .batch_size(1)
        .heartbeat_interval(HEARTBEAT)
        .missed_heartbeats(MISSED_HEARTBEATS)
}

impl PostgresStore {
    /// Connects to the server of a `postgres://` URL, and makes or updates apalis's tables, in the schema `apalis`.
    ///
    /// # Errors
    ///
    /// When the URL is none, the server cannot be reached within 5 s or refuses, or another version made its tables.
    pub async fn open(url: &str, config: Config) -> Result<Self, Error> {
        let pool = PgPoolOptions::new()
            .max_connections(10)
            .acquire_timeout(Duration::from_secs(5))
            .after_connect(|connection, _| {
                Box::pin(async move {
                    // Set in any case: what is not set here follows the server's configuration when that is reloaded.
                    let on = "SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') \
                              WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false)";
                    sqlx::query(on).execute(connection).await.map(drop)
                })
            })
            .connect_with(PgConnectOptions::from_str(url)?)
            .await?;
        PostgresStorage::setup(&pool).await?;
        Ok(Self {
            storage: PostgresStorage::new(&pool).with_config(config),
        })
    }

    /// apalis's backend on the same connections and queue: for workers, and for a board.
    #[must_use]
    pub fn storage(&self) -> PostgresStorage<Delivery> {
        self.storage.clone()
    }

    /// What of the server's settings loosens the promise; nothing, on a server that was left as it is installed.
    ///
    /// # Errors
    ///
    /// When the server cannot be asked.
    pub async fn caveats(&self) -> Result<Vec<String>, Error> {
        let ask = "SELECT name || ' is off: what was committed may be lost when the machine stops' \
                   FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'";
        Ok(sqlx::query_scalar(ask).fetch_all(self.storage.pool()).await?)
    }

    /// Hands back what a worker holds that has ended, so that others need not wait until they miss it; says how many tasks.
    ///
    /// They are pending again, and those that it had started count an attempt more. This is for a worker of this name that
    /// will do nothing more, and whose future is dropped: what another one is still working on would be done twice.
    ///
    /// # Errors
    ///
    /// When the server cannot do it. Others take over the tasks all the same, later.
    pub async fn hand_back(&self, worker: &str) -> Result<u64, Error> {
        match self.release(worker, true).await {
            // Somebody writes for long, or cleans up: what a fetch commits after this is left to those who miss the worker.
            Err(error) if is_lock_timeout(&error) => self.release(worker, false).await,
            released => released,
        }
        .map_err(Error::from)
    }

    /// Forgets the deliveries that were done at least so long ago, to the second, and their keys; says how many. What waits, is
    /// worked on, has failed or is a dead letter stays, and so does what was put in otherwise than by an inbox.
    ///
    /// A delivery that comes again after that is done again: choose an age over which the provider has given up its
    /// retries, a week or more. Call it often, every hour say: it deletes all at once.
    ///
    /// # Errors
    ///
    /// When the server cannot do it; then nothing is forgotten.
    pub async fn forget_done(&self, age: Duration) -> Result<u64, Error> {
        // Compared as seconds: an interval has a limit.
        let forget = "DELETE FROM apalis.jobs WHERE job_type = $1 AND status = 'Done' \
                      AND length(idempotency_key) = $3 AND extract(epoch FROM now() - done_at)::float8 >= $2";
        let forget = sqlx::query(forget)
            .bind(self.queue())
            .bind(age.as_secs_f64())
            .bind(i32::from(KEY_DIGITS));
        Ok(forget.execute(self.storage.pool()).await?.rows_affected())
    }

    fn queue(&self) -> String {
        self.storage.config().queue.to_string()
    }

    async fn release(&self, worker: &str, alone: bool) -> Result<u64, sqlx::Error> {
        let mut transaction = self.storage.pool().begin().await?;
        // Whoever writes queues up behind a lock that is waited for, and the server goes on waiting when this future is dropped.
        sqlx::query("SET LOCAL lock_timeout = '500ms'")
            .execute(&mut *transaction)
            .await?;
        if alone {
            // Waits for those who are writing: a fetch that was dropped may be committing, and is not seen before it has.
            sqlx::query("LOCK TABLE apalis.jobs IN SHARE ROW EXCLUSIVE MODE")
                .execute(&mut *transaction)
                .await?;
        }
        let release = "UPDATE apalis.jobs SET status = 'Pending', lock_by = NULL, lock_at = NULL, \
                       attempts = attempts + (status = 'Running')::int \
                       WHERE job_type = $1 AND lock_by = $2 AND status IN ('Queued', 'Running')";
        let release = sqlx::query(release).bind(self.queue()).bind(worker);
        let released = release.execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(released.rows_affected())
    }
}

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresStore")
            .field("config", self.storage.config())
            .finish_non_exhaustive()
    }
}

impl Store for PostgresStore {
    type Error = Error;

    async fn store(&self, task: Task<Delivery>) -> Result<Stored, Error> {
        // Asked first: an insert that is refused leaves a dead row with the whole delivery, and a line in the server's log, for
        // each time that somebody sends a recorded one again.
        let known = "SELECT EXISTS (SELECT FROM apalis.jobs WHERE job_type = $1 AND idempotency_key = $2)";
        let known = sqlx::query_scalar(known).bind(self.queue());
        if known
            .bind(task.idempotency_key())
            .fetch_one(self.storage.pool())
            .await?
        {
            return Ok(Stored::Duplicate);
        }
        match self.storage.clone().push_task(task).await {
            Ok(()) => Ok(Stored::New),
            Err(TaskSinkError::PushError(apalis_postgres::Error::Database(error))) if is_duplicate(&error) => {
                Ok(Stored::Duplicate)
            }
            Err(TaskSinkError::PushError(error)) => Err(error.into()),
            Err(error) => Err(Error::Encode(error)),
        }
    }
}

fn is_lock_timeout(error: &sqlx::Error) -> bool {
    let refused = error.as_database_error();
    refused.is_some_and(|error| error.code().as_deref() == Some("55P03"))
}

/// The server answers so only after the transaction that holds the key has committed: it waits for one under way.
fn is_duplicate(error: &sqlx::Error) -> bool {
    let violated = error.as_database_error().filter(|error| error.is_unique_violation());
    violated.and_then(|error| error.constraint()) == Some(KEY_INDEX)
}
