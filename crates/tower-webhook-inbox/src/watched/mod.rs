//! A worker that ends when its backend has fallen silent, so that it can be restarted.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use apalis_core::backend::{Backend, BackendConfig, WireFormatBackend};
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::context::WorkerContext;
use apalis_core::worker::event::Event;
use apalis_core::worker::ext::event_listener::EventListenerExt;
use apalis_core::{delegate_codec, delegate_config};
use tokio::time::{Instant, Sleep, sleep};
use tower_layer::Identity;

/// Begins to build a worker with this name and backend. The worker ends with [`WatchedError::Silent`] when it has sent
/// no heartbeat for `patience`.
///
/// apalis 1.0 waits without a bound for the answers of a backend, and neither sends heartbeats nor fetches meanwhile.
/// When a firewall forgets the connection or the server's machine loses its power, the worker waits for ever, and logs
/// nothing. A watched worker ends instead. A `Monitor` with `should_restart` starts it again, on another connection.
///
/// Choose more than the time after which other workers take over the tasks: five heartbeats, 20 s, with the stores of
/// this crate.
///
/// It replaces `WorkerBuilder::new(name).backend(backend)`, and needs a tokio runtime with its timer.
///
/// ```
/// use std::time::Duration;
///
/// use apalis_core::backend::ext::BackendExt;
/// use tower_webhook_inbox::sqlite::SqliteStore;
/// use tower_webhook_inbox::{Delivery, Ticks, watched};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let url = format!("sqlite://{}", folder.path().join("inbox.db").display());
/// let store = SqliteStore::open(&url).await?;
/// let backend = store.storage().poll_with_stream(Ticks::every(Duration::from_millis(200)));
/// let worker = watched("inbox-1", backend, Duration::from_secs(20)).build(async |_: Delivery| {});
/// # drop(worker);
/// # Ok(())
/// # }
/// ```
pub fn watched<B: Backend + BackendConfig>(
    name: &str,
    backend: B,
    patience: Duration,
) -> WorkerBuilder<B::Args, Watched<B>, Identity> {
    let beat = Arc::new(AtomicBool::new(false));
    let backend = Watched {
        backend,
        patience,
        beat: beat.clone(),
        deadline: None,
    };
    let listening = WorkerBuilder::new(name).backend(backend).on_event(move |_, event| {
        if matches!(event, Event::HeartBeat) {
            beat.store(true, Ordering::Relaxed);
        }
    });
    // Removes the layer that `on_event` adds, which only passes requests on.
    listening.chain(|_| Identity::new())
}

/// The backend of a [`watched`] worker.
#[derive(Debug)]
pub struct Watched<B> {
    backend: B,
    patience: Duration,
    /// Whether the worker has sent a heartbeat since the last check.
    beat: Arc<AtomicBool>,
    /// Set at the first check.
    deadline: Option<Pin<Box<Sleep>>>,
}

/// Why a [`Watched`] backend failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum WatchedError<E> {
    /// The backend itself failed.
    Backend(E),
    /// The worker sent no heartbeat for this long, because the backend did not answer.
    Silent(Duration),
}

impl<E: fmt::Display> fmt::Display for WatchedError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Backend(error) => error.fmt(f),
            Self::Silent(patience) => write!(f, "the backend did not answer for {patience:?}"),
        }
    }
}

impl<E: std::error::Error> std::error::Error for WatchedError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Backend(error) => error.source(),
            Self::Silent(_) => None,
        }
    }
}

impl<B> Watched<B> {
    fn poll_silence<E>(&mut self, cx: &mut Context<'_>) -> Poll<WatchedError<E>> {
        let patience = self.patience;
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep(patience)));
        if self.beat.swap(false, Ordering::Relaxed) {
            deadline.as_mut().reset(Instant::now() + patience);
        }
        ready!(deadline.as_mut().poll(cx));
        Poll::Ready(WatchedError::Silent(patience))
    }
}

impl<B: Backend> Backend for Watched<B> {
    type Task = B::Task;
    type Error = WatchedError<B::Error>;

    /// The worker polls this before each fetch and while it fetches.
    fn poll_ready(&mut self, cx: &mut Context<'_>, worker: &WorkerContext) -> Poll<Result<(), Self::Error>> {
        // Polled first, so that a heartbeat that it sends now counts.
        let ready = self.backend.poll_ready(cx, worker);
        if let Poll::Ready(silent) = self.poll_silence(cx) {
            return Poll::Ready(Err(silent));
        }
        ready.map_err(WatchedError::Backend)
    }

    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        worker: &WorkerContext,
    ) -> Poll<Option<Result<Self::Task, Self::Error>>> {
        self.backend.poll_next(cx, worker).map_err(WatchedError::Backend)
    }

    fn poll_close(&mut self, cx: &mut Context<'_>, worker: &WorkerContext) -> Poll<Result<(), Self::Error>> {
        self.backend.poll_close(cx, worker).map_err(WatchedError::Backend)
    }
}

delegate_config!(Watched<B>, backend);

delegate_codec!(Watched<B>, backend);

#[cfg(test)]
mod tests;
