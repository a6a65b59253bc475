//! The errors of a store in SQLite.

use sqlx::migrate::MigrateError;

use crate::error::BoxError;

/// Why SQLite did not store a delivery, or cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// SQLite failed, or the pool of connections to it.
    #[error(transparent)]
    Database(BoxError),
    /// The tables could not be created or updated.
    #[error("the tables cannot be created or updated")]
    Migrate(#[source] BoxError),
    /// Another program, or a newer version of the inbox, created tables in the file.
    #[error("the file has tables of another program, or of a newer version: the inbox needs a file of its own")]
    NotOurs(#[source] BoxError),
    /// The database has no write-ahead log. One in memory never has; use the feature `memory` for that.
    #[error("journal_mode is {0:?}, not \"wal\": is this a file on a local disk?")]
    NotWal(String),
}

impl Error {
    pub(super) fn database(error: impl Into<BoxError>) -> Self {
        Self::Database(error.into())
    }

    pub(super) fn migrate(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_) => Self::NotOurs(error.into()),
            error => Self::Migrate(error.into()),
        }
    }
}
