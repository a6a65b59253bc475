//! `hand_back` puts the tasks of an ended worker back into the queue, and holds up no writer for long.

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
async fn only_started_tasks_count_an_attempt_on_sqlite() {
    let database = Backend::Sqlite.database().await.unwrap();
    let store = SqliteStore::open(&database.url).await.unwrap();
    fill(store.clone(), 3).await;
    hold(&database).await;
    assert_eq!(store.hand_back("dead").await.unwrap(), 2);
    handed_back(&database).await;
    assert_eq!(store.hand_back("dead").await.unwrap(), 0);
}

#[tokio::test]
async fn only_started_tasks_count_an_attempt_on_postgres() {
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
async fn deliveries_are_stored_while_hand_back_waits_for_a_writer() {
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
    // Given up by a timeout, of which the server does not learn.
    let given_up = timeout(Duration::from_millis(200), store.hand_back("dead")).await;
    assert!(given_up.is_err(), "it did not wait for the writer");
    assert_eq!(put(&inbox, 3).await, Stored::New);

    let later = async {
        sleep(Duration::from_millis(200)).await;
        put(&inbox, 4).await
    };
    let (released, stored) = tokio::join!(timeout(PATIENCE, store.hand_back("dead")), later);
    assert_eq!(released.expect("the wait is bounded").unwrap(), 2);
    assert_eq!(stored, Stored::New);
    drop((inbox, store, writer));
    database.drop().await;
}

/// Lets the worker `dead` hold the first two tasks, of which it has started one, and `living` the third.
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
