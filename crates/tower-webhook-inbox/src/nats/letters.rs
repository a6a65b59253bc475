//! Reading the stream of dead letters, in which messages are missing.

use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy, pull};
use async_nats::jetstream::stream::Stream;
use futures_util::StreamExt;

use super::Error;
use super::message::Handed;

/// How many are read at a time.
const AT_ONCE: usize = 16;
/// How long an answer is awaited.
const PATIENCE: Duration = Duration::from_secs(10);

/// A reader of dead letters, the earliest first.
pub(super) struct Letters {
    consumer: Consumer<pull::Config>,
    /// How many there were in the beginning and are not read.
    left: u64,
}

impl Letters {
    /// Begins with the letter of this sequence number, or the next after it.
    pub(super) async fn from(stream: &Stream<()>, sequence: u64) -> Result<Self, Error> {
        let config = pull::Config {
            deliver_policy: DeliverPolicy::ByStartSequence {
                start_sequence: sequence.max(1),
            },
            ack_policy: AckPolicy::None,
            // The server removes it when the reader is gone.
            inactive_threshold: Duration::from_secs(30),
            memory_storage: true,
            num_replicas: 1,
            ..pull::Config::default()
        };
        let consumer = stream.create_consumer(config).await.map_err(Error::server)?;
        let left = consumer.cached_info().num_pending;
        Ok(Self { consumer, left })
    }

    /// Begins so that the latest are read, at most this many or not many more.
    pub(super) async fn latest(stream: &Stream<()>, at_most: u64) -> Result<Self, Error> {
        let state = stream.get_info().await.map_err(Error::server)?.state;
        let mut span = at_most;
        loop {
            // Retried letters leave gaps: look further back until there are enough.
            let begin = (state.last_sequence + 1).saturating_sub(span);
            let letters = Self::from(stream, begin).await?;
            if letters.left >= at_most || begin <= state.first_sequence {
                return Ok(letters);
            }
            letters.end(stream).await;
            span = span.saturating_mul(2);
        }
    }

    /// The next letters. None after those that there were in the beginning.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Handed>>, Error> {
        if self.left == 0 {
            return Ok(None);
        }
        let wanted = AT_ONCE.min(self.left.try_into().unwrap_or(AT_ONCE));
        let fetch = self.consumer.fetch().max_messages(wanted).messages();
        let read = async {
            let mut messages = fetch.await.map_err(Error::server)?;
            let mut letters = Vec::with_capacity(wanted);
            while let Some(message) = messages.next().await {
                letters.extend(Handed::new(message.map_err(Error::server)?.message));
            }
            Ok(letters)
        };
        let letters: Vec<_> = tokio::time::timeout(PATIENCE, read).await.map_err(Error::server)??;
        // Fewer than there were, when some were removed meanwhile.
        self.left = if letters.is_empty() {
            0
        } else {
            self.left - letters.len() as u64
        };
        Ok(Some(letters))
    }

    /// Removes the reader from the server. It would go by itself after a while.
    pub(super) async fn end(self, stream: &Stream<()>) {
        let _ = stream.delete_consumer(&self.consumer.cached_info().name).await;
    }
}
