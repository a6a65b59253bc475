//! Counting the deliveries of a queue.

use std::time::Duration;

use async_nats::header::NATS_TIME_STAMP;
use async_nats::jetstream::message::StreamMessage;
use async_nats::jetstream::stream::DirectGetErrorKind;
use futures_util::TryStreamExt;
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::streams::CONSUMER;
use super::{Error, NatsStore};
use crate::queue::Stats;
use crate::{HEARTBEAT, MISSED_HEARTBEATS};

/// For how long what a worker told counts. The newest message tells the time of the server.
#[expect(clippy::cast_possible_truncation)]
const FRESH: Duration = HEARTBEAT.saturating_mul(MISSED_HEARTBEATS as u32);

impl NatsStore {
    pub(super) async fn count(&self) -> Result<Stats, Error> {
        let shared = self.connected()?;
        let dead = shared.dead.get_info().await.map_err(Error::server)?.state;
        let tasks = shared.tasks.get_info().await.map_err(Error::server)?.state;
        let consumer = shared.tasks.consumer_info(CONSUMER).await.map_err(Error::server)?;
        // The server counts those that wait for their next attempt with those that workers hold.
        let out = consumer.num_ack_pending as u64;
        let running = self.held().await?.min(out);
        // Each death published one message of each stream, and each removed delivery was done or died.
        let removed = tasks.last_sequence.saturating_sub(tasks.messages);
        let oldest = match consumer.num_pending {
            0 => None,
            _ => self.oldest(consumer.delivered.stream_sequence + 1).await?,
        };
        Ok(Stats {
            waiting: consumer.num_pending + out - running,
            running,
            done: removed.saturating_sub(dead.last_sequence),
            dead: dead.messages,
            oldest,
        })
    }

    /// For how long the first message from this sequence number on has been there.
    async fn oldest(&self, sequence: u64) -> Result<Option<Duration>, Error> {
        let shared = &self.shared;
        let subject = shared.names.tasks_subject();
        match shared.tasks.direct_get_next_for_subject(subject, Some(sequence)).await {
            Ok(message) => Ok(time(&message).map(|at| {
                let age = Timestamp::now().duration_since(at);
                age.max(SignedDuration::ZERO).unsigned_abs()
            })),
            Err(error) if error.kind() == DirectGetErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::server(error)),
        }
    }

    /// How many deliveries all workers hold: those of this process now, and others when they last told.
    async fn held(&self) -> Result<u64, Error> {
        let shared = &self.shared;
        let told = shared.state.info_with_subjects(shared.names.worker("*")).await;
        let subjects: Vec<_> = told
            .map_err(Error::server)?
            .try_collect()
            .await
            .map_err(Error::server)?;
        let (own, others): (u64, Vec<_>) = {
            let workers = self.workers();
            let is_own = |subject: &str| {
                subject
                    .rsplit('.')
                    .next()
                    .is_some_and(|name| workers.contains_key(name))
            };
            let others = subjects.into_iter().map(|(subject, _)| subject);
            (
                workers.values().map(|holding| holding.count()).sum(),
                others.filter(|subject| !is_own(subject)).collect(),
            )
        };
        let told = others
            .iter()
            .map(|subject| shared.state.direct_get_last_for_subject(subject));
        // One that is gone meanwhile counts no more.
        let told: Vec<_> = join_all(told).await.into_iter().flatten().collect();
        let told = told.iter().filter_map(|message| Some((time(message)?, message)));
        let told: Vec<_> = told.collect();
        let newest = told.iter().map(|(at, _)| *at).max();
        let is_fresh = |at: Timestamp| newest.is_some_and(|newest| newest.duration_since(at).unsigned_abs() <= FRESH);
        let counts = told.iter().filter(|(at, _)| is_fresh(*at)).filter_map(|(_, message)| {
            let count = std::str::from_utf8(&message.payload).ok()?;
            count.parse::<u64>().ok()
        });
        Ok(own + counts.sum::<u64>())
    }
}

/// When the stream got the message.
fn time(message: &StreamMessage) -> Option<Timestamp> {
    message.headers.get(NATS_TIME_STAMP)?.as_str().parse().ok()
}
