//! How workers stop taking tasks, without one in their hands that they have not started, or whose end they have not noted.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use apalis_core::backend::Backend;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::event::Event;
use apalis_core::worker::ext::event_listener::{EventListenerExt, EventListenerLayer};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tower_layer::{Layer, Stack};
use tower_service::Service;

/// Lets a worker finish: what makes it one that can, and the handle that tells it. Each worker has one of its own.
///
/// Each of apalis 1.0's own ways to stop a worker leaves something undone. A stopped one drops the fetch that is under way,
/// whose task the backend has already given to it, beats no more while its tasks end, and does not note the end of any of them
/// when more than a few end at the same moment. A paused one leaves the fetch lying, and while it lies neither beats nor
/// notes; nor does it try again what has failed. A drained one starts the task that it is fetching, takes no other, and does
/// all the rest as before.
///
/// It must come before all layers: what waits to be tried again is at hand as well. The backend must fetch one task at a time,
/// as all configurations of this crate do.
///
/// When the worker has ended, `hand_back` of the store gives back what it nevertheless holds: what it was fetching when it had
/// nothing else to do, and what did not end in time.
///
/// ```
/// use std::time::Duration;
///
/// use apalis::prelude::{BackendExt, WorkerBuilder};
/// use tower_webhook_inbox::{Delivery, Drain, Inbox, Ticks, sqlite};
/// # use tower_webhook::{SigningSecret, Verifier, sign::Signer};
///
/// async fn work(_: Delivery) {
///     tokio::time::sleep(Duration::from_millis(100)).await;
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let url = format!("sqlite://{}", folder.path().join("inbox.db").display());
/// # let secret = SigningSecret::new("whk_demo")?;
/// # let headers = Signer::knowrithm(&secret).headers("{}");
/// # let body = Verifier::knowrithm(secret).verify(&headers, "{}")?;
/// # let started = async { tokio::time::sleep(Duration::from_millis(50)).await };
/// let store = sqlite::SqliteStore::open(&url, sqlite::config()).await?;
/// Inbox::new(store.clone()).put(&body, &headers).await?;
///
/// let drain = Drain::new();
/// let backend = store.storage().poll_with_stream(Ticks::every(Duration::from_millis(200)));
/// let worker = drain.on(WorkerBuilder::new("inbox-1").backend(backend)).build(work);
/// let signal = async move {
///     started.await; // or SIGTERM
///     drain.finish().await;
///     Ok::<_, std::io::Error>(())
/// };
/// worker.run_until(signal).await?;
/// assert_eq!(store.hand_back("inbox-1").await?, 0, "it has done all that it held");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Drain {
    tracker: TaskTracker,
    /// One for each task at hand.
    tasks: Arc<Mutex<Vec<TaskTrackerToken>>>,
}

impl Drain {
    /// For a worker, and for its successors when it is restarted.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Has the worker be one that can be drained.
    pub fn on<A, B: Backend, M>(
        &self,
        worker: WorkerBuilder<A, B, M>,
    ) -> WorkerBuilder<A, B, Stack<EventListenerLayer, Stack<DrainLayer, M>>> {
        let ended = self.clone();
        worker.layer(DrainLayer(self.clone())).on_event(move |_, event| {
            // Later than the task's own future: its end is on the way to the backend, and what notes it is not stuck.
            if matches!(event, Event::Success(_) | Event::Error(_)) {
                ended.with(Vec::pop);
            }
        })
    }

    /// Has the worker take no more tasks, from the first poll on and for good; ends when those at hand have ended.
    ///
    /// How long that may take is the caller's to say.
    pub async fn finish(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }

    fn with<T>(&self, change: impl FnOnce(&mut Vec<TaskTrackerToken>) -> T) -> T {
        // Whoever panicked with the lock left whole tokens.
        change(&mut self.tasks.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The half of [`Drain::on`] that lets tasks in. Without the other half, which counts those that have ended, `finish` would
/// never end: so nobody can name this one.
#[derive(Clone, Debug)]
pub struct DrainLayer(Drain);

impl<S> Layer<S> for DrainLayer {
    type Service = Drained<S>;

    fn layer(&self, inner: S) -> Drained<S> {
        // A worker that is restarted after a panic says nothing more of the tasks that it had.
        self.0.with(Vec::clear);
        Drained {
            inner,
            drain: self.0.clone(),
            promised: false,
        }
    }
}

/// What [`Drain`] makes of a worker's service.
#[derive(Clone, Debug)]
pub struct Drained<S> {
    inner: S,
    drain: Drain,
    /// Whether the worker was told to come with a task, and has not come yet: it may be fetching one.
    promised: bool,
}

impl<S: Service<T>, T> Service<T> for Drained<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        if self.drain.tracker.is_closed() && !self.promised {
            // Nobody has to be woken: it stays so.
            return Poll::Pending;
        }
        let ready = self.inner.poll_ready(cx);
        self.promised |= matches!(ready, Poll::Ready(Ok(())));
        ready
    }

    fn call(&mut self, task: T) -> Self::Future {
        self.promised = false;
        self.drain.with(|tasks| tasks.push(self.drain.tracker.token()));
        self.inner.call(task)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::{Ready, pending, ready};

    use tokio_test::{assert_pending, assert_ready, assert_ready_ok, task};
    use tower::service_fn;

    use super::*;

    fn done(_: u8) -> Ready<Result<(), Infallible>> {
        ready(Ok(()))
    }

    fn poll_ready<S: Service<u8>>(service: &mut Drained<S>) -> Poll<Result<(), S::Error>> {
        task::spawn(()).enter(|cx, _| service.poll_ready(cx))
    }

    #[test]
    fn who_fetches_is_let_in_and_nobody_after() {
        let drain = Drain::new();
        let mut service = DrainLayer(drain.clone()).layer(service_fn(done));
        assert_ready_ok!(poll_ready(&mut service));
        assert_ready_ok!(task::spawn(service.call(1)).poll());
        assert_ready_ok!(poll_ready(&mut service));

        let mut finish = task::spawn(drain.finish());
        assert_pending!(finish.poll());
        assert_ready_ok!(poll_ready(&mut service));
        assert_ready_ok!(task::spawn(service.call(2)).poll());
        assert_pending!(poll_ready(&mut service));

        drain.with(Vec::pop);
        assert_pending!(finish.poll());
        drain.with(Vec::pop);
        assert!(finish.is_woken());
        assert_ready!(finish.poll());
    }

    #[test]
    fn who_does_not_fetch_is_not_let_in() {
        let drain = Drain::new();
        let mut busy = DrainLayer(drain.clone()).layer(service_fn(done));
        assert_ready_ok!(poll_ready(&mut busy));
        drop(busy.call(1));
        let mut finish = task::spawn(drain.finish());
        assert_pending!(finish.poll());
        assert_pending!(poll_ready(&mut busy));

        // As after a panic.
        let mut successor = DrainLayer(drain.clone()).layer(service_fn(done));
        assert_pending!(poll_ready(&mut successor));
        assert_ready!(finish.poll());
    }

    #[test]
    fn a_promise_holds_while_the_inner_service_is_busy() {
        struct Once(bool);
        impl Service<u8> for Once {
            type Response = ();
            type Error = Infallible;
            type Future = std::future::Pending<Result<(), Infallible>>;
            fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
                self.0 = !self.0;
                if self.0 { Poll::Ready(Ok(())) } else { Poll::Pending }
            }
            fn call(&mut self, _: u8) -> Self::Future {
                pending()
            }
        }
        let drain = Drain::new();
        let mut service = DrainLayer(drain.clone()).layer(Once(false));
        assert_ready_ok!(poll_ready(&mut service));
        assert_pending!(poll_ready(&mut service));
        assert_ready!(task::spawn(drain.finish()).poll());
        assert_ready_ok!(poll_ready(&mut service));
    }
}
