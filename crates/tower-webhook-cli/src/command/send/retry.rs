//! `--retry`: the same delivery until it is accepted, as a provider does it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use tokio::time::{Instant, Sleep, sleep};
use tower::ServiceExt;
use tower::retry::backoff::{Backoff, ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff};
use tower::retry::{Policy, Retry};
use tower::util::rng::{HasherRng, Rng};

use super::answer::{Answer, Document, milliseconds};
use super::post::Post;
use super::retry_after;
use crate::outcome::{Failure, Outcome, Result};
use crate::term;
use crate::term::style::{BAD, FAINT};

const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
const LEAST_WAIT: Duration = Duration::from_millis(100);
/// A wait is longer by up to this part of it, at random. The jitter of tower is in whole seconds, and so none at first.
const JITTER: f64 = 0.5;

/// Sends until the status is 2xx, or this many attempts were made. Each is signed anew, and printed.
pub(super) async fn run(post: Arc<Post>, max_attempts: u32, json: bool) -> Result<Outcome> {
    let attempt = tower::service_fn(move |()| {
        let post = Arc::clone(&post);
        async move {
            let headers = post.sign().await?;
            post.send(headers).await
        }
    });
    let answer = Retry::new(AsProvidersDo::new(max_attempts, json), attempt)
        .oneshot(())
        .await?;
    if !json {
        answer.print_body()?;
    }
    Ok(answer.outcome())
}

/// Retries whatever is not 2xx, prints each attempt, and waits longer each time or as long as the receiver asks.
#[derive(Clone)]
struct AsProvidersDo {
    attempt: u32,
    max_attempts: u32,
    backoff: ExponentialBackoff,
    random: HasherRng,
    json: bool,
}

impl AsProvidersDo {
    fn new(max_attempts: u32, json: bool) -> Self {
        let backoff = ExponentialBackoffMaker::new(FIRST_WAIT, LONGEST_WAIT, 0.0, HasherRng::default());
        Self {
            attempt: 0,
            max_attempts,
            backoff: backoff.expect("the shortest wait is below the longest").make_backoff(),
            random: HasherRng::default(),
            json,
        }
    }

    /// The wait before the next attempt; `None` when there is none.
    fn wait(&mut self, result: &Result<Answer>) -> Option<Sleep> {
        let asked = match result {
            Ok(answer) if answer.status.is_success() => return None,
            Ok(answer) => retry_after::read(&answer.headers, Timestamp::now()),
            Err(Failure::Unreachable(_)) => None,
            Err(_) => return None,
        };
        if self.attempt == self.max_attempts {
            return None;
        }
        let base = self.backoff.next_backoff().deadline() - Instant::now();
        let longer = base.mul_f64(1.0 + JITTER * self.random.next_f64());
        // A receiver that asks for no pause at all gets one nevertheless.
        Some(sleep(
            asked.map_or(longer.min(LONGEST_WAIT), |asked| asked.max(LEAST_WAIT)),
        ))
    }

    fn print(&self, result: &Result<Answer>, wait: Option<Duration>) -> Result<()> {
        let attempt = self.attempt;
        if self.json {
            return match result {
                Ok(answer) => term::json(&Line::new(attempt, wait, Some(answer), None)),
                Err(Failure::Unreachable(error)) => term::json(&Line::new(attempt, wait, None, Some(error))),
                Err(_) => Ok(()),
            };
        }
        let next = match wait {
            Some(wait) => format!("{FAINT}, next in {:.1} s{FAINT:#}", wait.as_secs_f64()),
            None => String::new(),
        };
        match result {
            Ok(answer) => term::line(format_args!("attempt {attempt}: {answer}{next}")),
            Err(Failure::Unreachable(error)) => term::line(format_args!(
                "attempt {attempt}: {BAD}no answer{BAD:#} from {error}{next}"
            )),
            Err(_) => Ok(()),
        }
    }
}

impl Policy<(), Answer, Failure> for AsProvidersDo {
    type Future = Sleep;

    fn retry(&mut self, (): &mut (), result: &mut Result<Answer>) -> Option<Sleep> {
        self.attempt += 1;
        let wait = self.wait(result);
        let time = wait.as_ref().map(|sleep| sleep.deadline() - Instant::now());
        if let Err(failure) = self.print(result, time) {
            *result = Err(failure);
            return None;
        }
        wait
    }

    fn clone_request(&mut self, (): &()) -> Option<()> {
        Some(())
    }
}

/// In JSON, one line: `{"attempt":1,"next_in_ms":1312.4,"status":503,..}`.
#[derive(Serialize)]
struct Line<'a> {
    attempt: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_in_ms: Option<f64>,
    #[serde(flatten)]
    answer: Option<Document<'a>>,
    /// Why there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn new(attempt: u32, wait: Option<Duration>, answer: Option<&'a Answer>, error: Option<&'a str>) -> Self {
        Self {
            attempt,
            next_in_ms: wait.map(milliseconds),
            answer: answer.map(Answer::document),
            error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreachable() -> Result<Answer> {
        Err(Failure::unreachable("127.0.0.1:1: Connection refused"))
    }

    #[tokio::test(start_paused = true)]
    async fn waits_double_up_to_a_minute_and_end_with_the_attempts() {
        let mut policy = AsProvidersDo::new(9, false);
        let least = [1, 2, 4, 8, 16, 32, 60, 60];
        for seconds in least {
            policy.attempt += 1;
            let wait = policy.wait(&unreachable()).unwrap().deadline() - Instant::now();
            let (least, most) = (Duration::from_secs(seconds), Duration::from_millis(seconds * 1500));
            assert!(
                least <= wait && wait <= most.min(LONGEST_WAIT),
                "{wait:?} for {seconds} s"
            );
        }
        policy.attempt += 1;
        assert!(policy.wait(&unreachable()).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn waits_are_random() {
        let waits = (0..20).map(|_| {
            let wait = AsProvidersDo::new(2, false).wait(&unreachable()).unwrap();
            wait.deadline() - Instant::now()
        });
        let waits: std::collections::BTreeSet<_> = waits.collect();
        assert!(waits.len() > 1);
    }

    #[tokio::test]
    async fn a_fault_of_our_own_is_not_tried_again() {
        let mut policy = AsProvidersDo::new(8, false);
        for failure in [Failure::usage("the file was changed"), Failure::ClosedOutput] {
            assert!(policy.wait(&Err(failure)).is_none());
        }
    }
}
