//! Put verified webhooks into a durable queue, each once, and answer their sender at once.
//!
//! ```
//! use axum::{Router, routing::post_service};
//! use tower::Layer;
//! use tower_webhook::{SigningSecret, Verifier, VerifyLayer};
//! use tower_webhook_inbox::{Inbox, sqlite};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let url = "sqlite://inbox.db";
//! # let folder = tempfile::tempdir()?;
//! # let url = &format!("sqlite://{}", folder.path().join("inbox.db").display());
//! let store = sqlite::SqliteStore::open(url, sqlite::config()).await?;
//! let secret = SigningSecret::new("whk_demo")?;
//! # let signer = tower_webhook::sign::Signer::knowrithm(&secret);
//! let verify = VerifyLayer::new(Verifier::knowrithm(secret));
//! let app: Router = Router::new()
//!     .route("/webhooks/knowrithm", post_service(verify.layer(Inbox::new(store.clone()))));
//! # use tower::ServiceExt;
//! # let post = || axum::http::Request::post("/webhooks/knowrithm").body("{}");
//! # let genuine = signer.sign(post()?).map(axum::body::Body::from);
//! # assert_eq!(app.clone().oneshot(genuine).await?.status(), 200);
//! # let forged = post()?.map(axum::body::Body::from);
//! # assert_eq!(app.oneshot(forged).await?.status(), 403);
//! # Ok(())
//! # }
//! ```
//!
//! With [the worker](#workers) below, that needs:
//!
//! ```toml
//! [dependencies]
//! apalis = { version = "1", default-features = false, features = ["limit", "retry"] }
//! axum = "0.8"
//! futures-util = "0.3"
//! serde_json = "1"
//! tokio = { version = "1", features = ["full"] }
//! tower = "0.5"
//! tower-webhook = "0.1"
//! tower-webhook-inbox = { version = "0.1", features = ["sqlite"] }
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
//! So is one whose task failed for good: what its sender sends again is answered with 200, and not worked on. Give a task enough
//! attempts to outlast what it depends on, and look after the dead letters.
//!
//! # Once, and at least once
//!
//! A delivery becomes *one task*, however often it comes. The task is worked on *at least* once: when a process dies, or
//! cannot reach the backend, between the work and the note of it, another one starts the task again. Make the work
//! idempotent by [`Delivery::key`], which is the same at every attempt: a unique column, an idempotency key of the API that
//! is called.
//!
//! Nobody has to die for that. A worker says that it lives from the same future that runs its tasks: work that blocks its
//! thread for longer than two heartbeats of 4 s is missed, and begun by another worker meanwhile. Blocking work
//! belongs into tokio's `spawn_blocking`. A process or a machine that is paused for so long, as by a debugger or when it is moved
//! to another host, goes on with what others have begun by then.
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
//! # Workers
//!
//! `storage()` of a store is apalis's backend for them. It is quiet until asked: give it [`Ticks`]. A worker has a name that no
//! other one has had, in this process or another. Before it is stopped, let it [`Drain`]; after that, `hand_back` of the store
//! gives back what it holds nevertheless. All of it:
//!
//! ```
//! use std::panic::AssertUnwindSafe;
//! use std::time::{Duration, SystemTime, UNIX_EPOCH};
//!
//! use apalis::layers::retry::backoff::{ExponentialBackoffMaker, MakeBackoff};
//! use apalis::layers::retry::{HasherRng, RetryPolicy};
//! use apalis::prelude::*;
//! use futures_util::FutureExt;
//! use tokio::time::sleep;
//! use tower_webhook_inbox::sqlite::SqliteStore;
//! use tower_webhook_inbox::{Delivery, Drain, Ticks, watched};
//!
//! const ATTEMPTS: usize = 7;
//!
//! async fn work(delivery: Delivery) -> Result<(), BoxDynError> {
//!     let event: serde_json::Value = delivery.json()?;
//!     println!("{}: {event}", delivery.key());
//!     Ok(())
//! }
//!
//! /// One attempt, counted from 1. A panic is an error, and the error of the last one makes a dead letter.
//! async fn attempt(delivery: Delivery, attempt: Attempt) -> Result<(), BoxDynError> {
//!     if attempt.current() > ATTEMPTS {
//!         return Err(AbortError::new("the process ended in the middle of it too often").into());
//!     }
//!     let result = AssertUnwindSafe(work(delivery)).catch_unwind().await;
//!     match result.unwrap_or_else(|_| Err("it panicked".into())) {
//!         Err(error) if attempt.current() == ATTEMPTS => Err(AbortError::new(error).into()),
//!         result => result,
//!     }
//! }
//!
//! async fn run(store: SqliteStore, stop: impl Future<Output = ()> + Send) -> Result<(), BoxDynError> {
//!     let started = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
//!     let name = move |restarts| format!("inbox-{}-{started}-{restarts}", std::process::id());
//!     let (least, most) = (Duration::from_secs(1), Duration::from_mins(1));
//!     let backoff = ExponentialBackoffMaker::new(least, most, 0.5, HasherRng::default())?.make_backoff();
//!     let drain = Drain::new();
//!     let (storage, drains) = (store.storage(), drain.clone());
//!     let monitor = Monitor::new()
//!         .register(move |restarts| {
//!             let pause = Duration::from_secs(if restarts == 0 { 0 } else { 1 });
//!             let backend = storage
//!                 .clone()
//!                 .poll_with_stream(Ticks::every(Duration::from_millis(200)))
//!                 .before_start(move |_| sleep(pause).map(Ok));
//!             drains
//!                 .on(watched(&name(restarts), backend, Duration::from_secs(20)))
//!                 .concurrency(16)
//!                 .retry(RetryPolicy::retries(ATTEMPTS).with_backoff(backoff.clone()))
//!                 .build(attempt)
//!         })
//!         .should_restart(|worker, _| !worker.is_shutting_down());
//!     let context = monitor.context();
//!     let drained = async {
//!         stop.await;
//!         drain.finish().await;
//!         Ok(())
//!     };
//!     monitor.run_with_signal(drained).await?;
//!     for worker in context.workers() {
//!         for restarts in 0..=worker.restarts() {
//!             store.hand_back(&name(restarts)).await?;
//!         }
//!     }
//!     Ok(())
//! }
//! # use tower_webhook::{SigningSecret, Verifier, sign::Signer};
//! # use tower_webhook_inbox::{Inbox, sqlite};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxDynError> {
//! # let folder = tempfile::tempdir()?;
//! # let url = format!("sqlite://{}", folder.path().join("inbox.db").display());
//! # let store = SqliteStore::open(&url, sqlite::config()).await?;
//! # let secret = SigningSecret::new("whk_demo")?;
//! # let headers = Signer::knowrithm(&secret).headers("{}");
//! # Inbox::new(store.clone()).put(&Verifier::knowrithm(secret).verify(&headers, "{}")?, &headers).await?;
//! # let done = async { while store.forget_done(Duration::ZERO).await.unwrap() == 0 { sleep(Duration::from_millis(50)).await } };
//! # tokio::time::timeout(Duration::from_secs(30), run(store.clone(), done)).await??;
//! # Ok(())
//! # }
//! ```
//!
//! `stop` is SIGTERM, or what ends your server; how long to wait for tasks that do not end is yours to say. Things of apalis
//! 1.0 to know:
//!
//! - A task that returns an error is started again at once by the SQL backends, until its attempts are used up. The
//!   waiting is that of the worker's retry layer.
//! - An `AbortError` ends a task for good: it stays in the backend as killed, the dead letter. A `RetryAfterError` or
//!   `DeferredError` waits nowhere, and in SQLite leaves the task pending *and* locked, where nobody takes it up again: use the
//!   retry layer instead.
//! - A panic ends the whole worker, and what it had at hand comes back with an attempt more: whoever worked beside one that
//!   always panics becomes a dead letter too. Catch it in the work itself. `catch_panic` of apalis is a layer around what notes
//!   the end of a task, so that in the backend the task would run for ever.
//! - Several tasks fetched at once stop the worker's heartbeat until the last of them is started: `batch_size(1)`.
//! - A worker waits for its backend without a bound, and for a connection that has gone silent for ever: [`watched`] ends it.
//! - A worker whose backend fails ends, and drops the tasks at hand in the middle: they come back as after a panic. Run it
//!   under a `Monitor` with `should_restart`.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
use std::time::Duration;

mod delivery;
mod delivery_key;
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
mod watched;

pub use delivery::Delivery;
pub use drain::Drain;
pub use error::{Failure, PutError};
pub use inbox::Inbox;
pub use service::{DUPLICATE, ResponseFuture};
pub use store::{SinkStore, Store, Stored};
pub use ticks::Ticks;
pub use watched::{Watched, WatchedError, watched};

/// The name of the queue in the configurations of this crate: `webhooks`.
#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
pub const QUEUE: &str = "webhooks";

/// How often a worker says that it lives, in the configurations of this crate: every 4 s.
#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
pub const HEARTBEAT: Duration = Duration::from_secs(4);

/// After how many silent [`HEARTBEAT`]s other workers take over a worker's tasks, in the configurations of this crate: 2.
#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
pub const MISSED_HEARTBEATS: usize = 2;
