//! The moment by which a body must have arrived.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep};

pin_project! {
    /// Starts when it is first polled: a body that is there at once costs no timer.
    #[derive(Default)]
    pub(crate) struct Deadline {
        #[pin]
        sleep: Option<Sleep>,
    }
}

impl Deadline {
    /// Ready once the timeout has passed; never ready without one.
    pub(crate) fn poll_passed(self: Pin<&mut Self>, timeout: Option<Duration>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(timeout) = timeout else {
            return Poll::Pending;
        };
        let mut this = self.project();
        if this.sleep.is_none() {
            this.sleep.set(Some(sleep(timeout)));
        }
        match this.sleep.as_pin_mut() {
            // Compared first: a body that uses up tokio's task budget would keep the timer pending for ever.
            Some(sleep) if sleep.deadline() <= Instant::now() => Poll::Ready(()),
            Some(sleep) => sleep.poll(cx),
            None => Poll::Pending,
        }
    }
}
