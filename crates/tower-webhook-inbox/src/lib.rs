//! Put verified webhooks into a durable queue, each once, and answer their sender at once.
//!
//! ```
//! use axum::{Router, routing::post_service};
//! use tower_webhook::{SigningSecret, Verifier, VerifyLayer};
//! use tower_webhook_inbox::{Inbox, sqlite};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use tower::{Layer, ServiceExt};
//! # let folder = tempfile::tempdir()?;
//! # let url = format!("sqlite://{}", folder.path().join("inbox.db").display());
//! let secret = SigningSecret::new("whk_demo")?;
//! # let signer = tower_webhook::sign::Signer::knowrithm(&secret);
//! let store = sqlite::SqliteStore::open(&url, sqlite::config()).await?;
//! let verify = VerifyLayer::new(Verifier::knowrithm(secret));
//! let app: Router = Router::new()
//!     .route("/webhooks/knowrithm", post_service(verify.layer(Inbox::new(store.clone()))));
//! # let post = || axum::http::Request::post("/webhooks/knowrithm").body("{}");
//! # let genuine = signer.sign(post()?).map(axum::body::Body::from);
//! # assert_eq!(app.clone().oneshot(genuine).await?.status(), 200);
//! # let forged = post()?.map(axum::body::Body::from);
//! # assert_eq!(app.oneshot(forged).await?.status(), 403);
//! # Ok(())
//! # }
//! ```
//!
//! A provider wants its 200 within seconds, and sends again what did not get one. So a receiver stores first, answers, and
//! works later; and it does nothing twice. An [`Inbox`] stands behind a [`VerifyLayer`](tower_webhook::VerifyLayer) and
//! puts each [`Delivery`] into a backend of [apalis](https://docs.rs/apalis), with
//! [`delivery_key`](tower_webhook::VerifiedBody::delivery_key) as the task's idempotency key. Workers, retries with
//! back-off, dead letters, concurrency and shutdown are apalis's.
//!
//! # Answers
//!
//! | what happened | answer |
//! |---|---|
//! | the backend committed the delivery | 200, empty |
//! | it had committed it before, and can tell | 200, empty, `webhook-duplicate: true` |
//! | backend down, full, or slower than [the deadline](Inbox::deadline) of 5 s | 503, empty, `Retry-After: 10` |
//! | no [`VerifyLayer`](tower_webhook::VerifyLayer) in front | 500, whose text names it |
//!
//! There is no 2xx without a commit. A delivery that was stored after its sender gave up is a duplicate when it comes again.
//!
//! # Once, and at least once
//!
//! A delivery becomes *one task*, however often it comes. The task is worked on *at least* once: when a process dies, or
//! cannot reach the backend, between the work and the note of it, another one starts the task again. Make the work
//! idempotent by [`Delivery::key`], which is the same at every attempt: a unique column, an idempotency key of the API that
//! is called.
//!
//! # Backends
//!
//! | feature | store | a 200 means | duplicates are told | key is remembered |
//! |---|---|---|---|---|
//! | `sqlite` | `sqlite::SqliteStore` | in the file, synced | yes | while the row is there |
//! | `postgres` | `postgres::PostgresStore` | committed by the server | yes | while the row is there |
//! | `redis` | `redis::RedisStore` | what the server's persistence makes of it | yes | 14 days |
//! | `memory` | `memory::MemoryStore` | **in this process; gone when it ends** | yes | 100 000 of them, until it ends |
//! | | [`SinkStore`] | what the backend makes of it | no | what the backend makes of it |
//!
//! Each module says what is set on its backend, and why. Without a feature there is [`SinkStore`] alone.
//!
//! With the feature `knowrithm`, `Delivery::event` parses the body as one of Knowrithm's events;
//! [`Delivery::json`] parses it as whatever you say.
//!
//! # Workers
//!
//! `storage()` of a store is apalis's backend for them. It is quiet until asked: give it [`Ticks`]. A worker has a name of
//! its own in every process. Before it is stopped, let it [`Drain`]. Things of apalis 1.0 to know:
//!
//! - A task that returns an error is started again at once by the SQL backends, until its attempts are used up. The
//!   waiting is that of the worker's retry layer.
//! - An `AbortError` ends a task for good: it stays in the backend as killed, the dead letter. A `RetryAfterError` or
//!   `DeferredError` waits nowhere, and in SQLite leaves the task pending *and* locked, where nobody takes it up again: use the
//!   retry layer instead.
//! - Several tasks fetched at once stop the worker's heartbeat until the last of them is started: `batch_size(1)`.
//! - A worker whose backend fails ends. Run it under a `Monitor` with `should_restart`.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
use std::time::Duration;

mod delivery;
mod drain;
mod error;
mod inbox;
#[cfg(feature = "memory")]
pub mod memory;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "redis")]
pub mod redis;
mod service;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod store;
mod ticks;

pub use delivery::Delivery;
pub use drain::Drain;
pub use error::{Failure, PutError};
pub use inbox::Inbox;
pub use service::{DUPLICATE, ResponseFuture};
pub use store::{SinkStore, Store, Stored};
pub use ticks::Ticks;

/// The name of the queue in the configurations of this crate: `webhooks`.
#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
pub const QUEUE: &str = "webhooks";

/// How often a worker says that it lives, in the configurations of this crate: every 4 s.
#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
pub const HEARTBEAT: Duration = Duration::from_secs(4);

/// After how many silent [`HEARTBEAT`]s other workers take over a worker's tasks, in the configurations of this crate: 2.
#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
pub const MISSED_HEARTBEATS: usize = 2;
