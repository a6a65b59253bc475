//! Taking tasks that are due.

use std::sync::LazyLock;

use redis::{RedisResult, Script};

use super::keys::PORTION;
use super::lease::RedisLease;
use crate::queue::lease::{Taken, Want};

/// Moves tasks whose time has come to the end of the list of those that are due, and takes from its front. Returns the
/// id, the attempts and the data of each, or nil if the worker is not registered.
///
/// Whoever is not registered gets none, because nobody would take them over. So a script that reaches the server after
/// the worker was released takes nothing.
///
/// A worker goes on when the server's memory is full, so that it can be freed: a server refuses commands that add
/// something then, but not those of a script that has written before. Servers that refuse those as well do so before
/// anything has changed.
static TAKE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "
    if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then
        return false
    end
    local time = redis.call('TIME')
    local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', time[1] + time[2] / 1e6, 'LIMIT', 0, ARGV[2])
    if #due > 0 then
        redis.call('ZREM', KEYS[2], '')
        redis.call('RPUSH', KEYS[3], unpack(due))
        redis.call('ZREM', KEYS[2], unpack(due))
    end
    local ids, passed, bytes = {}, 0, 0
    local taken = {}
    for _, id in ipairs(redis.call('LRANGE', KEYS[3], 0, ARGV[3] - 1)) do
        local data = redis.call('HGET', KEYS[4], id)
        -- Otherwise apalis vacuumed it, or the server evicted it.
        if data then
            bytes = bytes + #data
            if bytes > tonumber(ARGV[4]) and #ids > 0 then
                break
            end
            ids[#ids + 1] = id
            taken[#taken + 1] = id
            taken[#taken + 1] = tonumber(redis.call('HGET', ARGV[5] .. id, 'attempts') or 0) or 0
            taken[#taken + 1] = data
        end
        passed = passed + 1
    end
    if #ids > 0 then
        redis.call('SREM', KEYS[5], '')
        redis.call('SADD', KEYS[5], unpack(ids))
    end
    for _, id in ipairs(ids) do
        redis.call('HSET', ARGV[5] .. id, 'status', 'Running', 'locked_by', ARGV[1], 'locked_at', time[1])
    end
    if passed > 0 then
        redis.call('LTRIM', KEYS[3], passed, -1)
    end
    return taken",
    )
});

impl RedisLease {
    /// None if the worker is not registered.
    pub(super) async fn take_due(&self, want: Want<'_>) -> RedisResult<Option<Vec<Taken>>> {
        let keys = &self.store.keys;
        let mut take = TAKE.key(&keys.workers);
        take.key(&keys.scheduled)
            .key(&keys.active)
            .key(&keys.data)
            .key(&self.held)
            .arg(&self.worker)
            .arg(PORTION)
            .arg(want.tasks.min(PORTION))
            .arg(want.bytes)
            .arg(&keys.meta);
        let taken: Option<Vec<(String, u32, Vec<u8>)>> = take.invoke_async(&mut self.store.connection()).await?;
        let read = |(id, attempts, data): (String, u32, Vec<u8>)| Taken {
            id,
            attempts,
            delivery: serde_json::from_slice(&data),
            bytes: data.len(),
        };
        Ok(taken.map(|taken| taken.into_iter().map(read).collect()))
    }
}
