//! How a SQLite file is opened.

use std::str::FromStr;
use std::time::Duration;

use apalis_sqlite::{Config, SqlitePool, SqliteStorage};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::{Error, SqliteStore};
use crate::{HEARTBEAT, MISSED_HEARTBEATS, QUEUE};

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
    /// [`Error::NotOurs`] when another program created its tables, [`Error::Migrate`] when they cannot be created or
    /// updated, and [`Error::NotWal`] when there can be no write-ahead log.
    pub async fn open(self, url: &str) -> Result<SqliteStore, Error> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(Error::database)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5));
        let writer = connect(1, &options).await?;
        let mode = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&writer).await;
        let mode: String = mode.map_err(Error::database)?;
        if mode != "wal" {
            return Err(Error::NotWal(mode));
        }
        let migrated = SqliteStorage::migrations().run(&writer).await;
        migrated.map_err(Error::migrate)?;
        let readers = connect(4, &options).await?;
        let storage = |pool| SqliteStorage::new(pool).with_config(self.config());
        Ok(SqliteStore {
            writer: storage(&writer),
            storage: storage(&readers),
            queue: self.queue,
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
async fn connect(connections: u32, options: &SqliteConnectOptions) -> Result<SqlitePool, Error> {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .connect_with(options.clone())
        .await
        .map_err(Error::database)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_connection_syncs_at_every_commit() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("inbox.db").display());
        let store = SqliteStore::open(&url).await.unwrap();
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
