//! The lease of a worker: it takes messages, says that it is alive, and acknowledges.

use std::sync::Arc;
use std::time::Duration;

use async_nats::header::{HeaderMap, HeaderValue, NATS_MESSAGE_ID};
use async_nats::jetstream::AckKind;
use futures_util::future::join_all;
use tokio::time::Instant;

use super::dead::is_missing;
use super::holding::{Held, Holding};
use super::message::{ATTEMPTS, TASK, write_error};
use super::pull::{Pulls, PutBack};
use super::streams::{ACK_WAIT, ensure_consumer};
use super::{Error, NatsStore};
use crate::queue::lease::{Lease, Leased, Outcome, Settled, Taken, Want};

/// The longest pause: 50 years. The server adds it to its clock, as nanoseconds in 64 bits.
const LONGEST: Duration = Duration::from_hours(50 * 365 * 24);

/// When a delivery comes back whose dead letter the server refused.
const NO_ROOM: Duration = Duration::from_mins(1);

/// What a worker holds of a [`NatsStore`].
#[derive(Debug)]
pub struct NatsLease {
    store: NatsStore,
    worker: String,
    holding: Arc<Holding>,
    pulls: Arc<tokio::sync::Mutex<Pulls>>,
}

impl Leased for NatsStore {
    type Error = Error;
    type Lease = NatsLease;

    async fn lease(&self, worker: &str) -> Result<NatsLease, Error> {
        let shared = self.connected()?;
        ensure_consumer(&shared.tasks).await?;
        let pulls = Pulls::start(&shared.client).await?;
        let holding = Arc::<Holding>::default();
        self.workers().insert(worker.to_owned(), Arc::clone(&holding));
        Ok(NatsLease {
            store: self.clone(),
            worker: worker.to_owned(),
            holding,
            pulls: Arc::new(tokio::sync::Mutex::new(pulls)),
        })
    }
}

impl Drop for NatsLease {
    fn drop(&mut self) {
        self.store.workers().remove(&self.worker);
    }
}

impl Lease for NatsLease {
    type Error = Error;

    async fn take(&self, want: Want<'_>) -> Result<Vec<Taken>, Error> {
        let left = self.holding.content().take(want);
        if !left.is_empty() {
            return Ok(left);
        }
        let (store, pulls, holding) = (self.store.clone(), Arc::clone(&self.pulls), Arc::clone(&self.holding));
        let (tasks, bytes) = (want.tasks, want.bytes);
        // A tokio task of its own. What the server handed out would be lost for 12 s with a future that is dropped.
        let pull = tokio::spawn(async move { pulls.lock().await.pull(&store, &holding, tasks, bytes).await });
        pull.await.map_err(Error::server)??;
        Ok(self.holding.content().take(want))
    }

    async fn settle(&self, settled: &[Settled]) -> Result<(), Error> {
        let ends = settled.iter().map(|settled| self.end(settled));
        join_all(ends).await.into_iter().collect()
    }

    async fn beat(&self) -> Result<(), Error> {
        let shared = self.store.connected()?;
        let held: Vec<_> = {
            let content = self.holding.content();
            content
                .held
                .iter()
                .filter(|(_, held)| !held.ends)
                .map(|(id, held)| (id.clone(), held.reply.clone()))
                .collect()
        };
        let now = Instant::now();
        let signs = held.iter().map(async |(id, reply)| {
            shared.confirm(reply, AckKind::Progress).await?;
            if let Some(held) = self.holding.content().held.get_mut(id) {
                held.alive_until = now + ACK_WAIT;
            }
            Ok(())
        });
        let signs: Result<(), Error> = join_all(signs).await.into_iter().collect();
        if signs.is_err() {
            // The consumer may be gone. It is needed to record results.
            ensure_consumer(&shared.tasks).await?;
        }
        signs?;
        let count = held.len().to_string();
        let told = shared.publish(shared.names.worker(&self.worker), HeaderMap::new(), count.into());
        told.await.map(drop)
    }

    async fn release(&self) -> Result<(), Error> {
        let shared = self.store.connected()?;
        // Waits for a take that is not over.
        let _pulls = self.pulls.lock().await;
        let held: Vec<_> = {
            let mut content = self.holding.content();
            content.ready.clear();
            content
                .held
                .iter()
                .map(|(id, held)| (id.clone(), held.clone()))
                .collect()
        };
        let returns = held.iter().map(async |(id, held)| {
            if held.alive_until > Instant::now() {
                // First, so that the server cannot hand it out before the note is there.
                let note = PutBack::of(held).encode();
                let subject = shared.names.put_back(held.sequence);
                // Without it, the stop counts as an attempt.
                let _ = shared.publish(subject, HeaderMap::new(), note).await;
                shared.confirm(&held.reply, AckKind::Nak(None)).await?;
            }
            self.holding.content().held.remove(id);
            Ok(())
        });
        join_all(returns).await.into_iter().collect::<Result<(), Error>>()?;
        self.store.workers().remove(&self.worker);
        if !held.is_empty() {
            shared.stored.notify_one();
        }
        let forget = shared.state.purge().filter(shared.names.worker(&self.worker));
        forget.await.map(drop).map_err(Error::server)
    }

    async fn arrival(&self) {
        self.store.shared.stored.notified().await;
    }
}

impl NatsLease {
    /// Records the end of one attempt. When that fails halfway, the next time does the rest.
    async fn end(&self, Settled { id, attempts, outcome }: &Settled) -> Result<(), Error> {
        let shared = self.store.connected()?;
        let held = self.holding.content().held.get_mut(id).map(|held| {
            held.ends = true;
            held.clone()
        });
        let Some(held) = held else { return Ok(()) };
        let is_lost = held.alive_until < Instant::now();
        match outcome {
            // Work that is done is done, also when the worker was believed dead.
            Outcome::Done => shared.confirm(&held.reply, AckKind::Ack).await?,
            // Another worker may have the message.
            Outcome::Retry { .. } | Outcome::Dead { .. } if is_lost => {}
            Outcome::Retry { after, .. } => {
                let after = *after.min(&LONGEST);
                shared.confirm(&held.reply, AckKind::Nak(Some(after))).await?;
            }
            Outcome::Dead { error } => match self.bury(id, &held, *attempts, error).await {
                Ok(()) => shared.confirm(&held.reply, AckKind::Ack).await?,
                // No room, perhaps. It must not hold up the results that make some: it comes back later.
                Err(_) => shared.confirm(&held.reply, AckKind::Nak(Some(NO_ROOM))).await?,
            },
        }
        self.holding.content().held.remove(id);
        if held.was_put_back && !matches!(outcome, Outcome::Retry { .. }) {
            // Nobody reads the note any more. One that stays is removed by its age.
            let _ = shared.state.purge().filter(shared.names.put_back(held.sequence)).await;
        }
        Ok(())
    }
    /// Publishes a dead letter, once however often it is tried. The delivery is read again, so that those that do not
    /// fail take no memory for it.
    async fn bury(&self, id: &str, held: &Held, attempts: u32, error: &str) -> Result<(), Error> {
        let shared = self.store.connected()?;
        let task = match shared.tasks.get_raw_message(held.sequence).await {
            Ok(task) => task,
            // Somebody else has ended it.
            Err(error) if is_missing(&error.kind()) => return Ok(()),
            Err(error) => return Err(Error::server(error)),
        };
        // Its receiver may have died, or be slow, before it noted the key. A retried letter has another message id.
        let key = task.headers.get(NATS_MESSAGE_ID).map(HeaderValue::as_str);
        if let Some(key) = key.and_then(|key| key.parse().ok()) {
            shared.note(key, id.to_owned()).await?;
        }
        let mut headers = HeaderMap::new();
        headers.insert(NATS_MESSAGE_ID, format!("{id}:{}", held.sequence));
        headers.insert(TASK, id);
        headers.insert(ATTEMPTS, attempts.to_string());
        write_error(&mut headers, error);
        shared
            .publish(shared.names.letter(id), headers, task.payload)
            .await
            .map(drop)
    }
}
