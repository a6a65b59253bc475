//! The errors of a store in SQLite.

use std::path::PathBuf;
use std::sync::Arc;

use sqlx::migrate::MigrateError;

use crate::error::BoxError;

/// `SQLITE_BUSY`.
pub(super) const BUSY: u32 = 5;
/// `SQLITE_READONLY`.
const READ_ONLY: u32 = 8;

/// Why SQLite did not store a delivery, or cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// SQLite failed, or the pool of connections to it.
    #[error(transparent)]
    Database(BoxError),
    /// The file cannot be written, or it is opened with `mode=ro`.
    #[error("the database is read-only: the inbox writes to the file, and creates others beside it")]
    ReadOnly(#[source] BoxError),
    /// The file with this path, or the log beside it, was deleted, renamed or replaced while it was open. What is
    /// committed now is lost when the process ends, so deliveries are refused until a store is opened again.
    #[error("{0:?} was deleted or replaced while it was open: deliveries are refused until it is opened again")]
    Replaced(PathBuf),
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
    pub(super) fn database(error: sqlx::Error) -> Self {
        Self::by_kind(kind(&error), error.into())
    }

    /// One error for several deliveries.
    pub(super) fn shared(error: &Arc<sqlx::Error>) -> Self {
        Self::by_kind(kind(error), Arc::clone(error).into())
    }

    fn by_kind(kind: Option<u32>, error: BoxError) -> Self {
        match kind {
            Some(READ_ONLY) => Self::ReadOnly(error),
            _ => Self::Database(error),
        }
    }

    pub(super) fn migrate(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_) => Self::NotOurs(error.into()),
            error => Self::Migrate(error.into()),
        }
    }
}

/// The code of SQLite's error, if it is one. The kind is in the lowest byte of an extended code.
pub(super) fn kind(error: &sqlx::Error) -> Option<u32> {
    let code = error.as_database_error()?.code()?;
    Some(code.parse::<u32>().ok()? & 0xff)
}
