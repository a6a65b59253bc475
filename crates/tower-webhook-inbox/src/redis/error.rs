//! Why Redis failed.

use std::time::Duration;

use redis::ServerErrorKind;

use crate::error::BoxError;

/// Why Redis did not store a delivery, or cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server failed, or the connection to it.
    #[error(transparent)]
    Database(BoxError),
    /// The server is a replica, which only its primary writes to.
    #[error("the server is read-only: it is a replica, and the inbox needs its primary")]
    ReadOnly(#[source] BoxError),
    /// [`Options::key_ttl`](super::Options::key_ttl) is less than a second, which is given here.
    #[error("key_ttl is {0:?}, less than a second: the server would forget each delivery key at once")]
    ForgetsKeys(Duration),
}

impl Error {
    pub(super) fn database(error: redis::RedisError) -> Self {
        if error.kind() == redis::ErrorKind::Server(ServerErrorKind::ReadOnly) {
            Self::ReadOnly(error.into())
        } else {
            Self::Database(error.into())
        }
    }
}
