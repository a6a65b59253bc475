//! What this crate counts, for operators who watch it: with the feature `metrics`, through the
//! [facade](https://docs.rs/metrics) of that name.
//!
//! Install a recorder before the first delivery, such as that of `metrics-exporter-prometheus`. Without one, nothing is
//! recorded.
//!
//! | name | kind | labels | meaning |
//! |---|---|---|---|
//! | [`ACCEPTED`] | counter | | deliveries that were added to the store |
//! | [`DUPLICATES`] | counter | | deliveries that were in the store before |
//! | [`REFUSED`] | counter | `code` | deliveries that were answered with 503, by [`PutError::code`] |
//! | [`COMMIT_SECONDS`] | histogram, in seconds | | from [`Inbox::put`](crate::Inbox::put) to the commit of an accepted delivery |
//! | [`ATTEMPTS`] | counter | `outcome` | attempts that ended `done`, `retried` (to be tried again) or `dead` |
//! | [`WORK_SECONDS`] | histogram, in seconds | `outcome` | how long the handler ran |
//! | [`WAITING`] | gauge | | [`Stats::waiting`](crate::Stats::waiting) |
//! | [`RUNNING`] | gauge | | [`Stats::running`](crate::Stats::running) |
//! | [`DEAD`] | gauge | | [`Stats::dead`](crate::Stats::dead) |
//! | [`OLDEST_SECONDS`] | gauge, in seconds | | [`Stats::oldest`](crate::Stats::oldest), and 0 when none is due |
//!
//! Each has the label `queue` too, which is empty for a [`MemoryStore`](crate::memory) and a
//! [`SinkStore`](crate::SinkStore). A store that does not tell duplicates has them among the accepted ones.
//!
//! A worker sets the gauges every 15 s, and all workers of a queue set them to the same: take the greatest, not the
//! sum. While the backend does not answer, they keep their values. Let an alert watch [`OLDEST_SECONDS`], which grows
//! when workers are too slow, and the increase of [`DEAD`]. Where no worker runs, nobody sets the gauges: ask for
//! [`Queue::stats`](crate::Queue::stats) in a process that lives on.
//!
//! # Refusals of the verifier
//!
//! A delivery with a wrong signature does not reach the inbox. Count it where it is refused:
//!
//! ```
//! use tower::{Layer, ServiceExt};
//! use tower_webhook::layer::{EmptyResponse, OnReject};
//! use tower_webhook::{BufferedBody, SigningSecret, Verifier, VerifyLayer};
//! use tower_webhook_inbox::{Inbox, memory::MemoryStore};
//! # use http::{Request, Response};
//! # use metrics_util::debugging::{DebugValue, DebuggingRecorder};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let recorder = DebuggingRecorder::new();
//! # let recorded = recorder.snapshotter();
//! # let _recorder = metrics::set_default_local_recorder(&recorder);
//! # let secret = SigningSecret::new("whk_demo")?;
//! let verify = VerifyLayer::new(Verifier::knowrithm(secret)).on_reject(|rejection, head| {
//!     metrics::counter!("webhook_refused_total", "code" => rejection.code()).increment(1);
//!     EmptyResponse.response(rejection, head)
//! });
//! let service = verify.layer(Inbox::new(MemoryStore::new(1000)));
//!
//! let forged = Request::post("/").body(BufferedBody::new("{}"))?;
//! let answer: Response<BufferedBody> = service.oneshot(forged).await?;
//! assert_eq!(answer.status(), 403);
//! let (counter, _, _, value) = &recorded.snapshot().into_vec()[0];
//! assert_eq!(counter.key().name(), "webhook_refused_total");
//! assert_eq!(counter.key().labels().next().unwrap().value(), "missing_signature");
//! assert_eq!(*value, DebugValue::Counter(1));
//! # Ok(())
//! # }
//! ```

use std::time::Duration;

use ::metrics::{SharedString, counter, gauge, histogram};

use crate::error::PutError;
use crate::queue::Stats;
use crate::queue::lease::Outcome;
use crate::store::{Store, Stored};

/// Counts the deliveries that were added to the store, and the dead letters that were sent again and
/// [retried](crate::Inbox::retry_dead_letters).
pub const ACCEPTED: &str = "webhook_inbox_accepted_total";
/// Counts the deliveries that were in the store before.
pub const DUPLICATES: &str = "webhook_inbox_duplicates_total";
/// Counts the deliveries that were not stored, by the label `code`: [`PutError::code`].
pub const REFUSED: &str = "webhook_inbox_refused_total";
/// How long it took to store each accepted delivery, in seconds.
pub const COMMIT_SECONDS: &str = "webhook_inbox_commit_seconds";
/// Counts the attempts that ended, by the label `outcome`: `done`, `retried` or `dead`.
pub const ATTEMPTS: &str = "webhook_inbox_attempts_total";
/// How long the handler ran, in seconds, by the label `outcome`.
pub const WORK_SECONDS: &str = "webhook_inbox_work_seconds";
/// How many deliveries no worker has taken.
pub const WAITING: &str = "webhook_inbox_waiting";
/// How many deliveries workers have taken.
pub const RUNNING: &str = "webhook_inbox_running";
/// How many dead letters there are.
pub const DEAD: &str = "webhook_inbox_dead";
/// For how long the oldest waiting delivery could have been started, in seconds.
pub const OLDEST_SECONDS: &str = "webhook_inbox_oldest_seconds";

/// How often a worker counts what its queue holds.
pub(crate) const DEPTH: Duration = Duration::from_secs(15);

/// The label of a queue.
#[derive(Clone, Debug)]
pub(crate) struct Queue(SharedString);

impl Queue {
    pub(crate) fn of(store: &impl Store) -> Self {
        Self(SharedString::from_shared(store.queue().into()))
    }

    /// Counts a delivery for which the store took this long.
    pub(crate) fn count_put<E>(&self, stored: &Result<Stored, PutError<E>>, took: Duration) {
        let queue = self.0.clone();
        match stored {
            Ok(Stored::Duplicate) => counter!(DUPLICATES, "queue" => queue).increment(1),
            Ok(Stored::New | Stored::NewOrDuplicate | Stored::Retried) => {
                counter!(ACCEPTED, "queue" => queue.clone()).increment(1);
                histogram!(COMMIT_SECONDS, "queue" => queue).record(took);
            }
            Err(error) => counter!(REFUSED, "queue" => queue, "code" => error.code()).increment(1),
        }
    }

    /// Counts an attempt whose handler ran for this long.
    pub(crate) fn count_attempt(&self, outcome: &Outcome, ran: Duration) {
        let queue = self.0.clone();
        let outcome = match outcome {
            Outcome::Done => "done",
            Outcome::Retry { .. } => "retried",
            Outcome::Dead { .. } => "dead",
        };
        counter!(ATTEMPTS, "queue" => queue.clone(), "outcome" => outcome).increment(1);
        histogram!(WORK_SECONDS, "queue" => queue, "outcome" => outcome).record(ran);
    }

    /// Sets the gauges.
    // A float counts exactly to 2^53.
    #[expect(clippy::cast_precision_loss)]
    pub(crate) fn tell_depth(&self, stats: &Stats) {
        let oldest = stats.oldest.unwrap_or_default().as_secs_f64();
        for (name, value) in [
            (WAITING, stats.waiting as f64),
            (RUNNING, stats.running as f64),
            (DEAD, stats.dead as f64),
            (OLDEST_SECONDS, oldest),
        ] {
            gauge!(name, "queue" => self.0.clone()).set(value);
        }
    }
}

#[cfg(test)]
mod tests;
