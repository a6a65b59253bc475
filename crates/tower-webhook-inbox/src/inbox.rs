//! The inbox: it puts each verified delivery into a store, once.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use apalis_core::task::Task;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::task_id::TaskId;
use http::{HeaderMap, HeaderName};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use tower_webhook::VerifiedBody;

use crate::delivery::Delivery;
use crate::error::PutError;
use crate::id;
#[cfg(feature = "metrics")]
use crate::metrics::Queue;
use crate::room::Room;
use crate::store::{Store, Stored};

const DEADLINE: Duration = Duration::from_secs(5);
const RETRY_AFTER: Duration = Duration::from_secs(10);
const CONCURRENCY: usize = 256;
const CONCURRENT_BYTES: usize = 2 * 1024 * 1024;
/// The length of the longest body whose key is not looked up first. To encode it costs less than the lookup.
const SMALL: usize = 16 * 1024;

/// Puts each verified delivery into a [`Store`], once, and answers its sender.
///
/// There are three entrances:
///
/// - An inbox is a tower service. Put it behind a [`VerifyLayer`](tower_webhook::VerifyLayer), as below.
/// - A handler of your own calls [`put`](Self::put) with the [`VerifiedBody`] and the headers.
/// - [`respond`](Self::respond) turns the result of `put` into the answer that the service gives.
///
/// A clone is cheap and shares the store and the limits. An inbox needs a tokio runtime with its timer.
///
/// ```
/// use axum::body::{Body, to_bytes};
/// use axum::http::Request;
/// use axum::{Router, routing::post_service};
/// use tower::{Layer, ServiceExt};
/// use tower_webhook::{SigningSecret, Verifier, VerifyLayer, scheme::Knowrithm, sign::Signer};
/// use tower_webhook_inbox::{Inbox, memory::MemoryStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = SigningSecret::new("whk_demo")?;
/// let signer = Signer::new(Knowrithm, &secret);
/// let verify = VerifyLayer::new(Verifier::knowrithm(secret));
/// let store = MemoryStore::new(1000);
/// let inbox = Inbox::new(store);
/// let app: Router = Router::new()
///     .route("/layered", post_service(verify.layer(inbox.clone())))
///     .route("/route-layered", post_service(inbox.clone()).route_layer(verify))
///     .route("/without-layer", post_service(inbox));
///
/// let post = |path| app.clone().oneshot(signer.sign(Request::post(path).body("{}").unwrap()).map(Body::from));
/// assert_eq!(post("/layered").await?.status(), 200);
/// let retry = post("/route-layered").await?;
/// assert_eq!(retry.status(), 200);
/// assert_eq!(retry.headers()["webhook-duplicate"], "true");
///
/// let forged = Request::post("/route-layered").body(Body::from("{}"))?;
/// assert_eq!(app.clone().oneshot(forged).await?.status(), 403);
///
/// let mistake = post("/without-layer").await?;
/// assert_eq!(mistake.status(), 500);
/// assert_eq!(
///     to_bytes(mistake.into_body(), 1000).await?,
///     "this route needs `tower_webhook::VerifyLayer`: add it with `.route_layer(VerifyLayer::new(verifier))`",
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Inbox<S> {
    store: S,
    settings: Arc<Settings>,
}

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    deadline: Duration,
    pub(crate) retry_after: Duration,
    provider: Option<String>,
    headers: Vec<HeaderName>,
    retries_dead: bool,
    /// One permit for each delivery on its way into the store.
    permits: Arc<Semaphore>,
    room: Room,
}

impl<S> Inbox<S> {
    /// Makes an inbox on this store, with the defaults that each setting below names.
    #[must_use]
    pub fn new(store: S) -> Self {
        let settings = Settings {
            deadline: DEADLINE,
            retry_after: RETRY_AFTER,
            provider: None,
            headers: Vec::new(),
            retries_dead: false,
            permits: Arc::new(Semaphore::new(CONCURRENCY)),
            room: Room::new(CONCURRENT_BYTES),
        };
        Self {
            store,
            settings: Arc::new(settings),
        }
    }

    /// Sets how long the store may take to commit before the sender is asked to retry. The default is 5 s.
    ///
    /// Choose less than the provider's own deadline for an answer.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        Arc::make_mut(&mut self.settings).deadline = deadline;
        self
    }

    /// Sets the `Retry-After` of a 503, in whole seconds, rounded up. The default is 10 s.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        Arc::make_mut(&mut self.settings).retry_after = wait;
        self
    }

    /// Names the provider in each [`Delivery`], for workers that serve several. By default none is named.
    ///
    /// The name does not keep deliveries apart. Where several providers, or several tenants of one, share a queue, give
    /// the secrets of each an [owner](tower_webhook::Secrets::owner). Otherwise two senders of the same bytes, of the
    /// same signed id, or of the same value at the same place of the body, have one delivery between them: the second
    /// is answered as a duplicate of the first.
    #[must_use]
    pub fn provider(mut self, name: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.settings).provider = Some(name.into());
        self
    }

    /// Keeps this header with each [`Delivery`]. By default none is kept. Most providers do not sign their headers.
    #[must_use]
    pub fn keep_header(mut self, name: HeaderName) -> Self {
        Arc::make_mut(&mut self.settings).headers.push(name);
        self
    }

    /// Puts a dead letter back into the queue when its sender sends it again. By default that is answered as a
    /// duplicate, and not worked on.
    ///
    /// It serves an operator who, after the fault was mended, presses "Redeliver" on the provider's page and not
    /// [`retry`](crate::Queue::retry) on one of this side. What is worked on is the delivery as it was stored, with all
    /// its [attempts](crate::Worker::attempts) before it; what was sent now is the same by its
    /// [identity](tower_webhook::DeliveryIdentity), and is dropped. Deliveries that wait, run or are done stay
    /// duplicates.
    ///
    /// Whoever sends a dead letter again has it worked on again: the provider by a late retry, and also somebody who
    /// recorded it, for as long as the verifier accepts the recording. A delivery whose work kills or holds up a worker
    /// comes back by that. A duplicate costs the backend one lookup more.
    ///
    /// It needs a store that keeps dead letters, which a [`SinkStore`](crate::SinkStore) does not.
    ///
    /// ```
    /// use tower_webhook_inbox::memory::MemoryStore;
    /// use tower_webhook_inbox::{Delivery, Inbox, NeverAgain, Queue, Stored, Worker};
    /// # use tower_webhook::{SigningSecret, Verifier, scheme::Knowrithm, sign::Signer};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let secret = SigningSecret::new("whk_demo")?;
    /// # let headers = Signer::new(Knowrithm, &secret).headers("{}");
    /// # let body = Verifier::knowrithm(secret).verify(&headers, "{}")?;
    /// let store = MemoryStore::new(1000);
    /// let inbox = Inbox::new(store.clone()).retry_dead_letters();
    /// assert_eq!(inbox.put(&body, &headers).await?, Stored::New);
    /// assert_eq!(inbox.put(&body, &headers).await?, Stored::Duplicate);
    ///
    /// let worker = Worker::new(store.clone(), async |_: Delivery| Err(NeverAgain::new("no such customer").into()));
    /// # let dead = store.clone();
    /// # let shutdown = async move {
    /// #     while dead.stats().await.unwrap().dead == 0 { tokio::task::yield_now().await }
    /// # };
    /// worker.run_until(shutdown).await?;
    /// assert_eq!(inbox.put(&body, &headers).await?, Stored::Retried);
    /// assert_eq!(store.stats().await?.waiting, 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn retry_dead_letters(mut self) -> Self {
        Arc::make_mut(&mut self.settings).retries_dead = true;
        self
    }

    /// Sets how many deliveries are put into the store at a time. The default is 256. Further ones wait, and their
    /// deadline runs meanwhile.
    ///
    /// A delivery counts until the store is done with it, even after its sender hung up. A `ConcurrencyLimit` in front
    /// would stop counting at the hang-up, so that a sender could have any number under way.
    ///
    /// # Panics
    ///
    /// When the number is zero.
    #[must_use]
    pub fn concurrency(mut self, deliveries: usize) -> Self {
        assert!(deliveries > 0, "an inbox with a concurrency of zero accepts nothing");
        Arc::make_mut(&mut self.settings).permits = Arc::new(Semaphore::new(deliveries.min(Semaphore::MAX_PERMITS)));
        self
    }

    /// Sets how many bytes of bodies the store may work on at a time. The default is 2 MiB. Further deliveries wait,
    /// and their deadline runs meanwhile. A body that is larger than this is stored while no other is.
    ///
    /// It bounds the memory that storing takes beside the bodies themselves: up to six times this number, because a
    /// backend copies the encoded delivery into its messages. The answer to a duplicate of more than 16 KiB needs none
    /// of it.
    ///
    /// # Panics
    ///
    /// When the number is zero.
    #[must_use]
    pub fn concurrent_bytes(mut self, bytes: usize) -> Self {
        assert!(bytes > 0, "an inbox without room for a byte stores nothing");
        Arc::make_mut(&mut self.settings).room = Room::new(bytes);
        self
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.store
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }
}

impl<S: Store> Inbox<S> {
    /// Puts a delivery into the store, with those of its headers that [`keep_header`](Self::keep_header) chose.
    ///
    /// Returns `Ok` only after the store committed. Answer 2xx then and only then, as [`respond`](Self::respond) does.
    ///
    /// Servers drop this future when the sender hangs up. The store is not interrupted by that: the delivery is most
    /// likely stored, and the sender's retry is a duplicate.
    ///
    /// # Errors
    ///
    /// [`PutError::Store`] when the store did not commit, and [`PutError::Deadline`] when it did not commit in time. In
    /// both cases the delivery may be stored nevertheless; its retry is then a duplicate.
    pub async fn put(&self, body: &VerifiedBody, headers: &HeaderMap) -> Result<Stored, PutError<S::Error>> {
        let (settings, start) = (&self.settings, Instant::now());
        let (deadline, permits) = (settings.deadline, Arc::clone(&settings.permits));
        let Ok(Ok(permit)) = timeout(deadline, permits.acquire_owned()).await else {
            let refused = Err(PutError::Deadline(deadline));
            #[cfg(feature = "metrics")]
            Queue::of(&self.store).count_put(&refused, start.elapsed());
            return refused;
        };
        let delivery = Delivery::new(body)
            .sent_by(settings.provider.as_deref())
            .with_headers(headers, &settings.headers);
        let (store, room) = (self.store.clone(), settings.room.clone());
        let (key, len, task) = (delivery.key(), delivery.bytes().len(), task(delivery));
        let retries_dead = settings.retries_dead;
        let put = async move {
            let stored = if len > SMALL && store.is_stored(key).await? {
                Stored::Duplicate
            } else {
                let _room = room.take(len).await;
                store.store(task).await?
            };
            if retries_dead && stored == Stored::Duplicate && store.retry_dead(key).await? {
                return Ok(Stored::Retried);
            }
            Ok(stored)
        };
        #[cfg(feature = "metrics")]
        let queue = Queue::of(&self.store);
        // A tokio task of its own, so that a sender's hang-up cannot cut off a transaction.
        let stored = tokio::spawn(async move {
            let _permit = permit;
            let stored = match timeout(deadline.saturating_sub(start.elapsed()), put).await {
                Ok(stored) => stored.map_err(PutError::Store),
                Err(_) => Err(PutError::Deadline(deadline)),
            };
            // Counted here, because its sender may have hung up.
            #[cfg(feature = "metrics")]
            queue.count_put(&stored, start.elapsed());
            stored
        });
        match stored.await {
            Ok(stored) => stored,
            Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
            // Cancelled by the shutdown of the runtime.
            Err(_) => Err(PutError::Deadline(deadline)),
        }
    }
}

/// The id is chosen here, because apalis leaves it to each backend.
fn task(delivery: Delivery) -> Task<Delivery> {
    let key = delivery.key().to_string();
    TaskBuilder::new(delivery)
        .task_id(TaskId::from_ulid(id::next()))
        .idempotency_key(key)
        .build()
}
