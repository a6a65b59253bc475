//! What was done long ago is forgotten, and nothing else.

use std::time::Duration;

use tower_webhook_inbox::postgres::{self, PostgresStore};
use tower_webhook_inbox::sqlite::{self, SqliteStore};
use tower_webhook_inbox::{Inbox, QUEUE, Store, Stored};

use super::database::{Backend, Database};
use super::process::{delivery, key};
use super::rows::{put, verified};

const HOUR: Duration = Duration::from_hours(1);
/// Done two hours ago.
const OLD: usize = 0;
/// Done a few seconds ago.
const NEW: usize = 1;
const STATES: [&str; 7] = ["Done", "Done", "Pending", "Queued", "Running", "Failed", "Killed"];

#[tokio::test]
async fn what_was_done_is_forgotten_on_sqlite() {
    let database = Backend::Sqlite.database().await.unwrap();
    let open = async |config| SqliteStore::open(&database.url, config).await.unwrap();
    let store = open(sqlite::config()).await;
    put(store.clone(), STATES.len()).await;
    put(open(sqlite::config().queue("other")).await, 1).await;
    age(&database, |hours| format!("unixepoch() - {hours} * 3600 - 2")).await;
    forgets(&database, store.clone(), async |age| {
        store.forget_done(age).await.unwrap()
    })
    .await;
}

#[tokio::test]
async fn what_was_done_is_forgotten_on_postgres() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let open = async |config| PostgresStore::open(&database.url, config).await.unwrap();
    let store = open(postgres::config()).await;
    put(store.clone(), STATES.len()).await;
    put(open(postgres::config().queue("other")).await, 1).await;
    age(&database, |hours| format!("now() - interval '{hours} hours 2 seconds'")).await;
    forgets(&database, store.clone(), async |age| {
        store.forget_done(age).await.unwrap()
    })
    .await;
    drop(store);
    database.drop().await;
}

async fn forgets(database: &Database, store: impl Store, forget_done: impl AsyncFn(Duration) -> u64) {
    assert_eq!(forget_done(Duration::MAX).await, 0);
    assert_eq!(forget_done(HOUR).await, 1);
    let inbox = Inbox::new(store);
    for (number, state) in STATES.iter().enumerate() {
        let known = if number == OLD { Stored::New } else { Stored::Duplicate };
        assert_eq!(inbox.put(&verified(number)).await.unwrap(), known, "{number}: {state}");
    }
    assert_eq!(forget_done(Duration::ZERO).await, 1, "the new one");
    // The other queue's is there, and the new one is not.
    assert_eq!(database.tasks().await, STATES.len());
}

/// Has the tasks be in these states since two hours ago, but for the new one, and those of the other queue be done as long.
async fn age(database: &Database, ago: impl Fn(u32) -> String) {
    let (old, new) = (ago(2), ago(0));
    let done = format!("UPDATE jobs SET status = 'Done', done_at = {old}, run_at = {old}");
    database.run(&done).await;
    for (number, state) in STATES.iter().enumerate() {
        let at = if number == NEW { &new } else { &old };
        let key = key(&delivery(number));
        let set = format!("status = '{state}', done_at = {at}");
        let of = format!("job_type = '{QUEUE}' AND idempotency_key = '{key}'");
        database.run(&format!("UPDATE jobs SET {set} WHERE {of}")).await;
    }
}
