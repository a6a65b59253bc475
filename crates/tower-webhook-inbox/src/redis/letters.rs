//! Dead letters.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::Timestamp;
use redis::{RedisResult, Script};
use tower_webhook::DeliveryKey;

use super::RedisStore;
use super::keys::PORTION;
use crate::queue::DeadLetter;
use crate::result;

/// How many dead letters are read at a time. Each may be as long as a body may be.
const LETTERS: usize = 16;

/// When each of these tasks died, in Unix seconds. -1 if it is gone.
static DIED: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "
    local died = {}
    for i = 2, #ARGV do
        local status, at = unpack(redis.call('HMGET', ARGV[1] .. ARGV[i], 'status', 'done_at'))
        died[#died + 1] = status and (tonumber(at) or 0) or -1
    end
    return died",
    )
});

/// Reads those of these tasks that are dead: the id, the data, the attempts, the result, and when it died.
static READ: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "
    local letters = {}
    for i = 2, #ARGV do
        if redis.call('SISMEMBER', KEYS[1], ARGV[i]) == 1 then
            local meta = redis.call('HMGET', ARGV[1] .. ARGV[i], 'attempts', 'result', 'done_at')
            local data = redis.call('HGET', KEYS[2], ARGV[i]) or ''
            letters[#letters + 1] =
                {ARGV[i], data, tonumber(meta[1] or 0) or 0, meta[2] or '', tonumber(meta[3] or 0) or 0}
        end
    end
    return letters",
    )
});

/// Makes those of these tasks due that are dead, and returns their number. Forgets those whose data is gone.
static REVIVE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "
    local now, revived = redis.call('TIME')[1], 0
    for i = 2, #ARGV do
        local id, meta = ARGV[i], ARGV[1] .. ARGV[i]
        if redis.call('SISMEMBER', KEYS[1], id) == 1 then
            if redis.call('HEXISTS', KEYS[2], id) == 1 then
                redis.call('HSET', meta, 'status', 'Pending', 'attempts', 0, 'run_at', now)
                redis.call('HDEL', meta, 'done_at', 'result', 'locked_by', 'locked_at')
                redis.call('RPUSH', KEYS[3], id)
                revived = revived + 1
            end
            redis.call('SREM', KEYS[1], id)
        end
    end
    if revived > 0 then
        redis.call('DEL', KEYS[4])
        redis.call('LPUSH', KEYS[4], 1)
    end
    return revived",
    )
});

/// The id, the data, the attempts, the result, and when it died.
type Read = (String, Vec<u8>, u32, String, i64);

impl RedisStore {
    /// The set has no order. All of it is looked at, a portion at a time.
    pub(super) async fn latest_dead(&self, at_most: usize) -> RedisResult<Vec<DeadLetter>> {
        let mut connection = self.connection();
        let (mut cursor, mut latest) = (0, BTreeSet::new());
        loop {
            let (next, ids) = self.scan_dead(cursor).await?;
            let died: Vec<i64> = DIED
                .arg(&self.keys.meta)
                .arg(&ids)
                .invoke_async(&mut connection)
                .await?;
            latest.extend(died.into_iter().zip(ids).filter(|(died, _)| *died >= 0));
            while latest.len() > at_most {
                latest.pop_first();
            }
            if next == 0 {
                break;
            }
            cursor = next;
        }
        let ids: Vec<String> = latest.into_iter().rev().map(|(_, id)| id).collect();
        let mut letters = Vec::with_capacity(ids.len());
        for ids in ids.chunks(LETTERS) {
            let mut read = READ.key(&self.keys.dead);
            read.key(&self.keys.data).arg(&self.keys.meta).arg(ids);
            let read: Vec<Read> = read.invoke_async(&mut connection).await?;
            letters.extend(read.into_iter().map(letter));
        }
        Ok(letters)
    }

    pub(super) async fn revive(&self, id: &str) -> RedisResult<bool> {
        Ok(self.revive_these(&[id.to_owned()]).await? > 0)
    }

    /// The same for the task that has claimed this key.
    pub(super) async fn revive_claimant(&self, key: DeliveryKey) -> RedisResult<bool> {
        let mut ask = redis::cmd("GET");
        ask.arg(format!("{}{key}", self.keys.claim));
        match ask.query_async::<Option<String>>(&mut self.connection()).await? {
            Some(id) => self.revive(&id).await,
            None => Ok(false),
        }
    }

    pub(super) async fn revive_all(&self) -> RedisResult<u64> {
        let (mut cursor, mut revived) = (0, 0);
        // It ends also if what it revives dies again meanwhile.
        loop {
            let (next, mut ids) = self.scan_dead(cursor).await?;
            ids.sort_unstable();
            for ids in ids.chunks(PORTION) {
                revived += self.revive_these(ids).await?;
            }
            if next == 0 {
                return Ok(revived);
            }
            cursor = next;
        }
    }

    async fn revive_these(&self, ids: &[String]) -> RedisResult<u64> {
        let keys = &self.keys;
        let mut revive = REVIVE.key(&keys.dead);
        revive.key(&keys.data).key(&keys.active).key(&keys.signal);
        revive.arg(&keys.meta).arg(ids);
        let revived = revive.invoke_async(&mut self.connection()).await?;
        if revived > 0 {
            self.due.notify_one();
        }
        Ok(revived)
    }

    async fn scan_dead(&self, cursor: u64) -> RedisResult<(u64, Vec<String>)> {
        let mut scan = redis::cmd("SSCAN");
        scan.arg(&self.keys.dead).arg(cursor).arg("COUNT").arg(PORTION);
        scan.query_async(&mut self.connection()).await
    }
}

fn letter((id, data, attempts, last, died): Read) -> DeadLetter {
    DeadLetter {
        id,
        delivery: serde_json::from_slice(&data).ok(),
        attempts,
        error: result::error(&last),
        died_at: Timestamp::from_second(died).unwrap_or_default(),
    }
}
