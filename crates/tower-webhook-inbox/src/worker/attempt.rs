//! One attempt at a delivery, and what follows from its end.

use std::any::Any;
use std::error::Error;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::iter;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::timeout;

use super::error::{NeverAgain, NotBefore};
use crate::error::{BoxError, Chain};
use crate::queue::lease::Outcome;

/// How many bytes of the text of an error are kept. An error may quote a whole page.
const TEXT: usize = 4096;

/// How often a delivery is started at least before it is given up, if none of its attempts ends.
const STARTS: u32 = 25;

/// When a failed delivery is tried again, and how often.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retries {
    pub(super) attempts: u32,
    pub(super) least: Duration,
    pub(super) most: Duration,
}

impl Retries {
    /// Whether a delivery that was started so often is not started again. More than its attempts are allowed, because a
    /// delivery that kills its worker costs its neighbours one each time.
    pub(super) fn is_given_up(&self, starts: u32) -> bool {
        starts >= self.attempts.max(STARTS)
    }

    /// What follows from this result of the attempt of this number, counted from 1.
    pub(super) fn judge(&self, result: Result<(), BoxError>, attempt: u32) -> Outcome {
        let Err(error) = result else {
            return Outcome::Done;
        };
        let text = shortened(&Chain(&*error).to_string());
        if attempt >= self.attempts || cause::<NeverAgain>(&*error).is_some() {
            return Outcome::Dead { error: text };
        }
        let after = match cause::<NotBefore>(&*error) {
            Some(told) => told.after,
            None => self.pause(attempt, random()),
        };
        Outcome::Retry { error: text, after }
    }

    /// The pause after this attempt: `least`, then twice as long each time, at most `most`. Up to half as much is added
    /// at random, from a number between 0 and 1, so that deliveries that failed together do not come back together.
    fn pause(&self, attempt: u32, random: f64) -> Duration {
        let doubled = 1_u32.checked_shl(attempt.saturating_sub(1)).unwrap_or(u32::MAX);
        let pause = self.least.saturating_mul(doubled).min(self.most);
        pause.saturating_add(pause.mul_f64(random / 2.0))
    }
}

/// The first of this type among an error and its causes.
fn cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    iter::successors(Some(error), |&error| error.source()).find_map(|error| error.downcast_ref())
}

/// The text of an error as the stores keep it: at most [`TEXT`] bytes, and without NUL, which PostgreSQL refuses.
fn shortened(text: &str) -> String {
    const CUT: &str = " ...";
    let mut kept = text.replace('\0', "\u{fffd}");
    if kept.len() > TEXT {
        kept.truncate(kept.floor_char_boundary(TEXT - CUT.len()));
        kept.push_str(CUT);
    }
    kept
}

/// A number from 0 to 1. Each `RandomState` has keys of its own.
fn random() -> f64 {
    let bits = (RandomState::new().build_hasher().finish() >> 32) as u32;
    f64::from(bits) / f64::from(u32::MAX)
}

/// Makes an attempt. A panic is an error, and so is one that takes too long.
pub(super) async fn bounded(
    work: impl Future<Output = Result<(), BoxError>>,
    limit: Option<Duration>,
) -> Result<(), BoxError> {
    let work = AssertUnwindSafe(work).catch_unwind();
    let result = match limit {
        None => work.await,
        Some(limit) => match timeout(limit, work).await {
            Ok(result) => result,
            Err(_) => return Err(format!("not done within {limit:?}").into()),
        },
    };
    result.unwrap_or_else(|panic| Err(panicked(&*panic)))
}

/// The error for a panic of the handler.
pub(super) fn panicked(panic: &(dyn Any + Send)) -> BoxError {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", text.unwrap_or("no text")).into()
}

/// The error for a delivery that cannot be decoded.
pub(super) fn unreadable(error: impl Error + Send + Sync + 'static) -> BoxError {
    NeverAgain::new(format!("the stored delivery cannot be read: {error}")).into()
}

/// The error for a delivery that is [given up](Retries::is_given_up).
pub(super) fn abandoned() -> BoxError {
    NeverAgain::new("given up: too many workers ended while they held the delivery").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETRIES: Retries = Retries {
        attempts: 7,
        least: Duration::from_secs(1),
        most: Duration::from_mins(1),
    };

    #[test]
    fn the_pause_doubles_up_to_the_most_and_grows_by_half_at_random() {
        let pauses = [1, 2, 3, 6, 7, 40, u32::MAX].map(|attempt| RETRIES.pause(attempt, 0.0).as_secs());
        assert_eq!(pauses, [1, 2, 4, 32, 60, 60, 60]);
        assert_eq!(RETRIES.pause(1, 1.0), Duration::from_millis(1500));
        let drawn: Vec<f64> = (0..100).map(|_| random()).collect();
        assert!(drawn.iter().all(|random| (0.0..=1.0).contains(random)), "{drawn:?}");
        assert!(drawn.iter().any(|random| *random < 0.5) && drawn.iter().any(|random| *random > 0.5));
    }

    #[test]
    fn the_last_attempt_makes_a_dead_letter_with_its_own_error() {
        let fail = |attempt| RETRIES.judge(Err("no".into()), attempt);
        assert!(matches!(fail(6), Outcome::Retry { error, after } if error == "no" && after.as_secs() >= 32));
        let dead = Outcome::Dead { error: "no".to_owned() };
        assert_eq!((fail(7), fail(8)), (dead.clone(), dead));
        assert_eq!(RETRIES.judge(Ok(()), 7), Outcome::Done);
    }

    #[test]
    fn the_handler_decides_by_its_error() {
        let never = RETRIES.judge(Err(NeverAgain::new("not an event").into()), 1);
        let error = "not an event".to_owned();
        assert_eq!(never, Outcome::Dead { error });
        let wrapped = Wrapped(NeverAgain::new("not an event"));
        assert!(matches!(RETRIES.judge(Err(wrapped.into()), 1), Outcome::Dead { .. }));
        let hour = Duration::from_hours(1);
        let later = RETRIES.judge(Err(NotBefore::new(hour, "too many").into()), 1);
        let error = "too many".to_owned();
        assert_eq!(later, Outcome::Retry { error, after: hour });
    }

    #[test]
    fn a_text_is_kept_up_to_its_bound() {
        assert_eq!(shortened("a \0 in it"), "a \u{fffd} in it");
        let (fits, long) = ("ä".repeat(TEXT / 2), "ä".repeat(TEXT / 2 + 1));
        assert_eq!(shortened(&fits), fits);
        let kept = shortened(&long);
        assert!(kept.len() <= TEXT && kept.len() > TEXT - 5, "{}", kept.len());
        assert!(long.starts_with(kept.strip_suffix(" ...").unwrap()));
    }

    #[test]
    fn causes_are_told() {
        let cause = std::io::Error::other("the cause");
        let Outcome::Dead { error } = RETRIES.judge(Err(NeverAgain::new(Outer(cause)).into()), 1) else {
            unreachable!()
        };
        assert_eq!(error, "the error: the cause");
    }

    #[derive(Debug, thiserror::Error)]
    #[error("wrapped")]
    struct Wrapped(#[source] NeverAgain);

    #[derive(Debug)]
    struct Outer(std::io::Error);

    impl std::fmt::Display for Outer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("the error")
        }
    }

    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }
}
