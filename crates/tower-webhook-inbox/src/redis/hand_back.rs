//! The tasks that an ended worker still holds go back to the queue.

use apalis_core::worker::context::WorkerContext;

use super::{Error, RedisStore};

/// Puts a worker's tasks in front of the pending ones, and signals that there are some.
const HAND_BACK: &str = "
    local tasks = redis.call('SMEMBERS', KEYS[1])
    for _, task in ipairs(tasks) do
        redis.call('LPUSH', KEYS[2], task)
        redis.call('HSET', ARGV[1] .. task, 'status', 'Pending')
        redis.call('HDEL', ARGV[1] .. task, 'locked_at', 'locked_by')
    end
    if #tasks > 0 then
        redis.call('DEL', KEYS[1], KEYS[3])
        redis.call('LPUSH', KEYS[3], 1)
    end
    return #tasks";

impl RedisStore {
    /// Puts the tasks that an ended worker still holds back into the queue, and returns their number.
    ///
    /// Other workers start them at once, instead of after the missed heartbeats. It does not count as an attempt.
    ///
    /// Call it only for the name of a worker whose future is dropped: the tasks of a living worker would be done twice.
    ///
    /// # Errors
    ///
    /// When the server cannot do it. Other workers then take over the tasks later.
    pub async fn hand_back(&self, worker: &str) -> Result<u64, Error> {
        let config = self.storage.get_config();
        // The connection is also the worker's, so the server runs this after all commands of the worker.
        redis::Script::new(HAND_BACK)
            .key(config.inflight_set_for(&WorkerContext::new(worker)))
            .key(config.active_jobs_list())
            .key(config.signal_list())
            .arg(format!("{}:", config.job_meta_hash()))
            .invoke_async(&mut self.connection.clone())
            .await
            .map_err(Error::database)
    }
}
