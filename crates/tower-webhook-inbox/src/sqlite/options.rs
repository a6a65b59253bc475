//! How a SQLite file is opened.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use apalis_sqlite::{Config, SqlitePool, SqliteStorage};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::Notify;

use super::files::Files;
use super::letters::DEAD_INDEX;
use super::order::TABLES;
use super::put::Writer;
use super::{Error, SqliteStore};
use crate::{HEARTBEAT, MISSED_HEARTBEATS, QUEUE};

/// The keys of the deliveries that are done and forgotten.
const KEYS: &str = "CREATE TABLE IF NOT EXISTS delivery_keys (queue TEXT NOT NULL, key BLOB NOT NULL, \
                    forgotten_at INTEGER NOT NULL, PRIMARY KEY (queue, key)) STRICT, WITHOUT ROWID";

/// In KiB, as a negative number. Keys are random, so that each one added changes another page of their index. The
/// default of 2 MiB holds those of 20,000 deliveries.
const WRITER_CACHE: &str = "-16384";

/// Options for opening a [`SqliteStore`]. [`SqliteStore::options`] returns the defaults.
#[derive(Clone, Debug)]
#[must_use]
pub struct Options {
    queue: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            queue: QUEUE.to_owned(),
        }
    }
}

impl Options {
    /// Sets the name of the queue. The default is [`QUEUE`].
    ///
    /// Stores with different queues can share a file. They share neither keys nor tasks.
    pub fn queue(mut self, name: impl Into<String>) -> Self {
        self.queue = name.into();
        self
    }

    /// Opens the file of a `sqlite://` URL. Creates the file if it is missing, and creates or updates its tables.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the URL is malformed, or the file cannot be opened or is not a database.
    /// [`Error::ReadOnly`] when it can be read only. [`Error::NotOurs`] when another program created its tables,
    /// [`Error::Migrate`] when they cannot be created or updated, and [`Error::NotWal`] when there can be no
    /// write-ahead log.
    pub async fn open(self, url: &str) -> Result<SqliteStore, Error> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(Error::database)?
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5));
        // Later connections create none: in the place of a deleted file, they would begin an empty one.
        let options = options.create_if_missing(false);
        let writer_options = options.clone().pragma("cache_size", WRITER_CACHE);
        let writer = connect(1, &writer_options.clone().create_if_missing(true)).await?;
        writer.set_connect_options(writer_options);
        write(&writer).await.map_err(Error::database)?;
        let mode = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&writer).await;
        let mode: String = mode.map_err(Error::database)?;
        if mode != "wal" {
            return Err(Error::NotWal(mode));
        }
        let migrated = SqliteStorage::migrations().run(&writer).await;
        migrated.map_err(Error::migrate)?;
        for ours in [KEYS, DEAD_INDEX, TABLES] {
            let created = sqlx::raw_sql(ours).execute(&writer).await;
            created.map_err(|error| Error::Migrate(error.into()))?;
        }
        let readers = connect(4, &options).await?;
        let files = Files::of(options.get_filename()).map_err(|error| Error::Database(error.into()))?;
        let stored = Arc::new(Notify::new());
        let puts = Writer {
            pool: writer.clone(),
            queue: self.queue.clone(),
            files: files.clone(),
            stored: Arc::clone(&stored),
        };
        Ok(SqliteStore {
            storage: SqliteStorage::new(&readers).with_config(self.config()),
            puts: puts.line(),
            writer,
            queue: self.queue,
            files,
            stored,
        })
    }

    fn config(&self) -> Config {
        Config::default()
            .queue(&self.queue)
            .batch_size(1)
            .heartbeat_interval(HEARTBEAT)
            .missed_heartbeats(MISSED_HEARTBEATS)
    }
}

/// A connection that is still in a transaction is closed, not used again. SQLite itself rolls back when the disk is
/// full, sqlx takes that for a failed rollback, and the next transaction would be a savepoint in one that is never
/// committed.
///
/// No other connection is closed: SQLite would delete the log with the last one, and create another log later.
async fn connect(connections: u32, options: &SqliteConnectOptions) -> Result<SqlitePool, Error> {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .connect_with(options.clone())
        .await
        .map_err(Error::database)
}

/// Writes, and takes it back. SQLite opens a file that it may not write to all the same, for reading, and where there
/// are tables already, nothing else would be written before the first delivery.
async fn write(pool: &SqlitePool) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("CREATE TABLE writable (is_it)")
        .execute(&mut *transaction)
        .await?;
    transaction.rollback().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_connection_syncs_at_every_commit_and_stays_open() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("inbox.db").display());
        let store = SqliteStore::open(&url).await.unwrap();
        for pool in [&store.writer, store.readers()] {
            let closes = (pool.options().get_idle_timeout(), pool.options().get_max_lifetime());
            assert_eq!(closes, (None, None));
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
    async fn a_database_that_can_be_read_only_is_refused_with_its_tables_and_without() {
        let folder = tempfile::tempdir().unwrap();
        let url = |name| format!("sqlite://{}", folder.path().join(name).display());
        drop(SqliteStore::open(&url("full.db")).await.unwrap());
        std::fs::write(folder.path().join("empty.db"), "").unwrap();
        for name in ["full.db", "empty.db"] {
            let refused = SqliteStore::open(&format!("{}?mode=ro", url(name))).await.unwrap_err();
            assert!(matches!(refused, Error::ReadOnly(_)), "{name}: {refused}");
        }
    }

    #[tokio::test]
    async fn a_database_in_memory_is_refused() {
        let refused = SqliteStore::open("sqlite::memory:").await.unwrap_err();
        assert!(matches!(refused, Error::NotWal(_)), "{refused}");
    }

    #[tokio::test]
    async fn a_file_with_migrations_of_an_application_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("app.db").display());
        drop(SqliteStore::open(&url).await.unwrap());
        let pool = SqlitePool::connect(&url).await.unwrap();
        let application = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                           VALUES (20260101000000, 'application', 1, x'00', 1)";
        sqlx::query(application).execute(&pool).await.unwrap();
        let refused = SqliteStore::open(&url).await.unwrap_err();
        assert!(matches!(refused, Error::NotOurs(_)), "{refused}");
    }
}
