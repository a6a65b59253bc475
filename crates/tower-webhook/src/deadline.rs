//! The moment by which a body must have arrived, and a lookup by it must have ended.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
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
    /// How much of the timeout is left; `None` without one.
    pub(crate) fn left(&self, timeout: Option<Duration>) -> Option<Duration> {
        match &self.sleep {
            Some(sleep) => Some(sleep.deadline().saturating_duration_since(Instant::now())),
            None => timeout,
        }
    }

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
            // Compared first: a body that uses up tokio's task budget would keep the timer pending forever.
            Some(sleep) if sleep.deadline() <= Instant::now() => Poll::Ready(()),
            Some(sleep) => sleep.poll(cx),
            None => Poll::Pending,
        }
    }
}

/// The output of a future; `None` when it is not there in time. One that is ready at once costs no timer.
pub(crate) async fn within<F: Future>(timeout: Option<Duration>, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut deadline = pin!(Deadline::default());
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => deadline.as_mut().poll_passed(timeout, cx).map(|()| None),
    })
    .await
}
