//! The streams of a queue, and the consumer of its workers.

use std::time::Duration;

use async_nats::jetstream::Context;
use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::consumer::{AckPolicy, pull};
use async_nats::jetstream::context::GetStreamErrorKind;
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, Stream};
use tower_webhook::DeliveryKey;

use super::{Error, Options};
use crate::{HEARTBEAT, MISSED_HEARTBEATS};

/// The name of the consumer that all workers share.
pub(super) const CONSUMER: &str = "worker";
/// How long the server waits for a sign of life before it hands out a message again: two missed heartbeats, and the
/// one that the worker was about to send.
#[expect(clippy::cast_possible_truncation)]
pub(super) const ACK_WAIT: Duration = HEARTBEAT.saturating_mul(MISSED_HEARTBEATS as u32 + 1);

/// The names of streams and subjects, which follow from that of the queue.
pub(super) struct Names {
    pub(super) queue: String,
}

impl Names {
    pub(super) fn stream(&self, kind: &str) -> String {
        format!("inbox_{}_{kind}", self.queue)
    }

    pub(super) fn tasks_subject(&self) -> String {
        format!("inbox.{}.tasks", self.queue)
    }

    pub(super) fn key(&self, key: DeliveryKey) -> String {
        format!("inbox.{}.keys.{key}", self.queue)
    }

    /// Where the dead letter of this task is, or all are.
    pub(super) fn letter(&self, task: &str) -> String {
        format!("inbox.{}.dead.{task}", self.queue)
    }

    /// Where it is noted how a message of this sequence number was put back.
    pub(super) fn put_back(&self, sequence: u64) -> String {
        format!("inbox.{}.state.back.{sequence}", self.queue)
    }

    /// Where this worker tells what it holds, or all do.
    pub(super) fn worker(&self, worker: &str) -> String {
        format!("inbox.{}.state.worker.{worker}", self.queue)
    }
}

/// Makes the streams that do not exist, and changes those that do as the options ask.
pub(super) async fn ensure(jetstream: &Context, names: &Names, options: &Options) -> Result<(), Error> {
    let stream = |kind, subject| Config {
        name: names.stream(kind),
        subjects: vec![subject],
        num_replicas: options.replicas.unwrap_or(1),
        discard: DiscardPolicy::New,
        duplicate_window: options.window(),
        allow_direct: true,
        ..Config::default()
    };
    let replicate = |config: &mut Config| {
        if let Some(replicas) = options.replicas {
            config.num_replicas = replicas;
        }
    };
    let tasks = Config {
        retention: RetentionPolicy::WorkQueue,
        max_bytes: options
            .max_bytes
            .map_or(-1, |bytes| bytes.try_into().unwrap_or(i64::MAX)),
        ..stream("tasks", names.tasks_subject())
    };
    let tasks = ensure_stream(jetstream, tasks, |config| {
        replicate(config);
        if options.duplicate_window.is_some() {
            config.duplicate_window = options.window();
        }
        if let Some(bytes) = options.max_bytes {
            config.max_bytes = bytes.try_into().unwrap_or(i64::MAX);
        }
    });
    if tasks.await?.retention != RetentionPolicy::WorkQueue {
        return Err(Error::NoWorkQueue(names.stream("tasks")));
    }
    let dead = Config {
        max_messages_per_subject: 1,
        discard: DiscardPolicy::Old,
        ..stream("dead", names.letter("*"))
    };
    ensure_stream(jetstream, dead, replicate).await?;
    let keys = Config {
        max_messages_per_subject: 1,
        max_age: options.remembered(),
        discard: DiscardPolicy::Old,
        // Each key is a subject, so an id would tell nothing more.
        duplicate_window: Duration::from_secs(1),
        ..stream("keys", format!("inbox.{}.keys.*", names.queue))
    };
    let remember = |config: &mut Config| {
        replicate(config);
        if options.key_ttl.is_some() {
            config.max_age = options.remembered();
        }
    };
    ensure_stream(jetstream, keys, remember).await?;
    let state = Config {
        max_messages_per_subject: 1,
        max_age: STATE_AGE,
        discard: DiscardPolicy::Old,
        duplicate_window: Duration::from_secs(1),
        ..stream("state", format!("inbox.{}.state.>", names.queue))
    };
    ensure_stream(jetstream, state, replicate).await?;
    ensure_consumer(
        &jetstream
            .get_stream_no_info(names.stream("tasks"))
            .await
            .map_err(Error::server)?,
    )
    .await
}

/// How long a message may wait after it was put back until that counts as an attempt. The notes of finished messages
/// are removed; this is for those whose worker died in between.
const STATE_AGE: Duration = Duration::from_hours(30 * 24);

/// Returns the configuration that the stream has in the end.
async fn ensure_stream(jetstream: &Context, wanted: Config, change: impl FnOnce(&mut Config)) -> Result<Config, Error> {
    let existing = match jetstream.get_stream(&wanted.name).await {
        Ok(stream) => stream.cached_info().config.clone(),
        Err(error) => match error.kind() {
            GetStreamErrorKind::JetStream(error) if error.error_code() == ErrorCode::STREAM_NOT_FOUND => {
                // Another process may make the same at the same time. That is no error.
                let made = jetstream.create_stream(wanted).await.map_err(Error::server)?;
                return Ok(made.cached_info().config.clone());
            }
            _ => return Err(Error::server(error)),
        },
    };
    let mut config = existing.clone();
    change(&mut config);
    if config != existing {
        jetstream.update_stream(&config).await.map_err(Error::server)?;
    }
    Ok(config)
}

/// Makes the consumer of the workers, unless it exists.
pub(super) async fn ensure_consumer(tasks: &Stream<()>) -> Result<(), Error> {
    let config = pull::Config {
        durable_name: Some(CONSUMER.to_owned()),
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACK_WAIT,
        max_deliver: -1,
        // Those that wait for their next attempt count too, and must not hold up others.
        max_ack_pending: -1,
        ..pull::Config::default()
    };
    let made = tasks.get_or_create_consumer(CONSUMER, config).await;
    made.map(drop).map_err(Error::server)
}
