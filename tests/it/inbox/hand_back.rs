//! What a worker that has ended held is handed back: as it was, and in nobody's way.

use std::time::Duration;

use sqlx::{Connection, Executor, PgConnection};
use tokio::time::{sleep, timeout};
use tower_webhook_inbox::postgres::PostgresStore;
use tower_webhook_inbox::sqlite::SqliteStore;
use tower_webhook_inbox::{Inbox, Stored};

use super::database::{Backend, Database};
use super::process::{PATIENCE, delivery, key};
use super::rows::{fill, put};

#[tokio::test]
async fn attempts_are_counted_on_sqlite() {
    let database = Backend::Sqlite.database().await.unwrap();
    let store = SqliteStore::open(&database.url).await.unwrap();
    fill(store.clone(), 3).await;
    hold(&database).await;
    assert_eq!(store.hand_back("dead").await.unwrap(), 2);
    handed_back(&database).await;
    assert_eq!(store.hand_back("dead").await.unwrap(), 0);
}

#[tokio::test]
async fn attempts_are_counted_on_postgres() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let store = PostgresStore::open(&database.url).await.unwrap();
    fill(store.clone(), 3).await;
    hold(&database).await;
    assert_eq!(store.hand_back("dead").await.unwrap(), 2);
    handed_back(&database).await;
    assert_eq!(store.hand_back("dead").await.unwrap(), 0);
    drop(store);
    database.drop().await;
}

#[tokio::test]
async fn senders_do_not_wait_for_whoever_waits_for_a_writer() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let store = PostgresStore::open(&database.url).await.unwrap();
    fill(store.clone(), 3).await;
    hold(&database).await;
    let inbox = Inbox::new(store.clone());

    let mut writer = PgConnection::connect(&database.url).await.unwrap();
    let lock = "BEGIN; LOCK TABLE apalis.jobs IN ROW EXCLUSIVE MODE";
    writer.execute(lock).await.unwrap();
    // Given up, as a process does that is out of time; the server does not hear of it.
    let given_up = timeout(Duration::from_millis(200), store.hand_back("dead")).await;
    assert!(given_up.is_err(), "the writer was not waited for");
    assert_eq!(put(&inbox, 3).await, Stored::New);

    let later = async {
        sleep(Duration::from_millis(200)).await;
        put(&inbox, 4).await
    };
    let (released, stored) = tokio::join!(timeout(PATIENCE, store.hand_back("dead")), later);
    assert_eq!(released.expect("the writer is waited for").unwrap(), 2);
    assert_eq!(stored, Stored::New);
    drop((inbox, store, writer));
    database.drop().await;
}

/// Has `dead` hold the first two, of which it has started the one, and `living` the third.
async fn hold(database: &Database) {
    let workers = ["dead", "living"].map(|name| format!("('{name}', 'webhooks', 'test', '')"));
    let workers = workers.join(", ");
    let workers = format!("INSERT INTO workers (id, worker_type, storage_name, layers) VALUES {workers}");
    database.run(&workers).await;
    let tasks = [("Running", 3, "dead"), ("Queued", 1, "dead"), ("Running", 7, "living")];
    for (number, (status, attempts, worker)) in tasks.into_iter().enumerate() {
        let key = key(&delivery(number));
        let set = format!("status = '{status}', attempts = {attempts}, lock_by = '{worker}'");
        let set = format!("UPDATE jobs SET {set} WHERE idempotency_key = '{key}'");
        database.run(&set).await;
    }
}

async fn handed_back(database: &Database) {
    let expected = [
        ("Pending".to_owned(), 1, None),
        ("Pending".to_owned(), 4, None),
        ("Running".to_owned(), 7, Some("living".to_owned())),
    ];
    assert_eq!(database.rows().await, expected);
}
