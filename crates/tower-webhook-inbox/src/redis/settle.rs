//! Recording how attempts ended.

use std::borrow::Cow;
use std::sync::LazyLock;

use redis::{RedisResult, Script};

use super::keys::PORTION;
use super::lease::RedisLease;
use crate::queue::lease::{Outcome, Settled};
use crate::result;

/// Records each result whose task this worker still holds.
///
/// A result that is recorded again, because the first answer got lost, is one of an attempt that is counted already. It
/// is ignored also if the worker has taken the task again meanwhile. Only a dead letter may be no new attempt: that of
/// a task whose worker died during the last one.
///
/// The first command removes nothing: it lets the others run when the memory is full.
static SETTLE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "
    redis.call('SREM', KEYS[1], '')
    local time = redis.call('TIME')
    for i = 2, #ARGV, 5 do
        local id, status, attempts = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
        local meta = ARGV[1] .. id
        if redis.call('SISMEMBER', KEYS[1], id) == 1 then
            local counted = tonumber(redis.call('HGET', meta, 'attempts') or 0) or 0
            if attempts == counted + 1 or attempts == counted and status == 'Killed' then
                local at, name = time[1], 'done_at'
                if status == 'Pending' then
                    local due = time[1] * 1000 + math.ceil(time[2] / 1000) + ARGV[i + 4]
                    at, name = string.format('%.3f', due / 1000), 'run_at'
                end
                redis.call('HSET', meta, 'status', status, 'attempts', attempts, 'result', ARGV[i + 3], name, at)
                redis.call('HDEL', meta, 'locked_by', 'locked_at')
                if status == 'Done' then
                    redis.call('SMOVE', KEYS[1], KEYS[2], id)
                elseif status == 'Killed' then
                    redis.call('SMOVE', KEYS[1], KEYS[3], id)
                else
                    redis.call('ZADD', KEYS[4], at, id)
                    redis.call('SREM', KEYS[1], id)
                end
            end
        end
    end",
    )
});

impl RedisLease {
    pub(super) async fn record(&self, settled: &[Settled]) -> RedisResult<()> {
        let keys = &self.store.keys;
        for portion in settled.chunks(PORTION) {
            let mut settle = SETTLE.key(&self.held);
            settle.key(&keys.done).key(&keys.dead).key(&keys.scheduled);
            settle.arg(&keys.meta);
            for Settled { id, attempts, outcome } in portion {
                let (status, written, after) = match outcome {
                    Outcome::Done => ("Done", Cow::Borrowed(result::DONE), 0),
                    Outcome::Retry { error, after } => (
                        "Pending",
                        result::failed(error).into(),
                        after.as_nanos().div_ceil(1_000_000),
                    ),
                    Outcome::Dead { error } => ("Killed", result::failed(error).into(), 0),
                };
                settle.arg(id).arg(status).arg(attempts).arg(&*written);
                // Of more milliseconds, the server's floating-point numbers are not exact.
                settle.arg(u64::try_from(after).unwrap_or(u64::MAX).min(1 << 52));
            }
            let () = settle.invoke_async(&mut self.store.connection()).await?;
        }
        Ok(())
    }
}
