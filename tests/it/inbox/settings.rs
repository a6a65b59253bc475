//! The settings that a store makes on its backend, and its report of those that it cannot make.

use std::time::{Duration, Instant};

use redis::AsyncCommands;
use sqlx::{Connection, Executor, PgConnection};
use tower_webhook_inbox::postgres::PostgresStore;
use tower_webhook_inbox::redis::{KEY_TTL, RedisStore};
use tower_webhook_inbox::{Inbox, QUEUE, Stored};

use super::database::{Backend, connect};
use super::process::{PATIENCE, delivery, key};
use super::rows::put;
use super::server::Server;

#[tokio::test]
async fn synchronous_commit_is_on_or_stronger_on_every_connection() {
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
        // The connection that `open` makes, and one that the pool makes later.
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
async fn a_reload_of_the_server_does_not_weaken_synchronous_commit() {
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
        assert!(
            start.elapsed() < PATIENCE,
            "the server does not reload its configuration"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Each session reloads it between two of its commands.
    for _ in 0..3 {
        assert_eq!(level().fetch_one(&mut *ours).await.unwrap(), "on");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn weak_settings_of_postgres_are_reported() {
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
        reported(async || store.caveats().await.unwrap(), &names[..=index]).await;
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn weak_settings_of_redis_are_reported() {
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
        reported(async || store.caveats().await.unwrap(), &names).await;
    }
}

/// Waits until exactly these settings are reported: a server reloads its configuration session by session.
async fn reported(caveats: impl AsyncFn() -> Vec<String>, names: &[&str]) {
    let start = Instant::now();
    loop {
        let caveats = caveats().await;
        let is_reported = |name: &&str| caveats.iter().any(|caveat| caveat.starts_with(name));
        if caveats.len() == names.len() && names.iter().all(is_reported) {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{caveats:?}, not {names:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn redis_remembers_a_key_in_its_queue_for_the_key_ttl() {
    let Some(database) = Backend::Redis.database().await else {
        return;
    };
    let mut connection = connect(&database.url).await;
    let week = Duration::from_hours(7 * 24);
    let set = RedisStore::options().queue("other").key_ttl(week);
    for (options, queue, ttl) in [(RedisStore::options(), QUEUE, KEY_TTL), (set, "other", week)] {
        let store = options.open(&database.url).await.unwrap();
        assert_eq!(put(&Inbox::new(store), 0).await, Stored::New);
        let claim = format!("{queue}:idempotency:{}", key(&delivery(0)));
        let left: u64 = connection.ttl(claim).await.unwrap();
        assert!(
            (ttl.as_secs() - 60..=ttl.as_secs()).contains(&left),
            "{left} of {ttl:?}"
        );
    }
    database.drop().await;
}
