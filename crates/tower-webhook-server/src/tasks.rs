//! The tasks of a connection, which end with it: HTTP/2 streams, and bodies that are discarded.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::rt::Executor;
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio_util::task::TaskTracker;

#[derive(Clone, Debug)]
pub(crate) struct Tasks {
    /// `None` when the connection has ended.
    running: Arc<Mutex<Option<JoinSet<()>>>>,
    runtime: Handle,
    /// Of all connections: a task that is cancelled is not over at once.
    tracker: TaskTracker,
}

impl Tasks {
    /// # Panics
    ///
    /// Panics outside of a tokio runtime.
    pub(crate) fn new(tracker: TaskTracker) -> Self {
        Self {
            running: Arc::new(Mutex::new(Some(JoinSet::new()))),
            runtime: Handle::current(),
            tracker,
        }
    }

    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(running) = &mut *self.running() {
            while running.try_join_next().is_some() {}
            running.spawn_on(self.tracker.track_future(task), &self.runtime);
        }
    }

    /// Cancels the tasks when it is dropped.
    pub(crate) fn guard(&self) -> Guard {
        Guard(self.clone())
    }

    fn running(&self) -> MutexGuard<'_, Option<JoinSet<()>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F> Executor<F> for Tasks
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, task: F) {
        self.spawn(task);
    }
}

#[derive(Debug)]
pub(crate) struct Guard(Tasks);

impl Drop for Guard {
    fn drop(&mut self) {
        let running = self.0.running().take();
        // After the lock: a task that is dropped may hold a body, whose drop would spawn.
        drop(running);
    }
}
