//! The attempts of a delivery, and the dead letter after the last one.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use apalis::layers::retry::HasherRng;
use apalis::layers::retry::backoff::{ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff};
use apalis::prelude::{AbortError, BoxDynError, Task};
use futures_util::FutureExt;
use tower_webhook_inbox::Delivery;

/// How often a failing delivery is tried before it becomes a dead letter.
pub(crate) const ATTEMPTS: usize = 7;
/// How often a delivery is started at all. A start whose process ended before the work counts here, and not as a
/// failure: a few deployments during a long delivery are no reason to give it up. apalis-redis starts a task no more
/// often.
pub(crate) const STARTS: usize = 25;

/// How often a task had been started before this worker got it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before(pub(crate) usize);

impl Before {
    /// Adds this number to a task. The layer that does so is outside the retry layer, and so sees the task once.
    pub(crate) fn inject(mut task: Task<Delivery>) -> Task<Delivery> {
        let before = Self(task.attempt());
        task.inject_data(before);
        task
    }
}

/// Runs the attempt of this number, counted from 1. An error leads to another attempt, after a growing pause. The error
/// of the last attempt, and an [`AbortError`] of any, makes a dead letter.
///
/// A panic is an error too. If it reached the worker, the worker would end and drop all its tasks. It is caught here,
/// because apalis's own `catch_panic` is a layer outside of the recording of a task's end: the backend would believe a
/// panicked task to run for ever.
pub(crate) async fn attempt(
    number: usize,
    Before(before): Before,
    work: impl Future<Output = Result<(), BoxDynError>>,
) -> Result<(), BoxDynError> {
    if number > STARTS {
        return Err(AbortError::new("given up: the process ended during this task too often").into());
    }
    let result = AssertUnwindSafe(work).catch_unwind().await;
    let error = match result.unwrap_or_else(|panic| Err(message(&*panic).into())) {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    let last = number == STARTS || number - before >= ATTEMPTS;
    if last && !error.is::<AbortError>() {
        return Err(AbortError::new(error).into());
    }
    Err(error)
}

/// The pauses between attempts: `least`, then twice as long each time, at most a minute, and up to half as much again
/// at random.
pub(crate) fn backoff(least: Duration) -> ExponentialBackoff {
    let most = Duration::from_mins(1);
    let maker = ExponentialBackoffMaker::new(least.min(most), most, 0.5, HasherRng::default());
    maker
        .expect("least <= most, and the jitter is between 0 and 1")
        .make_backoff()
}

/// The message of a panic.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", text.unwrap_or("no text"))
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::*;

    async fn failure(number: usize, before: usize, error: BoxDynError) -> BoxDynError {
        let failed = attempt(number, Before(before), ready(Err(error))).await;
        failed.unwrap_err()
    }

    #[tokio::test]
    async fn the_last_attempt_aborts_with_its_own_error() {
        for before in [0, 7] {
            for number in 1..ATTEMPTS {
                let error = failure(before + number, before, "no".into()).await;
                assert!(!error.is::<AbortError>(), "{number} after {before}");
            }
            let error = failure(before + ATTEMPTS, before, "no".into()).await;
            assert!(error.is::<AbortError>());
            assert_eq!(error.to_string(), "AbortError: no");
        }
        assert!(attempt(ATTEMPTS, Before(0), ready(Ok(()))).await.is_ok());
    }

    #[tokio::test]
    async fn the_message_of_a_panic_at_the_last_attempt_is_kept() {
        let error = attempt(ATTEMPTS, Before(0), async { panic!("out of {}", "luck") }).await;
        assert_eq!(error.unwrap_err().to_string(), "AbortError: panicked: out of luck");
    }

    #[tokio::test]
    async fn an_abort_error_is_passed_on_at_any_attempt() {
        for number in [1, ATTEMPTS] {
            let error = failure(number, 0, AbortError::new("never").into()).await;
            assert!(error.is::<AbortError>());
            assert_eq!(error.to_string(), "AbortError: never");
        }
    }

    #[tokio::test]
    async fn a_delivery_whose_processes_keep_ending_is_given_up() {
        assert!(attempt(STARTS, Before(STARTS - 1), ready(Ok(()))).await.is_ok());
        let error = failure(STARTS, STARTS - 1, "no".into()).await;
        assert_eq!(error.to_string(), "AbortError: no");
        let error = attempt(STARTS + 1, Before(STARTS), async { unreachable!("it was started") }).await;
        let error = error.unwrap_err();
        assert!(error.is::<AbortError>());
        assert!(error.to_string().contains("given up"), "{error}");
    }
}
