//! A durable inbox for webhooks: each verified delivery is stored once, answered at once, and worked on later.
//!
//! ```no_run
//! use axum::{Router, routing::post_service};
//! use tokio::net::TcpListener;
//! use tower::Layer;
//! use tower_webhook::{SigningSecret, Verifier, VerifyLayer};
//! use tower_webhook_inbox::{BoxError, Delivery, Inbox, Worker, sqlite::SqliteStore};
//! use tower_webhook_server::{Server, stop_signal};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), BoxError> {
//!     let store = SqliteStore::open("sqlite://inbox.db").await?;
//!     let worker = Worker::new(store.clone(), work).attempts(7).concurrency(16);
//!     let secret = SigningSecret::from_env("KNOWRITHM_WEBHOOK_SECRET")?;
//!     let verify = VerifyLayer::new(Verifier::knowrithm(secret));
//!     let app = Router::new().route("/webhooks/knowrithm", post_service(verify.layer(Inbox::new(store))));
//!     let server = Server::new(TcpListener::bind("127.0.0.1:5000").await?);
//!     let ((), worked) = tokio::join!(server.serve(app, stop_signal()), worker.run_until(stop_signal()));
//!     Ok(worked?)
//! }
//!
//! async fn work(delivery: Delivery) -> Result<(), BoxError> {
//!     let event: serde_json::Value = delivery.json()?;
//!     println!("{}: {event}", delivery.key());
//!     Ok(())
//! }
//! ```
//!
//! A provider expects its 200 within seconds, and retries a delivery that did not get one. So a receiver stores the
//! delivery once, answers, and works on it later. An [`Inbox`] stands behind a
//! [`VerifyLayer`](tower_webhook::VerifyLayer) and puts each [`Delivery`] into a store under its
//! [`delivery_key`](tower_webhook::VerifiedBody::delivery_key). A [`Worker`] takes it from there, in the same process
//! or in another. `axum::serve` and any other server will do in place of [`tower-webhook-server`], whose deadlines and
//! limits are made for clients that nobody trusts.
//!
//! [`tower-webhook-server`]: https://docs.rs/tower-webhook-server
//!
//! # Answers
//!
//! | event | answer |
//! |---|---|
//! | the backend committed the delivery | 200, empty |
//! | the backend had committed it before, and can tell | 200, empty, `webhook-duplicate: true` |
//! | it is a dead letter, and [is to be retried](Inbox::retry_dead_letters) | 200, empty |
//! | the backend is down, full, or slower than [the deadline](Inbox::deadline) of 5 s | 503, empty, `Retry-After: 10` |
//! | no [`VerifyLayer`](tower_webhook::VerifyLayer) is in front | 500, with a text that names it |
//!
//! # Guarantees
//!
//! **A 2xx means a commit.** A delivery may also be stored without an answer, when its sender gave up before. Its retry
//! is then a duplicate.
//!
//! **A delivery becomes one task,** however often it is sent. What one delivery is, the
//! [verifier](tower_webhook::Verifier::delivery_identity) says. A retry of a delivery that has failed for good is also
//! answered with 200, and not worked on unless the inbox [retries dead letters](Inbox::retry_dead_letters). Give
//! deliveries enough [attempts](Worker::attempts) to outlast an outage of the services that the work needs, and look
//! after the [dead letters](Queue::dead_letters).
//!
//! **Memory is bounded.** At most 256 deliveries are on their way into the store at a time
//! ([`concurrency`](Inbox::concurrency)), and at most 2 MiB of them are being encoded and written
//! ([`concurrent_bytes`](Inbox::concurrent_bytes)). A worker holds at most 32 MiB ([`Worker::concurrent_bytes`]). What
//! waits is in the store alone.
//!
//! **A delivery is worked on at least once.** A process can die, or lose its backend, after the work and before the
//! result is recorded; another worker then starts the delivery again. Make the work idempotent by [`Delivery::key`],
//! which is the same at every attempt. Use it for a unique column, or as the idempotency key of the API that you call.
//! A process need not die for that: one that is paused for more than 8 s, by a debugger or when its virtual machine is
//! moved, is believed dead, and other workers start its deliveries.
//!
//! # Backends
//!
//! | feature | store | a 200 means | reports duplicates | remembers a key | can keep an [order](Worker::in_order_by) |
//! |---|---|---|---|---|---|
//! | `sqlite` | `sqlite::SqliteStore` | in the file, synced | yes | until `forget_keys` | yes |
//! | `postgres` | `postgres::PostgresStore` | committed by the server | yes | until `forget_keys` | yes |
//! | `redis` | `redis::RedisStore` | as durable as the server's persistence | yes | 365 days | no |
//! | `nats` | `nats::NatsStore` | the stream's replicas have it | yes | 30 days | no |
//! | `memory` | `memory::MemoryStore` | **in this process; gone when it ends** | yes | the newest 100 000 | yes |
//! | | [`SinkStore`] | as durable as the backend | no | as long as the backend | no |
//!
//! The page of each module describes its guarantees and settings, and [`_scaling`] says how far each one goes.
//! `forget_done` of a store deletes the deliveries that were done long ago, and not their keys: whoever recorded a
//! delivery can send it for as long as its secret is in use. No store starts on a database that is read-only.
//!
//! The queue has a fixed name, `webhooks` or your own.
//!
//! # Operators
//!
//! Each store is a [`Queue`]: [`stats`](Queue::stats) counts what waits, runs and is dead, and tells the age of the
//! oldest, for an alert. [`dead_letters`](Queue::dead_letters) lists what failed for good, and [`retry`](Queue::retry)
//! puts it back. With the feature `tracing` the log has an error for each dead letter and for each delivery that could
//! not be stored, and one for each outage of the backend. What an error of the handler says, which may quote the
//! delivery, is told in a debug event and in the dead letter alone. The feature `metrics` counts all of that.
//!
//! # With apalis
//!
//! The tables of SQLite and PostgreSQL and the keys of Redis are those of [apalis](https://docs.rs/apalis), so that its
//! board shows the deliveries, and its own workers can work on them: `storage()` of these stores is apalis's backend.
//! The stores and the [`Worker`] have statements of their own, which take, record and release many deliveries at a time
//! by an index. Let either apalis's workers or a [`Worker`] work on a queue, and not both: what apalis calls failed,
//! and tries again, is a dead letter here. [`SinkStore`] puts deliveries into any other backend of apalis, for apalis's
//! workers.
#![cfg_attr(docsrs, feature(doc_cfg))]

use std::time::Duration;

pub mod _scaling;
mod delivery;
mod error;
mod id;
mod inbox;
#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
mod line;
#[cfg(feature = "memory")]
pub mod memory;
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(feature = "nats")]
pub mod nats;
#[cfg(feature = "postgres")]
pub mod postgres;
mod queue;
#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
mod record;
#[cfg(feature = "redis")]
pub mod redis;
#[cfg(any(feature = "redis", feature = "sqlite"))]
mod result;
mod room;
mod service;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod store;
mod worker;

pub use delivery::Delivery;
pub use error::{BoxError, Failure, PutError};
pub use inbox::Inbox;
pub use queue::{DeadLetter, InOrder, Queue, Stats};
pub use service::{DUPLICATE, ResponseFuture};
pub use store::{SinkStore, Store, Stored};
pub use worker::{NeverAgain, NotBefore, Worker};

/// The name of a store's queue, unless its options set another: `webhooks`.
#[cfg(any(feature = "nats", feature = "postgres", feature = "redis", feature = "sqlite"))]
pub const QUEUE: &str = "webhooks";

/// How often a worker on one of this crate's stores reports that it is alive: every 4 s.
pub const HEARTBEAT: Duration = Duration::from_secs(4);

/// After how many missed [`HEARTBEAT`]s other workers take over the tasks of a worker: 2.
#[cfg(any(feature = "nats", feature = "postgres", feature = "redis", feature = "sqlite"))]
pub const MISSED_HEARTBEATS: usize = 2;

// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
