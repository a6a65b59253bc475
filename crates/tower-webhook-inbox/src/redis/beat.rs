//! Saying that a worker is alive, and putting tasks back: those of the dead, and those of a worker that ends.

use std::sync::LazyLock;

use redis::{RedisResult, Script};

use super::keys::{PORTION, QUEUES};
use super::lease::RedisLease;
use crate::{HEARTBEAT, MISSED_HEARTBEATS};

/// For how many seconds a worker may be silent.
const SILENCE: u64 = HEARTBEAT.as_secs() * MISSED_HEARTBEATS as u64;

/// Records the time at which a worker was alive. Registers it and its queue as apalis does if it is not known. Returns
/// whether it was known to be alive before.
///
/// The first command that writes removes nothing: it lets the others run when the memory is full. So it is below.
static SAY_ALIVE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "
    local now = redis.call('TIME')[1]
    local before = redis.call('ZSCORE', KEYS[1], ARGV[1])
    redis.call('ZREM', KEYS[1], '')
    redis.call('ZADD', KEYS[1], now, ARGV[1])
    if not before then
        redis.call('ZADD', KEYS[2], now, KEYS[1])
        redis.call('HSET', KEYS[3], 'backend_name', 'RedisStorage', 'service', 'tower-webhook-inbox')
        return 0
    end
    return now - before <= tonumber(ARGV[2]) and 1 or 0",
    )
});

/// Puts tasks back to the front of those that are due: at most a portion of what one worker holds. Forgets the worker
/// when no more are left. Returns 1 if there may be more to do.
///
/// The worker is the one of a name, or else one that has been silent for too long.
static PUT_BACK: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "
    local worker = ARGV[1]
    if worker == '' then
        local last = redis.call('TIME')[1] - ARGV[2]
        worker = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. last, 'LIMIT', 0, 1)[1]
        if not worker then
            return 0
        end
    end
    local held = ARGV[4] .. worker
    local ids = redis.call('SRANDMEMBER', held, ARGV[3])
    if #ids > 0 then
        table.sort(ids, function(one, other) return one > other end)
        redis.call('SREM', held, '')
        redis.call('LPUSH', KEYS[2], unpack(ids))
        for _, id in ipairs(ids) do
            local meta = ARGV[5] .. id
            redis.call('HSET', meta, 'status', 'Pending')
            if ARGV[1] == '' then
                redis.call('HINCRBY', meta, 'attempts', 1)
            end
            redis.call('HDEL', meta, 'locked_by', 'locked_at')
        end
        redis.call('SREM', held, unpack(ids))
        redis.call('DEL', KEYS[3])
        redis.call('LPUSH', KEYS[3], 1)
    end
    if #ids < tonumber(ARGV[3]) then
        redis.call('ZREM', KEYS[1], worker)
        redis.call('DEL', ARGV[6] .. worker)
        return ARGV[1] == '' and 1 or 0
    end
    return 1",
    )
});

/// Puts back what a worker holds, except the tasks that are named: at most a portion, without counting an attempt.
/// Returns how many there were.
static PUT_UNKNOWN_BACK: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "
    local known, ids = {}, {}
    for i = 3, #ARGV do
        known[ARGV[i]] = true
    end
    for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
        if not known[id] and #ids < tonumber(ARGV[1]) then
            ids[#ids + 1] = id
        end
    end
    if #ids == 0 then
        return 0
    end
    table.sort(ids, function(one, other) return one > other end)
    redis.call('SREM', KEYS[1], unpack(ids))
    redis.call('LPUSH', KEYS[2], unpack(ids))
    for _, id in ipairs(ids) do
        redis.call('HSET', ARGV[2] .. id, 'status', 'Pending')
        redis.call('HDEL', ARGV[2] .. id, 'locked_by', 'locked_at')
    end
    redis.call('DEL', KEYS[3])
    redis.call('LPUSH', KEYS[3], 1)
    return #ids",
    )
});

impl RedisLease {
    /// Whether the worker was known to be alive before.
    pub(super) async fn say_alive(&self) -> RedisResult<bool> {
        let keys = &self.store.keys;
        let mut say = SAY_ALIVE.key(&keys.workers);
        say.key(QUEUES).key(format!("{}{}", keys.worker, self.worker));
        say.arg(&self.worker).arg(SILENCE);
        say.invoke_async(&mut self.store.connection()).await
    }

    /// Puts back what dead workers hold. It counts as an attempt.
    pub(super) async fn take_over(&self) -> RedisResult<()> {
        self.put_all_back("").await
    }

    /// Puts back what this worker holds. It does not count as an attempt.
    pub(super) async fn put_back(&self) -> RedisResult<()> {
        // On the connection of all commands of the worker. The server runs it after them, also after a `take` whose
        // future was dropped.
        self.put_all_back(&self.worker).await?;
        self.store.due.notify_one();
        Ok(())
    }

    /// Puts back what this worker holds without these tasks, of which it knows.
    pub(super) async fn put_unknown_back(&self, known: &[String]) -> RedisResult<()> {
        let keys = &self.store.keys;
        let mut put_back = PUT_UNKNOWN_BACK.key(&self.held);
        put_back.key(&keys.active).key(&keys.signal);
        put_back.arg(PORTION).arg(&keys.meta).arg(known);
        let count: u64 = put_back.invoke_async(&mut self.store.connection()).await?;
        if count > 0 {
            self.store.due.notify_one();
        }
        Ok(())
    }

    async fn put_all_back(&self, worker: &str) -> RedisResult<()> {
        let keys = &self.store.keys;
        let mut put_back = PUT_BACK.key(&keys.workers);
        put_back
            .key(&keys.active)
            .key(&keys.signal)
            .arg(worker)
            .arg(SILENCE)
            .arg(PORTION)
            .arg(&keys.held)
            .arg(&keys.meta)
            .arg(&keys.worker);
        let mut connection = self.store.connection();
        while put_back.invoke_async::<bool>(&mut connection).await? {
            self.store.due.notify_one();
        }
        Ok(())
    }
}
