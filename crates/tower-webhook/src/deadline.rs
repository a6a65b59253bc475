//! The moment by which a body must have arrived: tokio's timer with the `timeout` feature, never without it.

#[cfg(not(feature = "timeout"))]
pub(crate) use never::Deadline;
#[cfg(feature = "timeout")]
pub(crate) use timer::Deadline;

#[cfg(feature = "timeout")]
mod timer {
    use std::future::Future;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use pin_project_lite::pin_project;
    use tokio::time::{Instant, Sleep, sleep};

    use crate::verifier::Verifier;

    pin_project! {
        /// Starts when it is first polled: a body that is there at once costs no timer.
        pub(crate) struct Deadline {
            #[pin]
            sleep: Option<Sleep>,
        }
    }

    impl Deadline {
        pub(crate) fn new() -> Self {
            Self { sleep: None }
        }

        pub(crate) fn poll_passed(self: Pin<&mut Self>, verifier: &Verifier, cx: &mut Context<'_>) -> Poll<()> {
            let mut this = self.project();
            let Some(timeout) = verifier.timeout() else {
                return Poll::Pending;
            };
            if this.sleep.is_none() {
                this.sleep.set(Some(sleep(timeout)));
            }
            match this.sleep.as_pin_mut() {
                // Asked of the clock first: a body that uses up the task's budget leaves a timer none to be polled with.
                Some(sleep) if sleep.deadline() <= Instant::now() => Poll::Ready(()),
                Some(sleep) => sleep.poll(cx),
                None => Poll::Pending,
            }
        }
    }
}

#[cfg(not(feature = "timeout"))]
mod never {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use crate::verifier::Verifier;

    pub(crate) struct Deadline;

    impl Deadline {
        pub(crate) fn new() -> Self {
            Self
        }

        #[expect(clippy::unused_self, reason = "the timer's twin")]
        pub(crate) fn poll_passed(self: Pin<&mut Self>, _: &Verifier, _: &mut Context<'_>) -> Poll<()> {
            Poll::Pending
        }
    }
}
