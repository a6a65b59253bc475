//! A durable inbox for webhooks: each verified delivery is stored once, answered at once, and worked on later.
//!
//! ```
//! use axum::{Router, routing::post_service};
//! use tower_webhook::{SigningSecret, Verifier, VerifyLayer};
//! use tower_webhook_inbox::{Inbox, sqlite::SqliteStore};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let url = "sqlite://inbox.db";
//! # let folder = tempfile::tempdir()?;
//! # let url = &format!("sqlite://{}", folder.path().join("inbox.db").display());
//! let store = SqliteStore::open(url).await?;
//! let secret = SigningSecret::new("whk_demo")?;
//! # let signer = tower_webhook::sign::Signer::knowrithm(&secret);
//! let verify = VerifyLayer::new(Verifier::knowrithm(secret));
//! let app: Router = Router::new()
//!     .route("/webhooks/knowrithm", post_service(Inbox::new(store)).route_layer(verify));
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
//! A provider expects its 200 within seconds, and retries a delivery that did not get one. So a receiver stores the
//! delivery once, answers, and works on it later. An [`Inbox`] stands behind a
//! [`VerifyLayer`](tower_webhook::VerifyLayer), and puts each [`Delivery`] into a backend of
//! [apalis](https://docs.rs/apalis). The idempotency key of the task is the
//! [`delivery_key`](tower_webhook::VerifiedBody::delivery_key). apalis runs the workers, with retries and back-off,
//! dead letters and concurrency.
//!
//! # Answers
//!
//! | event | answer |
//! |---|---|
//! | the backend committed the delivery | 200, empty |
//! | the backend had committed it before, and can tell | 200, empty, `webhook-duplicate: true` |
//! | the backend is down, full, or slower than [the deadline](Inbox::deadline) of 5 s | 503, empty, `Retry-After: 10` |
//! | no [`VerifyLayer`](tower_webhook::VerifyLayer) is in front | 500, with a text that names it |
//!
//! # Guarantees
//!
//! **A 2xx means a commit.** A delivery may also be stored without an answer, when its sender gave up before. Its retry
//! is then a duplicate.
//!
//! **A delivery becomes one task,** however often it is sent. A retry of a delivery whose task has failed for good is
//! also answered with 200, and not worked on. Give a task enough attempts to outlast an outage of the services that it
//! needs, and look after the dead letters.
//!
//! **A task is worked on at least once.** A process can die, or lose its backend, after the work and before the result
//! is recorded; another process then starts the task again. Make the work idempotent by [`Delivery::key`], which is the
//! same at every attempt. Use it for a unique column, or as the idempotency key of the API that you call.
//!
//! A process need not die for that. A worker sends its heartbeats from the future that also runs its tasks. Work that
//! blocks the thread for more than two heartbeats of 4 s makes the worker look dead, and another worker starts its
//! tasks again. Move blocking work to tokio's `spawn_blocking`. The same happens to a process that is paused for so
//! long, by a debugger or when its virtual machine is moved: when it continues, other workers have started its tasks.
//!
//! # Backends
//!
//! | feature | store | a 200 means | reports duplicates | remembers a key |
//! |---|---|---|---|---|
//! | `sqlite` | `sqlite::SqliteStore` | in the file, synced | yes | while the row exists |
//! | `postgres` | `postgres::PostgresStore` | committed by the server | yes | while the row exists |
//! | `redis` | `redis::RedisStore` | as durable as the server's persistence | yes | 14 days |
//! | `memory` | `memory::MemoryStore` | **in this process; gone when it ends** | yes | the newest 100 000 |
//! | | [`SinkStore`] | as durable as the backend | no | as long as the backend |
//!
//! Without a feature there is [`SinkStore`] alone, for any backend of apalis. The page of each module describes its
//! guarantees and settings. The three with a database have these settings in common:
//!
//! - The queue has a fixed name, `webhooks` or your own. apalis's default is the name of a Rust type, and a renamed
//!   type would orphan the queued deliveries.
//! - A worker sends a heartbeat every 4 s. After two missed ones, its tasks are taken over: 8 to 12 s after it was
//!   killed, not after one to five minutes as by default.
//! - A worker fetches one task at a time, because apalis sends no heartbeat while several fetched tasks wait to be
//!   started.
//!
//! # Workers
//!
//! `storage()` of a store is apalis's backend, from which a worker is built:
//!
//! - The backend does not announce tasks. Give it [`Ticks`].
//! - A worker needs a name that no other worker has had, in this process or another.
//! - [`watched`] ends a worker whose backend has fallen silent.
//! - [`Drain`] lets a worker finish its tasks before it stops. `hand_back` of the store then puts the tasks that it
//!   still holds back into the queue.
//!
//! All of it, with `stop` as the future that ends at SIGTERM:
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
//! /// Runs one attempt, counted from 1. A panic counts as an error. The error of the last attempt makes a dead letter.
//! async fn attempt(delivery: Delivery, attempt: Attempt) -> Result<(), BoxDynError> {
//!     if attempt.current() > ATTEMPTS {
//!         return Err(AbortError::new("the process ended during this task too often").into());
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
//! # use tower_webhook_inbox::Inbox;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), BoxDynError> {
//! # let folder = tempfile::tempdir()?;
//! # let url = format!("sqlite://{}", folder.path().join("inbox.db").display());
//! # let store = SqliteStore::open(&url).await?;
//! # let secret = SigningSecret::new("whk_demo")?;
//! # let headers = Signer::knowrithm(&secret).headers("{}");
//! # Inbox::new(store.clone()).put(&Verifier::knowrithm(secret).verify(&headers, "{}")?, &headers).await?;
//! # let done = async {
//! #     while store.forget_done(Duration::ZERO).await.unwrap() == 0 {
//! #         sleep(Duration::from_millis(50)).await;
//! #     }
//! # };
//! # tokio::time::timeout(Duration::from_secs(30), run(store.clone(), done)).await??;
//! # Ok(())
//! # }
//! ```
//!
//! With the example at the top, that needs:
//!
//! ```toml
//! [dependencies]
//! apalis = { version = "1", default-features = false, features = ["limit", "retry"] }
//! axum = "0.8"
//! futures-util = "0.3"
//! serde_json = "1"
//! tokio = { version = "1", features = ["full"] }
//! tower-webhook = "0.1"
//! tower-webhook-inbox = { version = "0.1", features = ["sqlite"] }
//! ```
//!
//! After `stop`, this waits for the tasks at hand without a bound. To bound it, put a timeout around `drain.finish()`,
//! and give the monitor a terminator with `with_terminator`.
//!
//! Properties of apalis 1.0 to know:
//!
//! - A task that returns an error is started again at once by the SQL backends, until its attempts are used up. The
//!   pause between two attempts is made by the worker's retry layer.
//! - An `AbortError` ends a task for good. It stays in the backend as killed: it is a dead letter.
//! - A `RetryAfterError` or `DeferredError` does not delay a task. In SQLite it leaves the task pending *and* locked,
//!   so that no worker takes it up again. Use the retry layer instead.
//! - A panic ends the whole worker, and each task that it had counts one more attempt. So a task that always panics
//!   makes dead letters of its neighbours too. Catch panics around the work itself. apalis's `catch_panic` is a layer
//!   outside of the one that records the end of a task, so that in the backend the task would run for ever.
//! - Several tasks fetched at once stop the heartbeats until the last of them is started. Keep `batch_size(1)`.
//! - A worker waits for its backend without a bound, and for ever on a connection that has fallen silent: use
//!   [`watched`].
//! - A worker whose backend fails ends, and drops its running tasks. They return as after a panic. Run it under a
//!   `Monitor` with `should_restart`.
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
pub use drain::{Drain, DrainLayer, Drained};
pub use error::{Failure, PutError};
pub use inbox::Inbox;
pub use service::{DUPLICATE, ResponseFuture};
pub use store::{SinkStore, Store, Stored};
pub use ticks::Ticks;
pub use watched::{Watched, WatchedError, watched};

/// The name of a store's queue, unless its options set another: `webhooks`.
#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
pub const QUEUE: &str = "webhooks";

/// How often a worker on one of this crate's stores reports that it is alive: every 4 s.
#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
pub const HEARTBEAT: Duration = Duration::from_secs(4);

/// After how many missed [`HEARTBEAT`]s other workers take over the tasks of a worker: 2.
#[cfg(any(feature = "postgres", feature = "redis", feature = "sqlite"))]
pub const MISSED_HEARTBEATS: usize = 2;

// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
