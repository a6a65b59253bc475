//! The inbox: deliveries in, each once, and an answer for the sender.

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
use ulid::Ulid;

use crate::delivery::Delivery;
use crate::error::PutError;
use crate::store::{Store, Stored};

const DEADLINE: Duration = Duration::from_secs(5);
const RETRY_AFTER: Duration = Duration::from_secs(10);
const CONCURRENCY: usize = 256;

/// Puts verified deliveries into a backend, each once.
///
/// It is a tower service, to stand behind a [`VerifyLayer`](tower_webhook::VerifyLayer); a handler of your own calls
/// [`put`](Self::put). Cloning it is cheap, and clones share the backend. It needs a tokio runtime with its timer.
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
    max_attempts: Option<usize>,
    /// A place for each delivery that is on its way into the backend.
    places: Arc<Semaphore>,
}

impl<S> Inbox<S> {
    /// An inbox in this store, with a deadline of 5 s.
    #[must_use]
    pub fn new(store: S) -> Self {
        let settings = Settings {
            deadline: DEADLINE,
            retry_after: RETRY_AFTER,
            provider: None,
            headers: Vec::new(),
            max_attempts: None,
            places: Arc::new(Semaphore::new(CONCURRENCY)),
        };
        Self {
            store,
            settings: Arc::new(settings),
        }
    }

    /// How long the backend may take to commit before the sender is told to come again; 5 s unless set. Choose less than
    /// the provider's own deadline.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        Arc::make_mut(&mut self.settings).deadline = deadline;
        self
    }

    /// What `Retry-After` tells a sender whose delivery was not stored; 10 s unless set, in whole seconds, rounded up.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        Arc::make_mut(&mut self.settings).retry_after = wait;
        self
    }

    /// Names the provider in each [`Delivery`], for workers that serve several. None is named unless set.
    ///
    /// It is a name and no more. Where several providers, or several tenants of one, share a queue, give the secrets of each
    /// an [owner](tower_webhook::Secrets::owner): without, two that send the same bytes or the same id have one
    /// delivery between them, and the second is answered as a duplicate of the first.
    #[must_use]
    pub fn provider(mut self, name: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.settings).provider = Some(name.into());
        self
    }

    /// Keeps this header with each [`Delivery`]. None is kept unless chosen; most providers do not sign them.
    #[must_use]
    pub fn keep_header(mut self, name: HeaderName) -> Self {
        Arc::make_mut(&mut self.settings).headers.push(name);
        self
    }

    /// How often the backend may start a task before it leaves it as failed; the backend's own number unless set, which
    /// for those of this crate is 25. Redis ignores it: its backend has 25 written into it.
    #[must_use]
    pub fn max_attempts(mut self, attempts: usize) -> Self {
        Arc::make_mut(&mut self.settings).max_attempts = Some(attempts);
        self
    }

    /// How many deliveries are put into the backend at a time; 256 unless set. Others wait for a place, and their deadline runs
    /// meanwhile. A sender who hangs up leaves the place only when the backend is done with the delivery: so nobody has more
    /// of them under way by hanging up, as a `ConcurrencyLimit` in front would let them.
    ///
    /// # Panics
    ///
    /// When it is zero.
    #[must_use]
    pub fn concurrency(mut self, deliveries: usize) -> Self {
        assert!(deliveries > 0, "an inbox without a place takes nothing");
        Arc::make_mut(&mut self.settings).places = Arc::new(Semaphore::new(deliveries));
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
    /// Puts a delivery into the backend, without headers.
    ///
    /// Ends well only after the backend committed. Answer 2xx then and only then; [`answer`](Self::answer) does.
    /// When it is dropped before its end, as servers do when a sender hangs up, the backend is not interrupted: the delivery
    /// is most likely stored, and a duplicate when the sender, who got no answer, comes again.
    ///
    /// # Errors
    ///
    /// [`PutError::Store`] when the backend did not commit, [`PutError::Deadline`] when it did not in time. The delivery
    /// may be stored nevertheless, and its retry is a duplicate then.
    pub async fn put(&self, body: &VerifiedBody) -> Result<Stored, PutError<S::Error>> {
        self.put_with_headers(body, &HeaderMap::new()).await
    }

    /// Puts a delivery into the backend, with those of the headers that [`keep_header`](Self::keep_header) chose.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put).
    pub async fn put_with_headers(
        &self,
        body: &VerifiedBody,
        headers: &HeaderMap,
    ) -> Result<Stored, PutError<S::Error>> {
        let (settings, start) = (&self.settings, Instant::now());
        let (deadline, places) = (settings.deadline, Arc::clone(&settings.places));
        let Ok(Ok(place)) = timeout(deadline, places.acquire_owned()).await else {
            return Err(PutError::Deadline(deadline));
        };
        let delivery = Delivery::new(body)
            .sent_by(settings.provider.as_deref())
            .with_headers(headers, &settings.headers);
        let (store, task) = (self.store.clone(), settings.task(delivery));
        // A task of its own: a sender who hangs up must not cut off a transaction in the middle.
        let stored = tokio::spawn(async move {
            let _place = place;
            timeout(deadline.saturating_sub(start.elapsed()), store.store(task)).await
        });
        match stored.await {
            Ok(Ok(Ok(stored))) => Ok(stored),
            Ok(Ok(Err(error))) => Err(PutError::Store(error)),
            Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
            // Not in time, or never, because the runtime is shut down.
            Ok(Err(_)) | Err(_) => Err(PutError::Deadline(deadline)),
        }
    }
}

impl Settings {
    fn task(&self, delivery: Delivery) -> Task<Delivery> {
        let key = delivery.key_hex();
        // The id is ours, so that a store can see afterwards whether the task behind the key is this one.
        let mut task = TaskBuilder::new(delivery)
            .task_id(TaskId::from_ulid(Ulid::generate()))
            .idempotency_key(key);
        if let Some(attempts) = self.max_attempts {
            task = task.max_attempts(attempts);
        }
        task.build()
    }
}
