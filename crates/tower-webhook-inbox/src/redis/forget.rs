//! Deliveries that were done long ago are deleted, a portion at a time.

use std::sync::LazyLock;
use std::time::Duration;

use redis::Script;

use super::keys::PORTION;
use super::{Error, RedisStore};
use crate::delivery::KEY_DIGITS;

/// Deletes those of these tasks that are deliveries and were done long enough ago, and the remains of tasks that apalis
/// vacuumed or the server evicted.
static FORGET: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "
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
    return forgotten",
    )
});

impl RedisStore {
    /// Deletes the deliveries that were done at least this long ago, and returns their number. The age is precise to
    /// the second.
    ///
    /// Deliveries that are pending, running, failed or dead are kept, and so are tasks that were not put by an inbox.
    /// The delivery keys are kept as well, for [`key_ttl`](super::Options::key_ttl): until then, a retry is still a
    /// duplicate.
    ///
    /// Call it every hour or so. It looks at all done tasks, about 500 at a time, and the server serves others in
    /// between.
    ///
    /// # Errors
    ///
    /// When the server cannot do it. Some deliveries may be deleted by then; the next call deletes the rest.
    pub async fn forget_done(&self, age: Duration) -> Result<u64, Error> {
        self.forget(age).await.map_err(Error::database)
    }

    async fn forget(&self, age: Duration) -> redis::RedisResult<u64> {
        let keys = &self.keys;
        let mut connection = self.connection();
        let (mut cursor, mut forgotten) = (0_u64, 0);
        loop {
            let mut scan = redis::cmd("SSCAN");
            scan.arg(&keys.done).arg(cursor).arg("COUNT").arg(PORTION);
            let (next, tasks): (u64, Vec<String>) = scan.query_async(&mut connection).await?;
            let mut forget = FORGET.key(&keys.done);
            forget
                .key(&keys.data)
                .arg(&keys.meta)
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
