//! How often a delivery is tried, and what becomes of one that fails.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use apalis::layers::retry::HasherRng;
use apalis::layers::retry::backoff::{ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff};
use apalis::prelude::{AbortError, BoxDynError};
use futures_util::FutureExt;

/// How often a delivery is tried before it is left as a dead letter.
pub(crate) const ATTEMPTS: usize = 5;

/// Makes the attempt of this number, from 1. An error is tried again, later and later; what fails at the last attempt, or
/// will never do, is aborted and stays as a dead letter.
///
/// A panic is an error like others: a worker that it reached would end, and drop all that it works on. It is caught here
/// because apalis notes the state that the innermost service ended in, and to its `catch_panic`, a layer around that, the
/// task would be running for ever.
pub(crate) async fn attempt(
    number: usize,
    work: impl Future<Output = Result<(), BoxDynError>>,
) -> Result<(), BoxDynError> {
    // One more than are tried: the process died with it, again and again.
    if number > ATTEMPTS {
        return Err(AbortError::new("given up: the process ended in the middle of it too often").into());
    }
    let result = AssertUnwindSafe(work).catch_unwind().await;
    let error = match result.unwrap_or_else(|panic| Err(message(&*panic).into())) {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    if number == ATTEMPTS && !error.is::<AbortError>() {
        return Err(AbortError::new(error).into());
    }
    Err(error)
}

/// 100 ms after the first failed attempt, then twice as long each time, and up to a half longer by chance.
pub(crate) fn backoff() -> ExponentialBackoff {
    let (least, most) = (Duration::from_millis(100), Duration::from_mins(1));
    let maker = ExponentialBackoffMaker::new(least, most, 0.5, HasherRng::default());
    maker
        .expect("the least is less than the most, and the jitter a share")
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

    async fn failure(number: usize, error: BoxDynError) -> BoxDynError {
        attempt(number, ready(Err(error))).await.unwrap_err()
    }

    #[tokio::test]
    async fn what_fails_is_aborted_at_the_last_attempt() {
        for number in 1..ATTEMPTS {
            assert!(!failure(number, "no".into()).await.is::<AbortError>(), "{number}");
        }
        assert!(failure(ATTEMPTS, "no".into()).await.is::<AbortError>());
        assert!(attempt(ATTEMPTS, ready(Ok(()))).await.is_ok());
    }

    #[tokio::test]
    async fn what_will_never_do_is_aborted_at_once_and_as_it_is() {
        for number in [1, ATTEMPTS] {
            let error = failure(number, AbortError::new("never").into()).await;
            assert!(error.is::<AbortError>());
            assert_eq!(error.to_string(), "AbortError: never");
        }
    }

    #[tokio::test]
    async fn what_processes_die_of_is_not_started_again() {
        let error = attempt(ATTEMPTS + 1, async { unreachable!("it is started") }).await;
        let error = error.unwrap_err();
        assert!(error.is::<AbortError>());
        assert!(error.to_string().contains("given up"), "{error}");
    }
}
