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

/// The connection of a [`RedisStore`](super::RedisStore). It can run any `redis::cmd`. Clones share it, and the server
/// runs their commands in the order in which they were sent.
///
/// It is replaced when it breaks, and when an answer has not come in time. redis 1.8's own `ConnectionManager` keeps a
/// connection whose answers time out: `RedisError::is_unrecoverable_error` is false for a timeout. So it keeps one that
/// a firewall has forgotten, or whose server has lost its power, until the operating system gives it up: after a
/// quarter of an hour, or never. The first test below shows that.
#[derive(Clone)]
pub(super) struct Connection {
    client: Client,
    patience: Duration,
    current: Arc<RwLock<Current>>,
}

struct Current {
    manager: ConnectionManager,
    /// How many connections there were before this one.
    number: u64,
}

impl Connection {
    pub(super) async fn open(client: Client) -> RedisResult<Self> {
        Self::with_patience(client, PATIENCE).await
    }

    async fn with_patience(client: Client, patience: Duration) -> RedisResult<Self> {
        let manager = ConnectionManager::new_with_config(client.clone(), config(patience)).await?;
        let current = Arc::new(RwLock::new(Current { manager, number: 0 }));
        Ok(Self {
            client,
            patience,
            current,
        })
    }

    /// redis's own, to the same server. It connects at its first use.
    pub(super) fn plain(&self) -> RedisResult<ConnectionManager> {
        ConnectionManager::new_lazy_with_config(self.client.clone(), config(self.patience))
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
        // The configurations for which this fails are not those of `config`.
        if let Ok(manager) = self.plain() {
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

fn config(patience: Duration) -> ConnectionManagerConfig {
    ConnectionManagerConfig::new()
        .set_response_timeout(Some(patience))
        .set_max_delay(PAUSE)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    const SHORT: Duration = Duration::from_millis(100);

    #[tokio::test]
    async fn the_manager_alone_keeps_a_silent_connection() {
        let client = silent_after_ping().await;
        let manager = ConnectionManager::new_with_config(client, config(SHORT)).await;
        let mut manager = manager.unwrap();
        assert_eq!(ping(&mut manager).await, Ok("OK".to_owned()));
        for _ in 0..3 {
            let answer = ping(&mut manager).await;
            assert!(
                answer.is_err_and(|error| error.is_timeout()),
                "`Connection` is needed no longer"
            );
        }
    }

    #[tokio::test]
    async fn a_silent_connection_is_replaced_once() {
        let client = silent_after_ping().await;
        let mut connection = Connection::with_patience(client, SHORT).await.unwrap();
        assert_eq!(ping(&mut connection).await, Ok("OK".to_owned()));
        let (mut one, mut other) = (connection.clone(), connection.clone());
        let (one, other) = tokio::join!(ping(&mut one), ping(&mut other));
        for answer in [one, other] {
            assert!(answer.is_err_and(|error| error.is_timeout()));
        }
        assert_eq!(ping(&mut connection).await, Ok("OK".to_owned()));
        assert_eq!(connection.current().1, 1);
    }

    async fn ping(connection: &mut impl ConnectionLike) -> RedisResult<String> {
        redis::cmd("PING").query_async(connection).await
    }

    /// A server that answers OK to everything on each connection, up to its first `PING`.
    async fn silent_after_ping() -> Client {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(answer_up_to_ping(connection));
            }
        });
        Client::open(format!("redis://{address}")).unwrap()
    }

    async fn answer_up_to_ping(mut connection: TcpStream) {
        let (mut asked, mut is_silent) = ([0; 4096], false);
        while let Ok(length @ 1..) = connection.read(&mut asked).await {
            // Each command is an array, and none of their arguments has an asterisk.
            let commands = asked[..length].split(|byte| *byte == b'*').count() - 1;
            if !is_silent {
                connection
                    .write_all("+OK\r\n".repeat(commands).as_bytes())
                    .await
                    .unwrap();
            }
            is_silent |= asked[..length].windows(4).any(|word| word == b"PING");
        }
    }
}
