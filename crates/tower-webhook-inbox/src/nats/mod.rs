//! Deliveries in NATS JetStream: for several machines, and for more deliveries than one database takes.
//!
//! ```no_run
//! use tower_webhook_inbox::nats::NatsStore;
//! use tower_webhook_inbox::{BoxError, Delivery, Inbox, Worker};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = NatsStore::open("nats://localhost:4222").await?;
//! for caveat in store.caveats().await? {
//!     eprintln!("NATS: {caveat}");
//! }
//! let worker = Worker::new(store.clone(), async |_: Delivery| Ok::<(), BoxError>(()));
//! let inbox = Inbox::new(store);
//! # Ok(())
//! # }
//! ```
//!
//! # Guarantees
//!
//! **A 200 means that the stream's replicas have the delivery:** all of a stream with one replica, and the majority of
//! one with several. It survives the death of servers. By default the server syncs its files every 2 minutes and not
//! before it answers, so a 200 does not survive the loss of power of the one machine, or of the majority at the same
//! time. It does when the server's configuration has `jetstream { sync_interval: always }`, which is slow. JetStream
//! does not tell this setting to its clients; [`NatsStore::caveats`] lists the others that weaken the guarantees.
//!
//! **A delivery becomes one task.** Its message has the delivery key as `Nats-Msg-Id`, and the server ignores another
//! one within the [`duplicate_window`](Options::duplicate_window) of an hour. When a server restarts, it forgets the
//! ids of messages that are done. So each key is also a message of its own, and remembered for the
//! [`key_ttl`](Options::key_ttl) of 30 days. Only a sender whose first attempt was stored and not answered, because
//! the receiver died or lost the server just then, and who tries again after more than an hour has two tasks.
//!
//! **Order:** none. Deliveries are taken in about the order of their arrival.
//!
//! # Attempts
//!
//! The server counts how often it handed out a message. A stop is noted in the stream of states, so that it counts no
//! attempt. A message that a worker took and never settled is handed out again 12 s after its worker last said that it
//! is alive, 8 to 12 s after it died. The consumer has no `max_deliver`: the server would stop handing out a message
//! without making it a dead letter.
//!
//! # Counts
//!
//! [`stats`](crate::Queue::stats) is exact for the deliveries of workers in the same process. Those of other processes
//! are told every 4 s. `done` counts all since the streams were made. `oldest` knows deliveries that no worker has
//! taken yet, and the clock of this machine.
//!
//! # On the server
//!
//! A queue has four streams, here for the queue `webhooks`:
//!
//! | stream | subjects | holds |
//! |---|---|---|
//! | `inbox_webhooks_tasks` | `inbox.webhooks.tasks` | deliveries that are not done, as JSON, with work-queue retention |
//! | `inbox_webhooks_dead` | `inbox.webhooks.dead.*` | dead letters, with their error and attempts in headers |
//! | `inbox_webhooks_keys` | `inbox.webhooks.keys.*` | the keys, for as long as they are remembered |
//! | `inbox_webhooks_state` | `inbox.webhooks.state.>` | what workers hold and have put back |
//!
//! They are made when the store is opened. What an operator changed in a stream that exists stays, except the settings
//! that [`Options`] names explicitly. It needs a server of 2.9 or later.
//!
//! The server's `max_payload`, by default 1 MiB, bounds the deliveries: in base64 a body takes four thirds of its
//! length. A larger one is refused with [`Error::TooLarge`], again and again. Set `max_payload` to twice the largest
//! body that the verifier accepts.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use apalis_core::task::Task;
use async_nats::connection::State;
use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream::stream::{DirectGetErrorKind, Stream};
use async_nats::jetstream::{Context, publish::PublishAck};
use async_nats::{Client, HeaderMap, Subject};
use bytes::Bytes;
use tokio::sync::Notify;
use tower_webhook::DeliveryKey;

use crate::delivery::Delivery;
use crate::id;
use crate::queue::Queue;
use crate::store::{Store, Stored};

mod caveats;
mod dead;
mod error;
mod holding;
mod keys;
mod lease;
mod letters;
mod message;
mod options;
mod pull;
mod stats;
mod streams;

pub use error::Error;
pub use options::{DUPLICATE_WINDOW, KEY_TTL, Options};

use holding::Holding;
use message::{ERROR_ROOM, TASK};
use streams::Names;

/// A store in NATS JetStream. Clones share its connection.
#[derive(Clone)]
pub struct NatsStore {
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    jetstream: Context,
    names: Names,
    tasks: Stream<()>,
    dead: Stream<()>,
    keys: Stream<()>,
    state: Stream<()>,
    /// Woken when this process stored or put back a delivery.
    stored: Notify,
    /// What the workers of this process hold, by their names.
    workers: Mutex<HashMap<String, Arc<Holding>>>,
}

impl NatsStore {
    /// Connects to the server of a `nats://` URL with the default options: see [`Options::open`].
    ///
    /// # Errors
    ///
    /// As [`Options::open`].
    pub async fn open(url: &str) -> Result<Self, Error> {
        Self::options().open(url).await
    }

    /// The options with which a server is opened.
    ///
    /// ```no_run
    /// use tower_webhook_inbox::nats::NatsStore;
    ///
    /// # async fn open(url: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// let store = NatsStore::options().queue("payments").replicas(3).open(url).await?;
    /// assert_eq!(store.queue(), "payments");
    /// # Ok(())
    /// # }
    /// ```
    pub fn options() -> Options {
        Options::default()
    }

    /// The name of the queue, which is a part of the names of its streams and subjects.
    #[must_use]
    pub fn queue(&self) -> &str {
        &self.shared.names.queue
    }

    /// Fails at once while there is no connection. The client would keep what it is given until there is one, in an
    /// outage more than memory has room for.
    fn connected(&self) -> Result<&Shared, Error> {
        match self.shared.client.connection_state() {
            State::Connected => Ok(&self.shared),
            State::Pending | State::Disconnected => Err(Error::Disconnected),
        }
    }

    /// What the workers of this process hold. Each change is complete before anything can panic.
    fn workers(&self) -> MutexGuard<'_, HashMap<String, Arc<Holding>>> {
        self.shared.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Returns when the replicas have the message.
    async fn publish(&self, subject: String, headers: HeaderMap, payload: Bytes) -> Result<PublishAck, Error> {
        let ack = self.jetstream.publish_with_headers(subject, headers, payload).await;
        ack.map_err(Error::server)?.await.map_err(Error::server)
    }

    /// Sends an acknowledgement of a message, and returns when the server has it.
    async fn confirm(&self, reply: &Subject, kind: impl Into<Bytes>) -> Result<(), Error> {
        let confirmed = self.client.request(reply.clone(), kind.into()).await;
        confirmed.map(drop).map_err(Error::server)
    }
}

impl fmt::Debug for NatsStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsStore")
            .field("queue", &self.queue())
            .finish_non_exhaustive()
    }
}

impl Store for NatsStore {
    type Error = Error;

    fn queue(&self) -> &str {
        self.queue()
    }

    async fn is_stored(&self, key: DeliveryKey) -> Result<bool, Error> {
        let shared = self.connected()?;
        let known = shared.keys.direct_get_last_for_subject(shared.names.key(key)).await;
        match known {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == DirectGetErrorKind::NotFound => Ok(false),
            Err(error) => Err(Error::server(error)),
        }
    }

    async fn retry_dead(&self, key: DeliveryKey) -> Result<bool, Error> {
        let shared = self.connected()?;
        let noted = shared.keys.direct_get_last_for_subject(shared.names.key(key)).await;
        match noted {
            Ok(noted) => self.retry(&String::from_utf8_lossy(&noted.payload)).await,
            Err(error) if error.kind() == DirectGetErrorKind::NotFound => Ok(false),
            Err(error) => Err(Error::server(error)),
        }
    }

    async fn store(&self, task: Task<Delivery>) -> Result<Stored, Error> {
        let key = task.idempotency_key().and_then(|key| key.parse().ok());
        // The server itself knows ids for the duplicate window alone, and not those of messages that are done when it
        // restarts.
        if let Some(key) = key
            && self.is_stored(key).await?
        {
            return Ok(Stored::Duplicate);
        }
        let shared = self.connected()?;
        let json = task.args.encode().map_err(Error::server)?;
        // A dead letter has to fit too.
        let room = shared.client.max_payload().saturating_sub(ERROR_ROOM);
        if json.len() > room {
            let bytes = json.len();
            return Err(Error::TooLarge { bytes, room });
        }
        let task_id = task.task_id().map(ToString::to_string);
        let id = task_id.unwrap_or_else(|| id::next().to_string());
        let mut headers = HeaderMap::new();
        headers.insert(TASK, id.as_str());
        headers.insert(NATS_MESSAGE_ID, task.idempotency_key().unwrap_or(&id));
        let store = self.clone();
        // A tokio task of its own: a delivery whose future is dropped in between would be stored without its key.
        let put = tokio::spawn(async move { store.shared.put(headers, json.into(), id, key).await });
        put.await.map_err(Error::server)?
    }
}

impl Shared {
    /// Publishes a delivery, and notes its key.
    async fn put(
        &self,
        headers: HeaderMap,
        json: Bytes,
        id: String,
        key: Option<DeliveryKey>,
    ) -> Result<Stored, Error> {
        let ack = self.publish(self.names.tasks_subject(), headers, json).await?;
        if !ack.duplicate {
            self.stored.notify_one();
        }
        // After the delivery: a key without a delivery would turn its sender away for nothing.
        if let Some(key) = key {
            let id = if ack.duplicate {
                self.task_at(ack.sequence).await?
            } else {
                id
            };
            self.note(key, id).await?;
        }
        Ok(if ack.duplicate { Stored::Duplicate } else { Stored::New })
    }
}
