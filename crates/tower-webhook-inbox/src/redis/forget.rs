//! Deliveries that were done long ago are forgotten, a portion at a time.

use std::time::Duration;

use super::{Error, RedisStore};
use crate::delivery::KEY_DIGITS;

/// About how many tasks the server looks at in one go, in which it serves nobody else: what `SSCAN` is asked for.
const PORTION: usize = 500;

/// Forgets those of these tasks that are deliveries and were done so long ago, and what is left of tasks that apalis has
/// vacuumed, or the server evicted.
const FORGET: &str = "
    local last = redis.call('TIME')[1] - ARGV[2]
    local forgotten = 0
    for i = 4, #ARGV do
        local task = ARGV[i]
        local meta = ARGV[1] .. task
        local status, done_at, key = unpack(redis.call('HMGET', meta, 'status', 'done_at', 'idempotency_key'))
        if not status then
            redis.call('HDEL', KEYS[2], task)
            redis.call('SREM', KEYS[1], task)
        elseif status == 'Done' and #(key or '') == tonumber(ARGV[3]) and (tonumber(done_at) or 0) <= last then
            redis.call('HDEL', KEYS[2], task)
            redis.call('DEL', meta)
            redis.call('SREM', KEYS[1], task)
            forgotten = forgotten + 1
        end
    end
    return forgotten";

impl RedisStore {
    /// Forgets the deliveries that were done at least so long ago, to the second; says how many. What waits, is worked on, has
    /// failed or is a dead letter stays, and so does what was put in otherwise than by an inbox. So do the delivery keys, which
    /// last as long as [`idempotency_ttl`](super::Config::idempotency_ttl) says,
    /// [`IDEMPOTENCY_TTL`](super::IDEMPOTENCY_TTL) by default: a delivery that comes again meanwhile is still a duplicate.
    ///
    /// The age is that of the server's clock against the worker's. Call it every hour, say: it goes through all that was done
    /// and not forgotten, some 500 tasks at a time, and lets others in between.
    ///
    /// # Errors
    ///
    /// When the server cannot do it; then some may be forgotten, and the rest is the next time.
    pub async fn forget_done(&self, age: Duration) -> Result<u64, Error> {
        let config = self.storage.get_config();
        let (done, data) = (config.done_jobs_set(), config.job_data_hash());
        let meta = format!("{}:", config.job_meta_hash());
        let script = redis::Script::new(FORGET);
        let mut connection = self.connection.clone();
        let (mut cursor, mut forgotten) = (0_u64, 0);
        loop {
            let mut scan = redis::cmd("SSCAN");
            scan.arg(&done).arg(cursor).arg("COUNT").arg(PORTION);
            let (next, tasks): (u64, Vec<String>) = scan.query_async(&mut connection).await?;
            let mut forget = script.key(&done);
            forget
                .key(&data)
                .arg(&meta)
                .arg(age.as_secs())
                .arg(u32::from(KEY_DIGITS))
                .arg(tasks);
            forgotten += forget.invoke_async::<u64>(&mut connection).await?;
            if next == 0 {
                return Ok(forgotten);
            }
            cursor = next;
        }
    }
}
