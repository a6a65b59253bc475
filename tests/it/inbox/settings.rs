//! What an inbox sets on its backend, and what it says of what it cannot set.

use std::time::{Duration, Instant};

use sqlx::{Connection, Executor, PgConnection};
use tower_webhook_inbox::postgres::PostgresStore;
use tower_webhook_inbox::redis::RedisStore;
use tower_webhook_inbox::sqlite::SqliteStore;
use tower_webhook_inbox::{Inbox, Store, Stored};

use super::database::{Backend, Database};
use super::process::PATIENCE;
use super::rows::put;
use super::server::Server;

#[tokio::test]
async fn postgres_commits_no_weaker_than_on() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let name = database.url.rsplit_once('/').unwrap().1.to_owned();
    for (set, expected) in [
        ("off", "on"),
        ("local", "on"),
        ("remote_write", "on"),
        ("on", "on"),
        ("remote_apply", "remote_apply"),
    ] {
        database
            .run(&format!("ALTER DATABASE {name} SET synchronous_commit = {set}"))
            .await;
        let store = PostgresStore::open(&database.url).await.unwrap();
        let storage = store.storage();
        // The first, and one that the pool makes later.
        let mut connections = Vec::new();
        for _ in 0..2 {
            let mut connection = storage.pool().acquire().await.unwrap();
            let level = sqlx::query_scalar::<_, String>("SHOW synchronous_commit");
            let level = level.fetch_one(&mut *connection).await.unwrap();
            assert_eq!(level, expected, "{set}");
            connections.push(connection);
        }
    }
    database.drop().await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_server_that_reads_its_configuration_again_weakens_nothing() {
    let Some(server) = Server::start(Backend::Postgres) else {
        return;
    };
    let store = PostgresStore::open(&server.url()).await.unwrap();
    let storage = store.storage();
    let mut ours = storage.pool().acquire().await.unwrap();
    let mut other = PgConnection::connect(&server.url()).await.unwrap();
    let off = "ALTER SYSTEM SET synchronous_commit = off";
    other.execute(off).await.unwrap();
    other.execute("SELECT pg_reload_conf()").await.unwrap();

    let level = || sqlx::query_scalar::<_, String>("SHOW synchronous_commit");
    let start = Instant::now();
    while level().fetch_one(&mut other).await.unwrap() != "off" {
        assert!(start.elapsed() < PATIENCE, "it does not read its configuration");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Each session reads it between two commands of its own.
    for _ in 0..3 {
        assert_eq!(level().fetch_one(&mut *ours).await.unwrap(), "on");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn postgres_tells_what_may_be_lost() {
    let Some(server) = Server::start(Backend::Postgres) else {
        return;
    };
    let store = PostgresStore::open(&server.url()).await.unwrap();
    assert_eq!(store.caveats().await.unwrap(), [""; 0]);
    let mut connection = PgConnection::connect(&server.url()).await.unwrap();
    let names = ["fsync", "full_page_writes"];
    for (index, name) in names.iter().enumerate() {
        let off = sqlx::AssertSqlSafe(format!("ALTER SYSTEM SET {name} = off"));
        sqlx::query(off).execute(&mut connection).await.unwrap();
        connection.execute("SELECT pg_reload_conf()").await.unwrap();
        told(async || store.caveats().await.unwrap(), &names[..=index]).await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn redis_tells_what_may_be_lost() {
    let Some(server) = Server::start(Backend::Redis) else {
        return;
    };
    let store = RedisStore::open(&server.url()).await.unwrap();
    assert_eq!(store.caveats().await.unwrap(), [""; 0]);
    let client = redis::Client::open(server.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut names = Vec::new();
    for (name, value) in [
        ("appendfsync", "everysec"),
        ("appendonly", "no"),
        ("maxmemory-policy", "allkeys-lru"),
    ] {
        let () = redis::cmd("CONFIG")
            .arg(&["SET", name, value])
            .query_async(&mut connection)
            .await
            .unwrap();
        names.push(name);
        told(async || store.caveats().await.unwrap(), &names).await;
    }
}

/// Waits until these are told and nothing else: a server reads its configuration again session by session.
async fn told(caveats: impl AsyncFn() -> Vec<String>, names: &[&str]) {
    let start = Instant::now();
    loop {
        let told = caveats().await;
        let is_told = |name: &&str| told.iter().any(|caveat| caveat.starts_with(name));
        if told.len() == names.len() && names.iter().all(is_told) {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{told:?} is told, not {names:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn the_number_of_attempts_is_the_inboxs() {
    let database = Backend::Sqlite.database().await.unwrap();
    let store = SqliteStore::open(&database.url).await.unwrap();
    three_attempts(store, &database).await;
    if let Some(database) = Backend::Postgres.database().await {
        let store = PostgresStore::open(&database.url).await.unwrap();
        three_attempts(store, &database).await;
        database.drop().await;
    }
}

async fn three_attempts(store: impl Store, database: &Database) {
    let inbox = Inbox::new(store).max_attempts(3);
    assert_eq!(put(&inbox, 0).await, Stored::New);
    database.run("DELETE FROM jobs WHERE max_attempts = 3").await;
    assert_eq!(database.tasks().await, 0, "it has another number");
}
