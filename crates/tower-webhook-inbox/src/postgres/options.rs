//! How PostgreSQL is opened.

use std::str::FromStr;
use std::time::Duration;

use apalis_postgres::{Config, PostgresStorage};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{Error, PostgresStore};
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

    /// Connects to the server of a `postgres://` URL, and creates or updates apalis's tables in the schema `apalis`.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the URL is malformed, or the server refuses or cannot be reached within 5 s.
    /// [`Error::Migrate`] when the tables cannot be created or updated, or were created by another version.
    pub async fn open(self, url: &str) -> Result<PostgresStore, Error> {
        let options = PgConnectOptions::from_str(url).map_err(Error::database)?;
        let pool = PgPoolOptions::new()
            .max_connections(10)
            .acquire_timeout(Duration::from_secs(5))
            .after_connect(|connection, _| {
                Box::pin(async move {
                    // Set even if it is `on` already: a value that the session did not set changes when the server
                    // reloads its configuration.
                    let on = "SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') \
                              WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false)";
                    sqlx::query(on).execute(connection).await.map(drop)
                })
            })
            .connect_with(options)
            .await
            .map_err(Error::database)?;
        let migrated = PostgresStorage::setup(&pool).await;
        migrated.map_err(|error| Error::Migrate(error.into()))?;
        Ok(PostgresStore {
            storage: PostgresStorage::new(&pool).with_config(self.config()),
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
