//! A database of its own for each test, on each backend that is there, and a look into it from outside.

use std::collections::HashSet;
use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, io, process};

use redis::AsyncCommands;
use sqlx::{Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;

/// The number of the next database, so that each test has its own. Of Redis, those from 6 on are the tests'.
static POSTGRES: AtomicU32 = AtomicU32::new(0);
static REDIS: AtomicU32 = AtomicU32::new(6);

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Backend {
    Sqlite,
    Postgres,
    Redis,
}

pub(super) struct Database {
    pub(super) backend: Backend,
    pub(super) url: String,
    pub(super) folder: TempDir,
}

impl Backend {
    /// An empty database, or none when the server's URL is not set; where it may not be missing, as in `.ci/run`, that is a
    /// failure.
    pub(super) async fn database(self) -> Option<Database> {
        let folder = tempfile::tempdir().unwrap();
        let url = match self {
            Self::Sqlite => format!("sqlite://{}", folder.path().join("inbox.db").display()),
            Self::Postgres => {
                let server = server_url("TEST_POSTGRES_URL")?;
                let number = POSTGRES.fetch_add(1, Ordering::Relaxed);
                let name = format!("inbox_test_{}_{number}", process::id());
                let mut connection = PgConnection::connect(&server).await.unwrap();
                let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
                sqlx::query(create).execute(&mut connection).await.unwrap();
                format!("{}/{name}", server.rsplit_once('/').unwrap().0)
            }
            Self::Redis => {
                let database = REDIS.fetch_add(1, Ordering::Relaxed);
                assert!(database < 16, "a test more than Redis has databases");
                let server = server_url("TEST_REDIS_URL")?;
                let url = format!("{}/{database}", server.trim_end_matches('/'));
                let () = redis::cmd("FLUSHDB")
                    .query_async(&mut connect(&url).await)
                    .await
                    .unwrap();
                url
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

/// Says that a test is skipped, or fails where none may be.
pub(super) fn skip(reason: &str) {
    assert!(env::var_os("TOWER_WEBHOOK_REQUIRE_ALL").is_none(), "{reason}");
    say(&format!("skipped: {reason}"));
}

/// Prints a line past the harness, which keeps what tests print unless they fail.
#[expect(clippy::explicit_write, reason = "what `eprintln!` prints is kept")]
pub(super) fn say(line: &str) {
    writeln!(io::stderr(), "{line}").unwrap();
}

async fn connect(url: &str) -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(url).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

impl Database {
    /// How many tasks there are.
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
        };
        usize::try_from(count.unwrap()).unwrap()
    }

    /// The keys of the tasks that a worker holds.
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
        };
        keys.into_iter().collect()
    }

    /// Gives back what the server would keep.
    pub(super) async fn drop(self) {
        if self.backend == Backend::Postgres {
            let (server, name) = self.url.rsplit_once('/').unwrap();
            let mut connection = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
            let drop = sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"));
            sqlx::query(drop).execute(&mut connection).await.unwrap();
        }
    }
}
