//! The example forgets deliveries and keys that it has kept for long enough.

use std::time::{Duration, Instant};

use ::redis::AsyncCommands;
use sqlx::{Connection, SqliteConnection};
use tower_webhook_inbox::sqlite::SqliteStore;
use tower_webhook_inbox::{Inbox, QUEUE, Stored};

use super::database::{Backend, connect};
use super::process::{self, PATIENCE, deliver, delivery, key};
use super::rows::{fill, put};

#[tokio::test(flavor = "multi_thread")]
async fn the_example_forgets_done_deliveries_older_than_keep_days() {
    const WEEK: u32 = 7 * 24;
    let database = Backend::Sqlite.database().await.unwrap();
    let store = SqliteStore::open(&database.url).await.unwrap();
    fill(store.clone(), 2).await;
    for (number, hours) in [(0, WEEK), (1, WEEK - 1)] {
        let key = key(&delivery(number));
        let set = format!("status = 'Done', done_at = unixepoch() - {hours} * 3600 - 2");
        let of = format!("WHERE idempotency_key = '{key}'");
        database.run(&format!("UPDATE jobs SET {set} {of}")).await;
    }
    let inbox = process::Inbox::new(&database.url, database.folder.path());
    let _receiver = inbox.with("KEEP_DAYS", 7).start();
    let start = Instant::now();
    while database.tasks().await == 2 {
        assert!(start.elapsed() < PATIENCE, "nothing is forgotten");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(store.forget_done(Duration::ZERO).await.unwrap(), 1, "the new one");
    assert_eq!(put(&Inbox::new(store.clone()), 0).await, Stored::Duplicate);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_forgets_keys_older_than_remember_days() {
    let database = Backend::Sqlite.database().await.unwrap();
    drop(SqliteStore::open(&database.url).await.unwrap());
    for (key, days) in [("old", 366), ("new", 364)] {
        let values = format!("('{QUEUE}', CAST('{key}' AS BLOB), unixepoch() - {days} * 86400)");
        database
            .run(&format!("INSERT INTO delivery_keys VALUES {values}"))
            .await;
    }
    let _receiver = process::Inbox::new(&database.url, database.folder.path()).start();
    let start = Instant::now();
    let mut connection = SqliteConnection::connect(&database.url).await.unwrap();
    loop {
        let keys = sqlx::query_scalar("SELECT CAST(key AS TEXT) FROM delivery_keys ORDER BY key");
        let keys: Vec<String> = keys.fetch_all(&mut connection).await.unwrap();
        if keys == ["new"] {
            return;
        }
        assert_eq!(keys, ["new", "old"]);
        assert!(start.elapsed() < PATIENCE, "nothing is forgotten");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_remembers_keys_for_remember_days_on_redis() {
    let Some(database) = Backend::Redis.database().await else {
        return;
    };
    let inbox = process::Inbox::new(&database.url, database.folder.path());
    let receiver = inbox.with("REMEMBER_DAYS", 40).start();
    deliver(receiver.address, &delivery(0)).await;
    let claim = format!("{QUEUE}:idempotency:{}", key(&delivery(0)));
    let left: u64 = connect(&database.url).await.ttl(claim).await.unwrap();
    let days = 24 * 60 * 60;
    assert!((40 * days - 60..=40 * days).contains(&left), "{left}");
    drop(receiver);
    database.drop().await;
}
