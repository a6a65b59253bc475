//! Why NATS failed.

use std::time::Duration;

use crate::error::BoxError;

/// Why NATS did not store a delivery, or cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server failed, or the connection to it.
    #[error(transparent)]
    Server(BoxError),
    /// There is no connection. The client is making one.
    #[error("there is no connection to the server")]
    Disconnected,
    /// The encoded delivery, whose length is given here, does not fit into a message of the server.
    #[error("the delivery takes {bytes} bytes, and the server's max_payload has room for {room}")]
    TooLarge {
        /// The length of the encoded delivery.
        bytes: usize,
        /// The greatest length that fits.
        room: usize,
    },
    /// The name of the queue, which is given here, cannot be a part of a subject.
    #[error("{0:?} is no name of a queue: it takes 1 to 100 ASCII letters, digits, `-` and `_`")]
    QueueName(String),
    /// [`Options::replicas`](super::Options::replicas) is not 1 to 5.
    #[error("{0} replicas: JetStream has 1 to 5")]
    Replicas(usize),
    /// [`Options::duplicate_window`](super::Options::duplicate_window) is not between a minute and a week.
    #[error("duplicate_window is {0:?}, and has to be between a minute and a week")]
    DuplicateWindow(Duration),
    /// [`Options::key_ttl`](super::Options::key_ttl), which is given here, is less than
    /// [`Options::duplicate_window`](super::Options::duplicate_window).
    #[error("key_ttl is {0:?}, less than duplicate_window: the server would forget delivery keys too soon")]
    ForgetsKeys(Duration),
    /// The stream of this name exists, and does not have the retention of a work queue.
    #[error("the stream {0} exists, and is no work queue")]
    NoWorkQueue(String),
}

impl Error {
    pub(super) fn server(error: impl Into<BoxError>) -> Self {
        Self::Server(error.into())
    }
}
