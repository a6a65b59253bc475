//! A database for each test, on each backend that is available, and a look into it from outside.

use std::collections::HashSet;
use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, io, process};

use async_nats::jetstream;
use async_nats::jetstream::stream::Info;
use redis::AsyncCommands;
use sqlx::{Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;

use super::process::PATIENCE;

/// The number of the next database on PostgreSQL, or queue on NATS.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Leases a database of Redis that is empty, or that was left over by an earlier run of these tests. Databases with
/// other data are left alone, and so are those that another run has leased.
const TAKE: &str = "
    if not redis.call('SET', 'tower-webhook-tests:lease', 1, 'NX', 'EX', 600) then return 0 end
    if redis.call('DBSIZE') > 1 and redis.call('EXISTS', 'tower-webhook-tests') == 0 then
        redis.call('DEL', 'tower-webhook-tests:lease')
        return 0
    end
    redis.call('FLUSHDB')
    redis.call('SET', 'tower-webhook-tests', 1)
    redis.call('SET', 'tower-webhook-tests:lease', 1, 'EX', 600)
    return 1
";

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Backend {
    Sqlite,
    Postgres,
    Redis,
    Nats,
}

pub(super) struct Database {
    pub(super) backend: Backend,
    pub(super) url: String,
    pub(super) folder: TempDir,
}

impl Backend {
    /// Makes an empty database. Without the URL of the server there is none: the test skips, or fails where `.ci/run`
    /// forbids skipping.
    pub(super) async fn database(self) -> Option<Database> {
        let folder = tempfile::tempdir().unwrap();
        let url = match self {
            Self::Sqlite => format!("sqlite://{}", folder.path().join("inbox.db").display()),
            Self::Postgres => {
                let server = server_url("TEST_POSTGRES_URL")?;
                let number = NEXT.fetch_add(1, Ordering::Relaxed);
                let name = format!("inbox_test_{}_{number}", process::id());
                let mut connection = PgConnection::connect(&server).await.unwrap();
                let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
                sqlx::query(create).execute(&mut connection).await.unwrap();
                format!("{}/{name}", server.rsplit_once('/').unwrap().0)
            }
            Self::Redis => {
                let server = server_url("TEST_REDIS_URL")?;
                take(server.trim_end_matches('/')).await
            }
            Self::Nats => {
                let server = server_url("TEST_NATS_URL")?;
                let number = NEXT.fetch_add(1, Ordering::Relaxed);
                let queue = format!("test-{}-{number}", process::id());
                format!("{}/{queue}", server.trim_end_matches('/'))
            }
        };
        Some(Database {
            backend: self,
            url,
            folder,
        })
    }
}

fn server_url(name: &str) -> Option<String> {
    let url = env::var(name).ok().filter(|url| !url.is_empty());
    if url.is_none() {
        skip(&format!("{name} is not set"));
    }
    url
}

/// Prints that a test is skipped, or fails where none may be.
pub(super) fn skip(reason: &str) {
    assert!(env::var_os("TOWER_WEBHOOK_REQUIRE_ALL").is_none(), "{reason}");
    say(&format!("skipped: {reason}"));
}

/// Prints a line past the harness, which swallows the output of tests that pass.
#[expect(clippy::explicit_write, reason = "the harness swallows the output of `eprintln!`")]
pub(super) fn say(line: &str) {
    writeln!(io::stderr(), "{line}").unwrap();
}

/// Leases a database of this server for one test, and waits while all are in use.
async fn take(server: &str) -> String {
    let start = Instant::now();
    loop {
        for number in 1..16 {
            let url = format!("{server}/{number}");
            let taken: bool = redis::cmd("EVAL")
                .arg(TAKE)
                .arg(0)
                .query_async(&mut connect(&url).await)
                .await
                .unwrap();
            if taken {
                return url;
            }
        }
        assert!(start.elapsed() < PATIENCE, "all databases of {server} are in use");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

pub(super) async fn connect(url: &str) -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(url).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

impl Database {
    /// Counts the tasks.
    pub(super) async fn tasks(&self) -> usize {
        let count: Result<i64, sqlx::Error> = match self.backend {
            Backend::Sqlite => {
                let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar("SELECT count(*) FROM Jobs")
                    .fetch_one(&mut connection)
                    .await
            }
            Backend::Postgres => {
                let mut connection = PgConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar("SELECT count(*) FROM apalis.jobs")
                    .fetch_one(&mut connection)
                    .await
            }
            Backend::Redis => Ok(connect(&self.url).await.hlen("webhooks:data").await.unwrap()),
            // Those that are done are gone.
            Backend::Nats => Ok(i64::try_from(self.stream("tasks").await.state.last_sequence).unwrap()),
        };
        usize::try_from(count.unwrap()).unwrap()
    }

    /// Counts the dead letters.
    pub(super) async fn dead(&self) -> usize {
        let count: Result<i64, sqlx::Error> = match self.backend {
            Backend::Sqlite => {
                let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar("SELECT count(*) FROM Jobs WHERE status = 'Killed'")
                    .fetch_one(&mut connection)
                    .await
            }
            Backend::Postgres => {
                let mut connection = PgConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar("SELECT count(*) FROM apalis.jobs WHERE status = 'Killed'")
                    .fetch_one(&mut connection)
                    .await
            }
            Backend::Redis => Ok(connect(&self.url).await.scard("webhooks:dead").await.unwrap()),
            Backend::Nats => Ok(i64::try_from(self.stream("dead").await.state.messages).unwrap()),
        };
        usize::try_from(count.unwrap()).unwrap()
    }

    /// The delivery keys of the tasks that a worker holds.
    pub(super) async fn held(&self) -> HashSet<String> {
        let keys: Vec<String> = match self.backend {
            Backend::Sqlite => {
                let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
                let held = "SELECT idempotency_key FROM Jobs WHERE status IN ('Queued', 'Running')";
                sqlx::query_scalar(held).fetch_all(&mut connection).await.unwrap()
            }
            Backend::Postgres => {
                let mut connection = PgConnection::connect(&self.url).await.unwrap();
                let held = "SELECT idempotency_key FROM apalis.jobs WHERE status IN ('Queued', 'Running')";
                sqlx::query_scalar(held).fetch_all(&mut connection).await.unwrap()
            }
            Backend::Redis => {
                let mut connection = connect(&self.url).await;
                let mut keys = Vec::new();
                let workers: Vec<String> = connection.keys("webhooks:inflight:*").await.unwrap();
                for worker in workers {
                    let tasks: Vec<String> = connection.smembers(worker).await.unwrap();
                    for task in tasks {
                        let meta = format!("webhooks:meta:{task}");
                        keys.push(connection.hget(meta, "idempotency_key").await.unwrap());
                    }
                }
                keys
            }
            Backend::Nats => self.handed_out().await,
        };
        keys.into_iter().collect()
    }

    /// The delivery keys of the messages that NATS handed out and that are not acknowledged.
    async fn handed_out(&self) -> Vec<String> {
        let stream = self
            .jetstream()
            .await
            .get_stream(self.stream_name("tasks"))
            .await
            .unwrap();
        let Ok(consumer) = stream.consumer_info("worker").await else {
            return Vec::new();
        };
        let mut keys = Vec::new();
        for sequence in stream.cached_info().state.first_sequence..=consumer.delivered.stream_sequence {
            if let Ok(message) = stream.get_raw_message(sequence).await {
                keys.push(message.headers.get("Nats-Msg-Id").unwrap().to_string());
            }
        }
        keys
    }

    async fn stream(&self, kind: &str) -> Info {
        let stream = self.jetstream().await.get_stream(self.stream_name(kind)).await;
        stream.unwrap().cached_info().clone()
    }

    async fn jetstream(&self) -> jetstream::Context {
        let (server, _) = self.url.rsplit_once('/').unwrap();
        jetstream::new(async_nats::connect(server).await.unwrap())
    }

    fn stream_name(&self, kind: &str) -> String {
        let (_, queue) = self.url.rsplit_once('/').unwrap();
        format!("inbox_{queue}_{kind}")
    }

    /// Removes the database from its server.
    pub(super) async fn drop(self) {
        match self.backend {
            Backend::Sqlite => {}
            Backend::Postgres => {
                let (server, name) = self.url.rsplit_once('/').unwrap();
                let mut connection = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
                let drop = sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"));
                sqlx::query(drop).execute(&mut connection).await.unwrap();
            }
            Backend::Redis => {
                let mut connection = connect(&self.url).await;
                let () = redis::cmd("FLUSHDB").query_async(&mut connection).await.unwrap();
            }
            Backend::Nats => {
                let jetstream = self.jetstream().await;
                for kind in ["tasks", "dead", "keys", "state"] {
                    jetstream.delete_stream(self.stream_name(kind)).await.unwrap();
                }
            }
        }
    }
}
