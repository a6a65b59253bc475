//! What an operator asks of the queue.

use std::sync::LazyLock;
use std::time::Duration;

use redis::{RedisResult, Script};
use ulid::Ulid;

use super::{Error, RedisStore};
use crate::queue::{DeadLetter, Queue, Stats};

/// Counts the tasks. Returns also the time, what tells since when the first of the due ones waits, and the time of the
/// first scheduled one.
static COUNT: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "
    local running = 0
    for _, worker in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
        running = running + redis.call('SCARD', ARGV[1] .. worker)
    end
    local first = redis.call('LINDEX', KEYS[2], 0)
    local run_at = first and redis.call('HGET', ARGV[2] .. first, 'run_at')
    local scheduled = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')[2]
    local waiting = redis.call('LLEN', KEYS[2]) + redis.call('ZCARD', KEYS[3])
    local ended = {redis.call('SCARD', KEYS[4]), redis.call('SCARD', KEYS[5])}
    return {waiting, running, ended[1], ended[2], redis.call('TIME'), first, run_at, scheduled or false}",
    )
});

/// The answer of [`COUNT`].
type Counts = (u64, u64, u64, u64, (u64, u32), Option<String>, Option<f64>, Option<f64>);

impl Queue for RedisStore {
    /// On Redis, `oldest` is the wait of the delivery that is to be taken next, or of the one whose next attempt is the
    /// longest overdue.
    async fn stats(&self) -> Result<Stats, Error> {
        self.count().await.map_err(Error::database)
    }

    async fn dead_letters(&self, at_most: u32) -> Result<Vec<DeadLetter>, Error> {
        let at_most = usize::try_from(at_most).unwrap_or(usize::MAX);
        self.latest_dead(at_most).await.map_err(Error::database)
    }

    async fn retry(&self, id: &str) -> Result<bool, Error> {
        self.revive(id).await.map_err(Error::database)
    }

    async fn retry_all(&self) -> Result<u64, Error> {
        self.revive_all().await.map_err(Error::database)
    }
}

impl RedisStore {
    async fn count(&self) -> RedisResult<Stats> {
        let keys = &self.keys;
        let mut count = COUNT.key(&keys.workers);
        count
            .key(&keys.active)
            .key(&keys.scheduled)
            .key(&keys.done)
            .key(&keys.dead)
            .arg(&keys.held)
            .arg(&keys.meta);
        let (waiting, running, done, dead, (seconds, micros), first, run_at, scheduled): Counts =
            count.invoke_async(&mut self.connection()).await?;
        let now = Duration::new(seconds, 0) + Duration::from_micros(micros.into());
        // Deliveries that were not tried yet have no such time: they are due since they were put.
        let first = first.map(|id| since(run_at).or_else(|| arrival(&id)).unwrap_or(now));
        let scheduled = since(scheduled).filter(|due| *due <= now);
        Ok(Stats {
            waiting,
            running,
            done,
            dead,
            oldest: first
                .into_iter()
                .chain(scheduled)
                .min()
                .map(|due| now.saturating_sub(due)),
        })
    }
}

/// A Unix time.
fn since(seconds: Option<f64>) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds?).ok()
}

/// The Unix time at which an inbox made this id. None if another program made it.
fn arrival(id: &str) -> Option<Duration> {
    Ulid::from_string(id)
        .ok()
        .map(|id| Duration::from_millis(id.timestamp_ms()))
}
