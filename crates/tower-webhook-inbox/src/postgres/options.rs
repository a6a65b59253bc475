//! How PostgreSQL is opened.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use apalis_postgres::{Config, PostgresStorage};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::sync::Notify;

use super::connections::{Connections, DURABLE};
use super::insert::Lines;
use super::{Error, PostgresStore, tables};
use crate::{HEARTBEAT, MISSED_HEARTBEATS, QUEUE};

/// Options for opening a [`PostgresStore`]. [`PostgresStore::options`] returns the defaults.
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
    /// Stores with different queues can share a database. They share neither keys nor tasks.
    pub fn queue(mut self, name: impl Into<String>) -> Self {
        self.queue = name.into();
        self
    }

    /// Connects to the server of a `postgres://` URL, and creates or updates apalis's tables and those of this crate in
    /// the schema `apalis`. An index on a large table takes a second for each million rows, and writers wait meanwhile.
    ///
    /// The store belongs to the tokio runtime on which it is opened.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the URL is malformed, or the server refuses or cannot be reached within 5 s.
    /// [`Error::ReadOnly`] when it cannot be written to. [`Error::Migrate`] when the tables cannot be created or
    /// updated, or were created by another version.
    pub async fn open(self, url: &str) -> Result<PostgresStore, Error> {
        let options = PgConnectOptions::from_str(url).map_err(Error::database)?;
        let pool = PgPoolOptions::new()
            .max_connections(10)
            .acquire_timeout(Duration::from_secs(5))
            .after_connect(|connection, _| {
                Box::pin(async move { sqlx::query(DURABLE).execute(connection).await.map(drop) })
            })
            .connect_with(options.clone())
            .await
            .map_err(Error::database)?;
        let read_only = sqlx::query_scalar("SELECT current_setting('transaction_read_only') = 'on'");
        if read_only.fetch_one(&pool).await.map_err(Error::database)? {
            return Err(Error::ReadOnly);
        }
        let migrated = PostgresStorage::setup(&pool).await;
        migrated.map_err(|error| Error::Migrate(error.into()))?;
        let created = tables::create(&pool).await;
        created.map_err(|error| Error::Migrate(error.into()))?;
        let (connections, arrived) = (Connections::new(options), Arc::new(Notify::new()));
        let queue: Arc<str> = self.queue.as_str().into();
        Ok(PostgresStore {
            storage: PostgresStorage::new(&pool).with_config(self.config()),
            lines: Lines::new(Arc::clone(&connections), Arc::clone(&queue), Arc::clone(&arrived)),
            connections,
            queue,
            arrived,
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
