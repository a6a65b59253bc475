//! Asking a backend that may fail or fall silent, and telling its operator once.

use std::error::Error;
use std::time::Duration;

use tokio::time::timeout;

#[cfg(feature = "tracing")]
use crate::error::Chain;

/// How long an answer is awaited. A backend that says nothing for longer has lost its connection, or its machine.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// The pause before it is asked again.
pub(super) const PAUSE: Duration = Duration::from_secs(1);

/// Whether the backend answers. Its changes are logged.
#[derive(Debug)]
pub(super) struct Outage {
    /// What the backend is asked for, for the log.
    #[cfg_attr(not(feature = "tracing"), expect(dead_code))]
    what: &'static str,
    is_out: bool,
}

impl Outage {
    pub(super) fn new(what: &'static str) -> Self {
        Self { what, is_out: false }
    }

    /// The answer of the backend. None when it failed or did not come in time.
    pub(super) async fn ask<T, E: Error>(&mut self, answer: impl Future<Output = Result<T, E>>) -> Option<T> {
        match timeout(PATIENCE, answer).await {
            Ok(Ok(answer)) => {
                self.over();
                Some(answer)
            }
            Ok(Err(error)) => self.failed(&error),
            Err(silence) => self.failed(&silence),
        }
    }

    #[cfg_attr(not(feature = "tracing"), expect(unused_variables))]
    fn failed<T>(&mut self, error: &dyn Error) -> Option<T> {
        #[cfg(feature = "tracing")]
        if !self.is_out {
            tracing::error!(error = %Chain(error), "the worker cannot {}; it goes on trying", self.what);
        }
        self.is_out = true;
        None
    }

    fn over(&mut self) {
        #[cfg(feature = "tracing")]
        if self.is_out {
            tracing::warn!("the worker can {} again", self.what);
        }
        self.is_out = false;
    }
}
