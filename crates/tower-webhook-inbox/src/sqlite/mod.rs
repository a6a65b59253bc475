//! Deliveries in a SQLite file: one machine, nothing to install.
//!
//! **What it promises.** A 200 means that the delivery is in the write-ahead log and that the log was synced to the disk:
//! it survives the death of the process, and a loss of power as far as the disk tells the truth about syncing. The
//! delivery key is unique per queue for as long as the task's row is there, and a second insert is ignored by the
//! database: duplicates are told. Rows stay until [`SqliteStore::forget_done`] is called. apalis's own `vacuum_before` deletes
//! what is done and dead on all queues, however new it is: its comparison of times is always true.
//!
//! **What is set, and why.** Every connection has `journal_mode=WAL` and `synchronous=FULL`; in WAL mode anything less
//! does not sync at a commit. apalis's own `SqliteStorage::setup` turns `synchronous` off on the connection that it runs on,
//! which then goes back into the pool: [`SqliteStore::open`] runs the migrations alone instead. See [`config`] for the
//! queue.
//!
//! **The clock.** Each delivery may be worked on from the second in which it was stored. When the machine's clock was ahead then
//! and is set back, what is acknowledged waits until it is there again. Have NTP keep it.
//!
//! **A file of its own.** Several processes on one machine may share the file, but not over a network file system, and not
//! with the tables of an application: sqlx keeps the migrations of both in one table, and whichever comes second refuses
//! the other's.
//!
//! ```
//! use tower_webhook_inbox::sqlite::{self, SqliteStore};
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
//! let store = SqliteStore::open(&url, sqlite::config()).await?;
//! let inbox = Inbox::new(store.clone());
//! assert_eq!(inbox.put(&body, &headers).await?, Stored::New);
//! assert_eq!(inbox.put(&body, &headers).await?, Stored::Duplicate);
//!
//! let worker_backend = store.storage();
//! # Ok(())
//! # }
//! ```

use std::str::FromStr;
use std::time::Duration;

use apalis_core::backend::{BackendConfig, TaskSink, TaskSinkError};
use apalis_core::task::Task;
pub use apalis_sqlite::Config;
use apalis_sqlite::{SqlitePool, SqliteStorage};
use sqlx::Connection;
use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::delivery::{Delivery, KEY_DIGITS};
use crate::store::{Store, Stored};
use crate::{HEARTBEAT, MISSED_HEARTBEATS, QUEUE};

/// How many tasks are deleted at a time: nobody else writes meanwhile.
const PORTION: u32 = 500;

/// A store in a SQLite file. Clones share its connections.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    /// One connection, so that those who write wait in a line, and not in SQLite's lottery of sleeps.
    writer: SqliteStorage<Delivery>,
    storage: SqliteStorage<Delivery>,
}

/// Why SQLite did not store, or cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// SQLite, or the pool of connections to it.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The tables could not be made or brought up to date.
    #[error("the tables cannot be made")]
    Migrate(#[source] MigrateError),
    /// Another program, or a newer version, made tables in the file.
    #[error("the file has tables of another program, or of a newer version: the inbox needs a file of its own")]
    NotOurs(#[source] MigrateError),
    /// The database is one that cannot be written ahead, such as one in memory: use the feature `memory` for that.
    #[error("journal_mode is {0:?}, not \"wal\": is this a file on a local disk?")]
    NotWal(String),
    /// apalis did not push.
    #[error(transparent)]
    Push(#[from] TaskSinkError<apalis_sqlite::Error>),
}

/// apalis's configuration with what an inbox needs: the queue [`QUEUE`], named by a constant, because apalis's default is
/// the name of a Rust type, and renaming that would orphan what is queued; [`HEARTBEAT`] and [`MISSED_HEARTBEATS`], so
/// that a killed worker's tasks are taken over after 8 to 12 s, not after more than a minute; batches of one task, because a
/// worker with fetched tasks in hand does not beat.
#[must_use]
pub fn config() -> Config {
    Config::default()
        .queue(QUEUE)
        .batch_size(1)
        .heartbeat_interval(HEARTBEAT)
        .missed_heartbeats(MISSED_HEARTBEATS)
}

impl SqliteStore {
    /// Opens the file of a `sqlite://` URL, makes it when it is not there, and makes or updates its tables.
    ///
    /// # Errors
    ///
    /// When the URL is none, the file cannot be opened or is no database; [`Error::NotOurs`] when somebody else made its
    /// tables.
    pub async fn open(url: &str, config: Config) -> Result<Self, Error> {
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5));
        let writer = pool_options().max_connections(1).connect_with(options.clone()).await?;
        let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&writer).await?;
        if mode != "wal" {
            return Err(Error::NotWal(mode));
        }
        let migrated = SqliteStorage::migrations().run(&writer).await;
        migrated.map_err(|error| match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_) => Error::NotOurs(error),
            error => Error::Migrate(error),
        })?;
        let pool = pool_options().max_connections(4).connect_with(options).await?;
        let storage = |pool: &SqlitePool| SqliteStorage::new(pool).with_config(config.clone());
        Ok(Self {
            writer: storage(&writer),
            storage: storage(&pool),
        })
    }

    /// apalis's backend on the same file and queue: for workers, and for a board.
    #[must_use]
    pub fn storage(&self) -> SqliteStorage<Delivery> {
        self.storage.clone()
    }

    /// Hands back what a worker holds that has ended, so that others need not wait until they miss it; says how many tasks.
    ///
    /// They are pending again, and those that it had started count an attempt more. This is for a worker of this name that
    /// will do nothing more, and whose future is dropped: what another one is still working on would be done twice.
    ///
    /// # Errors
    ///
    /// When the file cannot do it. Others take over the tasks all the same, later.
    pub async fn hand_back(&self, worker: &str) -> Result<u64, Error> {
        // A fetch that was dropped either holds the lock until it has committed, and is waited for, or never commits.
        let release = "UPDATE Jobs SET status = 'Pending', lock_by = NULL, lock_at = NULL, \
                       attempts = attempts + (status = 'Running') \
                       WHERE job_type = ? AND lock_by = ? AND status IN ('Queued', 'Running')";
        let release = sqlx::query(release).bind(self.queue()).bind(worker);
        Ok(release.execute(self.writer.pool()).await?.rows_affected())
    }

    /// Forgets the deliveries that were done at least so long ago, to the second, and their keys; says how many. What waits, is
    /// worked on, has failed or is a dead letter stays, and so does what was put in otherwise than by an inbox.
    ///
    /// A delivery that comes again after that is done again: choose an age over which the provider has given up its
    /// retries, a week or more. Call it every hour, say: it deletes 500 at a time, and lets others write in between.
    ///
    /// # Errors
    ///
    /// When the file cannot do it; then some may be forgotten, and the rest is the next time.
    pub async fn forget_done(&self, age: Duration) -> Result<u64, Error> {
        // Found by a reader, for whom nobody waits.
        let find = "SELECT json_group_array(id) FROM (SELECT id FROM Jobs WHERE job_type = ? AND status = 'Done' \
                    AND length(idempotency_key) = ? AND CAST(strftime('%s', 'now') AS INTEGER) - done_at >= ? LIMIT ?)";
        let forget = "DELETE FROM Jobs WHERE id IN (SELECT value FROM json_each(?)) AND status = 'Done'";
        let age = i64::try_from(age.as_secs()).unwrap_or(i64::MAX);
        let mut forgotten = 0;
        loop {
            let find = sqlx::query_scalar(find).bind(self.queue()).bind(i32::from(KEY_DIGITS));
            let found: String = find.bind(age).bind(PORTION).fetch_one(self.storage.pool()).await?;
            let forget = sqlx::query(forget).bind(found).execute(self.writer.pool()).await?;
            if forget.rows_affected() == 0 {
                return Ok(forgotten);
            }
            forgotten += forget.rows_affected();
        }
    }

    fn queue(&self) -> String {
        self.storage.config().queue.to_string()
    }
}

impl Store for SqliteStore {
    type Error = Error;

    async fn store(&self, task: Task<Delivery>) -> Result<Stored, Error> {
        let ours = task.task_id().map(ToString::to_string);
        let key = task.idempotency_key().map(str::to_owned);
        self.writer.clone().push_task(task).await?;
        // A second insert is ignored without a word: whose task is it that is there now? Asked of another connection, which
        // sees only what is committed.
        let theirs: String = sqlx::query_scalar("SELECT id FROM Jobs WHERE job_type = ? AND idempotency_key = ?")
            .bind(self.queue())
            .bind(key)
            .fetch_one(self.storage.pool())
            .await?;
        Ok(Stored::by_id(ours.as_deref(), Some(&theirs)))
    }
}

/// A connection that is still in a transaction is closed, not used again. When a disk is full SQLite rolls back by itself,
/// which sqlx takes for a failure to roll back: what came after would be a savepoint in a transaction that nobody commits.
fn pool_options() -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_connection_syncs_at_every_commit() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("inbox.db").display());
        let store = SqliteStore::open(&url, config()).await.unwrap();
        for pool in [store.writer.pool(), store.storage.pool()] {
            let mut connections = Vec::new();
            for _ in 0..pool.options().get_max_connections() {
                connections.push(pool.acquire().await.unwrap());
            }
            for connection in &mut connections {
                let read = |pragma: &'static str| sqlx::query_scalar::<_, String>(pragma);
                let mode = read("SELECT journal_mode FROM pragma_journal_mode");
                assert_eq!(mode.fetch_one(&mut **connection).await.unwrap(), "wal");
                let level = read("SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous");
                assert_eq!(level.fetch_one(&mut **connection).await.unwrap(), "2", "FULL is 2");
            }
        }
    }

    #[tokio::test]
    async fn a_database_in_memory_is_refused() {
        let refused = SqliteStore::open("sqlite::memory:", config()).await.unwrap_err();
        assert!(matches!(refused, Error::NotWal(_)), "{refused}");
    }

    #[tokio::test]
    async fn a_file_with_migrations_of_an_application_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("app.db").display());
        drop(SqliteStore::open(&url, config()).await.unwrap());
        let pool = SqlitePool::connect(&url).await.unwrap();
        let application = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                           VALUES (20260101000000, 'application', 1, x'00', 1)";
        sqlx::query(application).execute(&pool).await.unwrap();
        let refused = SqliteStore::open(&url, config()).await.unwrap_err();
        assert!(matches!(refused, Error::NotOurs(_)), "{refused}");
    }
}
