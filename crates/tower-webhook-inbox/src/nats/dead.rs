//! Dead letters, and their way back into the queue.

use std::collections::VecDeque;

use async_nats::header::{HeaderMap, NATS_MESSAGE_ID};
use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::stream::{DeleteMessageErrorKind, LastRawMessageErrorKind};
use bytes::Bytes;
use futures_util::future::join_all;

use super::letters::Letters;
use super::message::{ATTEMPTS, Handed, TASK, is_token, read_error};
use super::{Error, NatsStore};
use crate::queue::{DeadLetter, Queue, Stats};

impl Queue for NatsStore {
    async fn stats(&self) -> Result<Stats, Error> {
        self.count().await
    }

    async fn dead_letters(&self, at_most: u32) -> Result<Vec<DeadLetter>, Error> {
        if at_most == 0 {
            return Ok(Vec::new());
        }
        let shared = self.connected()?;
        let mut letters = Letters::latest(&shared.dead, at_most.into()).await?;
        let mut latest = VecDeque::new();
        while let Some(read) = letters.next().await? {
            for letter in read {
                latest.push_front(decode(&letter));
                latest.truncate(at_most as usize);
            }
        }
        letters.end(&shared.dead).await;
        Ok(latest.into())
    }

    async fn retry(&self, id: &str) -> Result<bool, Error> {
        if !is_token(id) {
            return Ok(false);
        }
        let shared = self.connected()?;
        let letter = match shared
            .dead
            .get_last_raw_message_by_subject(&shared.names.letter(id))
            .await
        {
            Ok(letter) => letter,
            Err(error) if is_missing(&error.kind()) => return Ok(false),
            Err(error) => return Err(Error::server(error)),
        };
        self.revive(id, letter.sequence, letter.payload).await
    }

    async fn retry_all(&self) -> Result<u64, Error> {
        let shared = self.connected()?;
        let mut letters = Letters::from(&shared.dead, 1).await?;
        let mut count = 0;
        while let Some(read) = letters.next().await? {
            let revivals = read.into_iter().map(async |letter| {
                let id = letter.task();
                self.revive(&id, letter.sequence, letter.message.payload).await
            });
            for was_revived in join_all(revivals).await {
                count += u64::from(was_revived?);
            }
        }
        letters.end(&shared.dead).await;
        Ok(count)
    }
}

impl NatsStore {
    /// Puts a dead letter back into the queue, and returns whether this call did.
    async fn revive(&self, id: &str, sequence: u64, payload: Bytes) -> Result<bool, Error> {
        let shared = self.connected()?;
        let mut headers = HeaderMap::new();
        // Not the delivery key, which the server may still know. The same for all who try.
        headers.insert(NATS_MESSAGE_ID, format!("{id}:{sequence}"));
        headers.insert(TASK, id);
        shared.publish(shared.names.tasks_subject(), headers, payload).await?;
        shared.stored.notify_one();
        match shared.dead.delete_message(sequence).await {
            Ok(is_deleted) => Ok(is_deleted),
            Err(error) => match error.kind() {
                // Somebody else was faster.
                DeleteMessageErrorKind::JetStream(error)
                    if [
                        ErrorCode::NO_MESSAGE_FOUND,
                        ErrorCode::SEQUENCE_NOT_FOUND,
                        ErrorCode::STREAM_MESSAGE_DELETE_FAILED,
                    ]
                    .contains(&error.error_code()) =>
                {
                    Ok(false)
                }
                _ => Err(Error::server(error)),
            },
        }
    }
}

/// Whether a message that was asked for does not exist.
pub(super) fn is_missing(error: &LastRawMessageErrorKind) -> bool {
    match error {
        LastRawMessageErrorKind::NoMessageFound => true,
        LastRawMessageErrorKind::JetStream(error) => error.error_code() == ErrorCode::NO_MESSAGE_FOUND,
        LastRawMessageErrorKind::InvalidSubject | LastRawMessageErrorKind::Other => false,
    }
}

fn decode(letter: &Handed) -> DeadLetter {
    let headers = letter.message.headers.clone().unwrap_or_default();
    let attempts = headers
        .get(ATTEMPTS)
        .and_then(|attempts| attempts.as_str().parse().ok());
    DeadLetter {
        id: letter.task(),
        delivery: serde_json::from_slice(&letter.message.payload).ok(),
        attempts: attempts.unwrap_or(0),
        error: read_error(&headers),
        died_at: letter.at,
    }
}
