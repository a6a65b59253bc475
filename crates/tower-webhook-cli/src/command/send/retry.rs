//! `--retry`: the same delivery until it is accepted, as a provider does it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use tokio::time::{Instant, sleep};
use tower::retry::backoff::{Backoff, ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff};
use tower::util::rng::{HasherRng, Rng};

use super::post::Post;
use super::report::Ended;
use super::retry_after;
use crate::answer::{Answer, Document};
use crate::outcome::{Failure, Outcome, Result};
use crate::term;
use crate::term::style::{BAD, FAINT, WARNING};

const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
const LEAST_WAIT: Duration = Duration::from_millis(100);
/// A wait is longer by up to this part of it, at random. The jitter of tower is in whole seconds, and so none at first.
const JITTER: f64 = 0.5;

/// Sends until the status is 2xx, this many attempts were made, or Ctrl-C. Each attempt is signed again, and printed;
/// at the end is a report.
pub(super) async fn run(post: Arc<Post>, max_attempts: u32, json: bool) -> Result<Outcome> {
    let start = Instant::now();
    let mut attempts = Attempts {
        json,
        last: None,
        count: 0,
    };
    let ended = tokio::select! {
        ended = attempts.make(&post, max_attempts) => ended,
        _ = tokio::signal::ctrl_c() => Ok(Ended::Interrupted),
    };
    let shown = *ended.as_ref().unwrap_or(&Ended::Failed);
    attempts.report(shown, start.elapsed())?;
    ended?;
    match attempts.last {
        Some(Ok(answer)) => Ok(answer.outcome()),
        Some(Err(error)) => Err(Failure::Unreachable(error)),
        None => Ok(Outcome::No),
    }
}

/// The attempts so far.
struct Attempts {
    json: bool,
    count: u32,
    /// The last answer, or why there was none.
    last: Option<Result<Answer, String>>,
}

impl Attempts {
    async fn make(&mut self, post: &Arc<Post>, max_attempts: u32) -> Result<Ended> {
        let mut waits = Waits::new();
        loop {
            let result = match post.send(post.sign().await?).await {
                Ok(answer) => Ok(answer),
                Err(Failure::Unreachable(error)) => Err(error),
                // A fault of our own is not tried again.
                Err(failure) => return Err(failure),
            };
            self.count += 1;
            let ended = match &result {
                Ok(answer) if answer.status.is_success() => Some(Ended::Completed),
                _ if self.count == max_attempts => Some(Ended::GaveUp),
                _ => None,
            };
            let wait = ended.is_none().then(|| waits.after(result.as_ref().ok()));
            self.print(&result, wait)?;
            self.last = Some(result);
            if let Some(ended) = ended {
                return Ok(ended);
            }
            sleep(wait.unwrap_or_default()).await;
        }
    }

    fn print(&self, result: &Result<Answer, String>, wait: Option<Duration>) -> Result<()> {
        let attempt = self.count;
        if self.json {
            return term::json(&Line {
                attempt,
                next_in_ms: wait.map(term::milliseconds),
                answer: result.as_ref().ok().map(Answer::document),
                error: result.as_ref().err().map(String::as_str),
            });
        }
        let next = match wait {
            Some(wait) => format!("{FAINT}, next in {:.1} s{FAINT:#}", wait.as_secs_f64()),
            None => String::new(),
        };
        match result {
            Ok(answer) => term::line(format_args!("attempt {attempt}: {answer}{next}")),
            Err(error) => term::line(format_args!(
                "attempt {attempt}: {BAD}no answer{BAD:#} from {error}{next}"
            )),
        }
    }

    fn report(&self, ended: Ended, took: Duration) -> Result<()> {
        if self.json {
            return term::json(&Summary {
                attempts: self.count,
                ended,
                duration_ms: term::milliseconds(took),
            });
        }
        if let Some(Ok(answer)) = &self.last {
            answer.print_body()?;
        }
        let (count, seconds) = (self.count, took.as_secs_f64());
        let noun = if count == 1 { "attempt" } else { "attempts" };
        match ended {
            Ended::Completed => Ok(()),
            Ended::GaveUp => term::line(format_args!(
                "{WARNING}gave up{WARNING:#} after {count} {noun} in {seconds:.1} s"
            )),
            Ended::Interrupted | Ended::Failed => term::line(format_args!(
                "{WARNING}stopped{WARNING:#} after {count} {noun} in {seconds:.1} s"
            )),
        }
    }
}

/// How long to wait: longer each time, or as long as the receiver asks.
struct Waits {
    backoff: ExponentialBackoff,
    random: HasherRng,
}

impl Waits {
    fn new() -> Self {
        let backoff = ExponentialBackoffMaker::new(FIRST_WAIT, LONGEST_WAIT, 0.0, HasherRng::default());
        Self {
            backoff: backoff.expect("the shortest wait is below the longest").make_backoff(),
            random: HasherRng::default(),
        }
    }

    /// The wait after this answer, or after none.
    fn after(&mut self, answer: Option<&Answer>) -> Duration {
        let asked = answer.and_then(|answer| retry_after::read(&answer.headers, Timestamp::now()));
        let base = self.backoff.next_backoff().deadline() - Instant::now();
        let longer = base.mul_f64(1.0 + JITTER * self.random.next_f64());
        // A receiver that asks for no pause at all gets one nevertheless.
        asked.map_or(longer.min(LONGEST_WAIT), |asked| asked.max(LEAST_WAIT))
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

/// The last line: `{"attempts":8,"ended":"gave_up","duration_ms":181203.1}`.
#[derive(Serialize)]
struct Summary {
    attempts: u32,
    ended: Ended,
    duration_ms: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn waits_double_up_to_a_minute() {
        let mut waits = Waits::new();
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            let wait = waits.after(None);
            let (least, most) = (Duration::from_secs(seconds), Duration::from_millis(seconds * 1500));
            assert!(
                least <= wait && wait <= most.min(LONGEST_WAIT),
                "{wait:?} for {seconds} s"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn waits_are_random() {
        let waits: std::collections::BTreeSet<_> = (0..20).map(|_| Waits::new().after(None)).collect();
        assert!(waits.len() > 1);
    }
}
