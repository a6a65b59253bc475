//! A connection that is replaced when it breaks or falls silent.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, Pipeline, RedisFuture, RedisResult, Value};

/// How long an answer is awaited. redis's default of half a second is less than a busy disk takes to sync. With 5 s or
/// more, the inbox's deadline would drop the command first, and the silence would stay unnoticed.
const PATIENCE: Duration = Duration::from_secs(4);
/// The longest pause before another attempt to connect.
const PAUSE: Duration = Duration::from_secs(1);

/// The connection of a [`RedisStore`](super::RedisStore). It can run any `redis::cmd`. Clones share it.
///
/// It is replaced when it breaks, and when an answer has not come within 4 s. redis's own `ConnectionManager` keeps a
/// connection that a firewall has forgotten, or whose server has lost its power, until the operating system gives it
/// up: after a quarter of an hour, or never.
#[derive(Clone)]
pub struct Connection {
    client: Client,
    current: Arc<RwLock<Current>>,
}

struct Current {
    manager: ConnectionManager,
    /// How many connections there were before this one.
    number: u64,
}

impl Connection {
    pub(super) async fn open(client: Client) -> RedisResult<Self> {
        let manager = ConnectionManager::new_with_config(client.clone(), config()).await?;
        let current = Arc::new(RwLock::new(Current { manager, number: 0 }));
        Ok(Self { client, current })
    }

    fn current(&self) -> (ConnectionManager, u64) {
        // A panic cannot leave the connection half replaced.
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        (current.manager.clone(), current.number)
    }

    /// Replaces the connection of this number if its answer timed out: once, for all commands that wait on it.
    fn judge<T>(&self, number: u64, answer: &RedisResult<T>) {
        if !answer.as_ref().is_err_and(redis::RedisError::is_timeout) {
            return;
        }
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.number != number {
            return;
        }
        // Lazy: it connects at its next use. The configurations for which this fails are not those of `config`.
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
