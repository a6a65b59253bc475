//! Prints from a thread of its own, so that a slow terminal holds up the output and not the connections.

use std::thread;

use tokio::sync::{mpsc, oneshot};

use crate::outcome::{Failure, Result};
use crate::term;

/// How many texts may wait to be printed. Then requests wait too, and memory stays bounded.
const WAITING: usize = 16;

/// Takes texts to print. Clones print to the same place.
#[derive(Clone)]
pub(super) struct Output(mpsc::Sender<Option<String>>);

/// Completes when everything was printed, or earlier when it cannot be.
pub(super) type Printed = oneshot::Receiver<Result<()>>;

impl Output {
    pub(super) fn start() -> (Self, Printed) {
        let (sender, mut texts) = mpsc::channel(WAITING);
        let (done, printed) = oneshot::channel();
        thread::spawn(move || {
            let mut result = Ok(());
            while let (Ok(()), Some(Some(text))) = (&result, texts.blocking_recv()) {
                result = term::line(text);
            }
            let _ = done.send(result);
        });
        (Self(sender), printed)
    }

    pub(super) async fn print(&self, text: String) {
        // When nothing can be printed any more, the listener ends.
        let _ = self.0.send(Some(text)).await;
    }

    /// Waits until everything is printed.
    pub(super) async fn end(&self, printed: &mut Printed) -> Result<()> {
        let _ = self.0.send(None).await;
        printed
            .await
            .unwrap_or_else(|_| Err(Failure::usage("the output failed")))
    }
}
