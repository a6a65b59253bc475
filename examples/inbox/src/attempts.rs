//! How often a delivery is tried, and what becomes of one that fails.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use apalis::layers::retry::HasherRng;
use apalis::layers::retry::backoff::{ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff};
use apalis::prelude::{AbortError, BoxDynError, Task};
use futures_util::FutureExt;
use tower_webhook_inbox::Delivery;

/// How often a delivery that fails is tried before it is left as a dead letter.
pub(crate) const ATTEMPTS: usize = 7;
/// How often a delivery is started at all. A process that ends in the middle of it counts here alone: a few deployments while
/// it takes long are no reason to give it up. More than this apalis-redis does not start.
pub(crate) const STARTS: usize = 25;

/// How often a task had been started when this worker got it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before(pub(crate) usize);

impl Before {
    /// Tells the attempts of a task. It stands outside of the layer that retries, and so sees the task once.
    pub(crate) fn tell(mut task: Task<Delivery>) -> Task<Delivery> {
        let before = Self(task.attempt());
        task.inject_data(before);
        task
    }
}

/// Makes the attempt of this number, from 1. An error is tried again, later and later; what fails at the last attempt, or
/// will never do, is aborted with its own error and stays as a dead letter.
///
/// A panic is an error like others: a worker that it reached would end, and drop all that it works on. It is caught here
/// because apalis notes the state that the innermost service ended in, and to its `catch_panic`, a layer around that, the
/// task would be running for ever.
pub(crate) async fn attempt(
    number: usize,
    Before(before): Before,
    work: impl Future<Output = Result<(), BoxDynError>>,
) -> Result<(), BoxDynError> {
    if number > STARTS {
        return Err(AbortError::new("given up: the process ended in the middle of it too often").into());
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

/// So long after the first failed attempt, then twice as long each time, a minute at most, and up to a half longer by chance.
pub(crate) fn backoff(least: Duration) -> ExponentialBackoff {
    let most = Duration::from_mins(1);
    let maker = ExponentialBackoffMaker::new(least.min(most), most, 0.5, HasherRng::default());
    maker
        .expect("the least is no more than the most, and the jitter a share")
        .make_backoff()
}

/// What was said at a panic.
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
    async fn what_fails_is_aborted_at_the_last_attempt_and_with_its_own_error() {
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
    async fn a_panic_at_the_last_attempt_is_told_as_well() {
        let error = attempt(ATTEMPTS, Before(0), async { panic!("out of {}", "luck") }).await;
        assert_eq!(error.unwrap_err().to_string(), "AbortError: panicked: out of luck");
    }

    #[tokio::test]
    async fn what_will_never_do_is_aborted_at_once_and_as_it_is() {
        for number in [1, ATTEMPTS] {
            let error = failure(number, 0, AbortError::new("never").into()).await;
            assert!(error.is::<AbortError>());
            assert_eq!(error.to_string(), "AbortError: never");
        }
    }

    #[tokio::test]
    async fn what_processes_die_of_is_started_so_often_and_not_again() {
        assert!(attempt(STARTS, Before(STARTS - 1), ready(Ok(()))).await.is_ok());
        let error = failure(STARTS, STARTS - 1, "no".into()).await;
        assert_eq!(error.to_string(), "AbortError: no");
        let error = attempt(STARTS + 1, Before(STARTS), async { unreachable!("it is started") }).await;
        let error = error.unwrap_err();
        assert!(error.is::<AbortError>());
        assert!(error.to_string().contains("given up"), "{error}");
    }
}
