//! The keys that are remembered, each with the id of its task.

use std::error::Error as _;

use async_nats::HeaderMap;
use async_nats::header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::{self, ErrorCode};
use tower_webhook::DeliveryKey;

use super::dead::is_missing;
use super::message::TASK;
use super::{Error, Shared};

impl Shared {
    /// The id of the task of this sequence number, by which a delivery is found that was stored without its key. Empty
    /// when it is done.
    pub(super) async fn task_at(&self, sequence: u64) -> Result<String, Error> {
        match self.tasks.get_raw_message(sequence).await {
            Ok(task) => Ok(task.headers.get(TASK).map(ToString::to_string).unwrap_or_default()),
            Err(error) if is_missing(&error.kind()) => Ok(String::new()),
            Err(error) => Err(Error::server(error)),
        }
    }

    /// Remembers the key of this task, unless it is remembered. A slow duplicate may not find the id any more, and must
    /// not erase it: by the id, a dead letter is found.
    pub(super) async fn note(&self, key: DeliveryKey, id: String) -> Result<(), Error> {
        let mut headers = HeaderMap::new();
        headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, "0");
        let noted = self
            .jetstream
            .publish_with_headers(self.names.key(key), headers, id.into());
        match noted.await.map_err(Error::server)?.await {
            Err(error) if is_taken(&error) => Ok(()),
            noted => noted.map(drop).map_err(Error::server),
        }
    }
}

/// Whether the server refused a message because its subject has one. A cluster has a code of its own for one that it
/// has not committed yet.
fn is_taken(error: &PublishError) -> bool {
    let cause = error
        .source()
        .and_then(|cause| cause.downcast_ref::<jetstream::Error>());
    error.kind() == PublishErrorKind::WrongLastSequence
        || cause.is_some_and(|cause| cause.error_code() == ErrorCode::STREAM_WRONG_LAST_SEQUENCE_CONSTANT)
}
