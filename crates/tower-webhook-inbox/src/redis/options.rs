//! How Redis is opened.

use std::sync::Arc;
use std::time::Duration;

use apalis_redis::{Config, RedisStorage};
use tokio::sync::Notify;

use super::connection::Connection;
use super::keys::Keys;
use super::{Error, KEY_TTL, RedisStore, put};
use crate::{HEARTBEAT, MISSED_HEARTBEATS, QUEUE};

/// How many tasks are made ready at a time.
const PORTION: u64 = 1000;

/// Makes due tasks ready, the oldest first, as apalis does but in portions. Returns their number.
const MAKE_DUE_READY: &str = "
    local due = redis.call('ZRANGEBYSCORE', KEYS[1], 0, redis.call('TIME')[1], 'LIMIT', 0, ARGV[1])
    if #due > 0 then
        redis.call('RPUSH', KEYS[2], unpack(due))
        redis.call('ZREM', KEYS[1], unpack(due))
        redis.call('DEL', KEYS[3])
        redis.call('LPUSH', KEYS[3], 1)
    end
    return #due";

/// Options for opening a [`RedisStore`]. [`RedisStore::options`] returns the defaults.
#[derive(Clone, Debug)]
#[must_use]
pub struct Options {
    queue: String,
    key_ttl: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            queue: QUEUE.to_owned(),
            key_ttl: KEY_TTL,
        }
    }
}

impl Options {
    /// Sets the name of the queue. The default is [`QUEUE`].
    ///
    /// Stores with different queues can share a server. They share neither keys nor tasks.
    pub fn queue(mut self, name: impl Into<String>) -> Self {
        self.queue = name.into();
        self
    }

    /// Sets how long a delivery key is remembered, in whole seconds, rounded down. The default is [`KEY_TTL`].
    ///
    /// A delivery that is sent again after that time is done again. A recorded delivery is genuine for as long as its
    /// secret is: choose a year, or the time after which you change secrets.
    pub fn key_ttl(mut self, ttl: Duration) -> Self {
        self.key_ttl = ttl;
        self
    }

    /// Connects to the server of a `redis://` URL, and makes its due tasks ready. apalis's workers do that with at most
    /// about 8000 tasks at once, and fail with more.
    ///
    /// # Errors
    ///
    /// [`Error::Database`] when the URL is malformed, or the server refuses or cannot be reached. [`Error::ReadOnly`]
    /// when it is a replica that refuses writes. [`Error::ForgetsKeys`] when the time to remember keys is less than a
    /// second.
    pub async fn open(self, url: &str) -> Result<RedisStore, Error> {
        if self.key_ttl.as_secs() == 0 {
            return Err(Error::ForgetsKeys(self.key_ttl));
        }
        let client = redis::Client::open(url).map_err(Error::database)?;
        let mut connection = Connection::open(client).await.map_err(Error::database)?;
        let config = self.config();
        // Removes nothing: no task has an empty id. A replica refuses it nevertheless.
        let mut write = redis::cmd("ZREM");
        write.arg(config.scheduled_jobs_set()).arg("");
        let written = write.query_async::<()>(&mut connection).await;
        written.map_err(Error::database)?;
        make_due_ready(&mut connection, &config)
            .await
            .map_err(Error::database)?;
        let storage = RedisStorage::new(connection.plain().map_err(Error::database)?);
        let (keys, due) = (Arc::new(Keys::of(&config)), Arc::new(Notify::new()));
        Ok(RedisStore {
            line: put::line(connection.clone(), Arc::clone(&keys), self.key_ttl, Arc::clone(&due)),
            storage: storage.with_config(config),
            keys,
            connection,
            due,
        })
    }

    fn config(&self) -> Config {
        Config::default()
            .queue(&self.queue)
            .batch_size(1)
            .heartbeat_interval(HEARTBEAT)
            .missed_heartbeats(MISSED_HEARTBEATS)
            .idempotency_ttl(Some(self.key_ttl))
    }
}

async fn make_due_ready(connection: &mut Connection, config: &Config) -> redis::RedisResult<()> {
    let script = redis::Script::new(MAKE_DUE_READY);
    let mut due = script.key(config.scheduled_jobs_set());
    due.key(config.active_jobs_list()).key(config.signal_list());
    due.arg(PORTION);
    // Ends at the first portion that is not full: tasks that other machines push meanwhile are made ready by those.
    while due.invoke_async::<u64>(connection).await? == PORTION {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_key_ttl_below_a_second_is_refused() {
        // Refused before the connection is made, so that no server is needed.
        let options = RedisStore::options().key_ttl(Duration::from_millis(999));
        let refused = options.open("redis://127.0.0.1:1").await;
        assert!(matches!(refused, Err(Error::ForgetsKeys(_))), "{refused:?}");
    }
}
