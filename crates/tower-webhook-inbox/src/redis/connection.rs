//! A connection that is made anew when it breaks, and when it is silent.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, Pipeline, RedisFuture, RedisResult, Value};

/// How long an answer is waited for. The default of half a second is less than a busy disk takes to sync; what is not less
/// than the 5 s that an inbox waits would never be noticed by it.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long to wait at most before another attempt to connect.
const PAUSE: Duration = Duration::from_secs(1);

/// The connection of a [`RedisStore`](super::RedisStore), for `redis::cmd` as well. Clones share it.
///
/// It is made anew when it breaks, and when an answer has not come within 4 s. redis's own manager of connections goes on with
/// one that is silent, because a firewall has forgotten it or the server's machine is gone, until the system gives it up:
/// after a quarter of an hour, or never.
#[derive(Clone)]
pub struct Connection {
    client: Client,
    current: Arc<RwLock<Current>>,
}

struct Current {
    manager: ConnectionManager,
    /// How many there were before.
    number: u64,
}

impl Connection {
    pub(super) async fn open(client: Client) -> RedisResult<Self> {
        let manager = ConnectionManager::new_with_config(client.clone(), config()).await?;
        let current = Arc::new(RwLock::new(Current { manager, number: 0 }));
        Ok(Self { client, current })
    }

    fn current(&self) -> (ConnectionManager, u64) {
        // Whoever panicked with the lock left a whole connection.
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        (current.manager.clone(), current.number)
    }

    /// Replaces the connection of this number when it did not answer, once for all who wait for it.
    fn judge<T>(&self, number: u64, answer: &RedisResult<T>) {
        if !answer.as_ref().is_err_and(redis::RedisError::is_timeout) {
            return;
        }
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.number != number {
            return;
        }
        // It connects when it is used; this fails for a configuration that asks for more than this one.
        if let Ok(manager) = ConnectionManager::new_lazy_with_config(self.client.clone(), config()) {
            *current = Current {
                manager,
                number: number + 1,
            };
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        let (mut manager, number) = self.current();
        Box::pin(async move {
            let answer = manager.req_packed_command(cmd).await;
            self.judge(number, &answer);
            answer
        })
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        let (mut manager, number) = self.current();
        Box::pin(async move {
            let answer = manager.req_packed_commands(pipeline, offset, count).await;
            self.judge(number, &answer);
            answer
        })
    }

    fn get_db(&self) -> i64 {
        self.current().0.get_db()
    }
}

fn config() -> ConnectionManagerConfig {
    ConnectionManagerConfig::new()
        .set_response_timeout(Some(PATIENCE))
        .set_max_delay(PAUSE)
}
