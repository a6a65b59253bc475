//! How a worker holds tasks of a store: it takes them, says that it is alive, and settles them.

use std::error::Error;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::delivery::Delivery;

/// The part of a store that a worker uses. It is public in name only, so that the store's trait is sealed.
pub trait Leased: Clone + Send + Sync + 'static {
    /// Why the backend did not do what it was asked.
    type Error: Error + Send + Sync + 'static;
    /// What one worker holds.
    type Lease: Lease<Error = Self::Error>;

    /// Registers a worker under a name that no other worker has had.
    fn lease(&self, worker: &str) -> impl Future<Output = Result<Self::Lease, Self::Error>> + Send;
}

/// The tasks that one worker holds. Other workers take them over when it has not said for a while that it is alive.
///
/// Each future may be dropped before it ends. The backend may have done then what was asked, or not.
pub trait Lease: Send + Sync + 'static {
    /// Why the backend did not do what it was asked.
    type Error: Error + Send + Sync + 'static;

    /// Takes tasks that are due, those with the earliest arrival first.
    fn take(&self, want: Want<'_>) -> impl Future<Output = Result<Vec<Taken>, Self::Error>> + Send;

    /// Records how attempts ended, all of them or none. Ignores tasks that this worker does not hold any more, and
    /// results that do not [follow](Settled::follows) what is recorded.
    fn settle(&self, settled: &[Settled]) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Says that the worker is alive, and puts tasks of dead workers back into the queue, each with one more attempt.
    /// Also puts back what a `take` took whose future was dropped, without counting an attempt.
    fn beat(&self) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Puts all tasks that the worker still holds back into the queue, without counting an attempt, and forgets the
    /// worker. Nothing is called after it.
    fn release(&self) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Waits until a delivery was stored by this process. It may also be woken for nothing.
    fn arrival(&self) -> impl Future<Output = ()> + Send;
}

/// What a worker has room for.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    not(any(
        feature = "memory",
        feature = "nats",
        feature = "postgres",
        feature = "redis",
        feature = "sqlite"
    )),
    expect(dead_code)
)]
pub struct Want<'a> {
    /// At most this many tasks. Not zero.
    pub(crate) tasks: usize,
    /// At most this many bytes of encoded deliveries, but the first of them in any case.
    pub(crate) bytes: usize,
    /// Set by `Worker::in_order_by`: no task may be taken while an earlier one of the same key is waiting or running.
    #[cfg_attr(
        not(any(feature = "memory", feature = "postgres", feature = "sqlite")),
        expect(dead_code)
    )]
    pub(crate) order: Option<&'a OrderBy>,
}

/// A task that was taken.
#[derive(Debug)]
pub struct Taken {
    pub(crate) id: String,
    /// How many attempts were made before.
    pub(crate) attempts: u32,
    pub(crate) delivery: Result<Delivery, serde_json::Error>,
    /// The length of the encoded delivery.
    pub(crate) bytes: usize,
}

/// The end of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    pub(crate) id: String,
    /// How many attempts were made, including this one.
    pub(crate) attempts: u32,
    pub(crate) outcome: Outcome,
}

impl Settled {
    /// Whether this is the result of the attempt after so many. It is not when it was recorded before without the
    /// worker hearing of it, and the worker has taken the task again since.
    #[cfg_attr(
        not(any(feature = "memory", feature = "postgres", feature = "redis", feature = "sqlite")),
        expect(dead_code)
    )]
    pub(crate) fn follows(&self, attempts: u32) -> bool {
        // A task whose workers died too often is given up without another attempt.
        let is_given_up = matches!(self.outcome, Outcome::Dead { .. }) && self.attempts == attempts;
        self.attempts == attempts.saturating_add(1) || is_given_up
    }
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The work is done.
    Done,
    /// It failed, and is tried again after this time. The text of an error is bounded, and has no NUL.
    Retry { error: String, after: Duration },
    /// It failed for good.
    Dead { error: String },
}

/// How many bytes of a key count. Keys that differ only after them wait for each other.
const KEY: usize = 256;

/// Tells the key in whose order a delivery is to be run.
#[derive(Clone)]
pub(crate) struct OrderBy(Arc<KeyOf>);

type KeyOf = dyn Fn(&Delivery) -> Option<String> + Send + Sync;

impl OrderBy {
    pub(crate) fn new(key: impl Fn(&Delivery) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(key))
    }

    /// The key of this delivery, of which the stores keep no more than this much. None if there is none, or the user's
    /// function panicked.
    #[cfg_attr(
        not(any(feature = "memory", feature = "postgres", feature = "sqlite")),
        expect(dead_code)
    )]
    pub(crate) fn key(&self, delivery: &Delivery) -> Option<String> {
        let key = catch_unwind(AssertUnwindSafe(|| (self.0)(delivery))).ok().flatten();
        key.map(|mut key| {
            key.truncate(key.floor_char_boundary(KEY));
            key
        })
    }
}

impl fmt::Debug for OrderBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrderBy").finish_non_exhaustive()
    }
}
