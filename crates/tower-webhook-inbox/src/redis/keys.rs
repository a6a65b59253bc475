//! The names of apalis's keys, and what is in them.

use apalis_redis::Config;

/// At most about this many tasks are handled by one script, which takes a few milliseconds. Meanwhile the server serves
/// nobody else. Lua cannot unpack more than about 8000 values.
pub(super) const PORTION: usize = 500;

/// The queues that apalis's board lists.
pub(super) const QUEUES: &str = "core:apalis:queues:list";

/// The keys of a queue.
///
/// A task that waits is in `active` or `scheduled`; one that a worker has taken is in the worker's set under `held`;
/// one that has ended is in `done` or `dead`.
#[derive(Debug)]
pub(super) struct Keys {
    /// A list: the ids of the tasks that are due, in the order in which they are to be taken.
    pub(super) active: String,
    /// A sorted set: the ids of the tasks that are due later, by the time in seconds.
    pub(super) scheduled: String,
    /// A set of ids.
    pub(super) done: String,
    /// A set of ids.
    pub(super) dead: String,
    /// A hash: the encoded deliveries by their ids.
    pub(super) data: String,
    /// A list with one element when tasks became due.
    pub(super) signal: String,
    /// A sorted set: the names of the workers, by the time in seconds at which they last said that they are alive.
    pub(super) workers: String,
    /// With the name of a worker behind it: the set of the tasks that it holds.
    pub(super) held: String,
    /// With the name of a worker behind it: a hash that describes it.
    pub(super) worker: String,
    /// With an id behind it: the hash of the task's status, attempts and so on.
    pub(super) meta: String,
    /// With an idempotency key behind it: the id of the task that has claimed it.
    pub(super) claim: String,
}

impl Keys {
    pub(super) fn of(config: &Config) -> Self {
        Self {
            active: config.active_jobs_list(),
            scheduled: config.scheduled_jobs_set(),
            done: config.done_jobs_set(),
            dead: config.dead_jobs_set(),
            data: config.job_data_hash(),
            signal: config.signal_list(),
            workers: config.workers_set(),
            held: format!("{}:", config.inflight_jobs_set()),
            worker: format!("{}:metadata:", config.workers_set()),
            meta: format!("{}:", config.job_meta_hash()),
            claim: format!("{}:", config.idempotency_key_set()),
        }
    }
}
