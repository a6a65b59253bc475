//! `forget_done` deletes the deliveries that were done long ago, and no others.

use std::time::Duration;

use ::redis::AsyncCommands;
use tower_webhook_inbox::postgres::PostgresStore;
use tower_webhook_inbox::redis::RedisStore;
use tower_webhook_inbox::sqlite::SqliteStore;
use tower_webhook_inbox::{Delivery, Inbox, NeverAgain, QUEUE, Store, Stored, Worker};

use super::database::{Backend, Database, connect};
use super::process::{delivery, key};
use super::queue::work_off;
use super::rows::{fill, put};

const HOUR: Duration = Duration::from_hours(1);
/// The number of the delivery that was done a few seconds ago. The first one was done two hours ago.
const NEW: usize = 1;
/// The number of the delivery that is dead in Redis.
const DEAD: usize = 3;
/// The states of the deliveries, by their number.
const STATES: [&str; 7] = ["Done", "Done", "Pending", "Queued", "Running", "Failed", "Killed"];

#[tokio::test]
async fn only_old_done_deliveries_are_forgotten_on_sqlite() {
    let database = Backend::Sqlite.database().await.unwrap();
    let store = SqliteStore::open(&database.url).await.unwrap();
    fill(store.clone(), STATES.len()).await;
    let other = SqliteStore::options().queue("other").open(&database.url).await;
    fill(other.unwrap(), 1).await;
    age(&database, |hours| format!("unixepoch() - {hours} * 3600 - 2")).await;
    forgets(&database, store.clone(), async |age| {
        store.forget_done(age).await.unwrap()
    })
    .await;
}

#[tokio::test]
async fn more_than_one_portion_is_forgotten_on_sqlite() {
    let database = Backend::Sqlite.database().await.unwrap();
    let store = SqliteStore::open(&database.url).await.unwrap();
    fill(store.clone(), 1001).await;
    database
        .run("UPDATE jobs SET status = 'Done', done_at = unixepoch()")
        .await;
    assert_eq!(store.forget_done(Duration::ZERO).await.unwrap(), 1001);
    assert_eq!(database.tasks().await, 0);
}

#[tokio::test]
async fn only_old_done_deliveries_are_forgotten_on_postgres() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let store = PostgresStore::open(&database.url).await.unwrap();
    fill(store.clone(), STATES.len()).await;
    let other = PostgresStore::options().queue("other").open(&database.url).await;
    fill(other.unwrap(), 1).await;
    age(&database, |hours| format!("now() - interval '{hours} hours 2 seconds'")).await;
    forgets(&database, store.clone(), async |age| {
        store.forget_done(age).await.unwrap()
    })
    .await;
    drop(store);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_old_done_deliveries_are_forgotten_on_redis() {
    let Some(database) = Backend::Redis.database().await else {
        return;
    };
    let store = RedisStore::open(&database.url).await.unwrap();
    fill(store.clone(), 4).await;
    let worker = Worker::new(store.clone(), async |it: Delivery| {
        if it.bytes() == delivery(DEAD).as_bytes() {
            return Err(NeverAgain::new("no").into());
        }
        Ok(())
    });
    work_off(worker, &store).await;
    let mut connection = connect(&database.url).await;
    let done: Vec<String> = connection.smembers("webhooks:done").await.unwrap();
    assert_eq!((done.len(), database.dead().await), (3, 1));
    let old = format!("webhooks:meta:{}", done[0]);
    let done_at: u64 = connection.hget(&old, "done_at").await.unwrap();
    let () = connection.hset(&old, "done_at", done_at - 7202).await.unwrap();
    // A dead letter that looks done.
    let dead: Vec<String> = connection.smembers("webhooks:dead").await.unwrap();
    let () = connection.sadd("webhooks:done", &dead).await.unwrap();
    let () = connection
        .hset(format!("webhooks:meta:{}", dead[0]), "done_at", 1)
        .await
        .unwrap();
    // Ids without data, as apalis's `vacuum_before` leaves them, and more than one portion of them.
    let vacuumed: Vec<usize> = (0..1234).collect();
    let () = connection.sadd("webhooks:done", vacuumed).await.unwrap();

    assert_eq!(store.forget_done(Duration::MAX).await.unwrap(), 0);
    assert_eq!(connection.scard("webhooks:done").await, Ok(4));
    assert_eq!(store.forget_done(HOUR).await.unwrap(), 1);
    assert_eq!((database.tasks().await, database.dead().await), (3, 1));
    assert_eq!(connection.exists(&old).await, Ok(false));
    let inbox = Inbox::new(store.clone());
    for number in 0..4 {
        assert_eq!(put(&inbox, number).await, Stored::Duplicate, "{number}");
    }
    assert_eq!(store.forget_done(Duration::ZERO).await.unwrap(), 2);
    assert_eq!((database.tasks().await, database.dead().await), (1, 1));
    assert_eq!(connection.smembers("webhooks:done").await, Ok(dead));
    database.drop().await;
}

async fn forgets(database: &Database, store: impl Store, forget_done: impl AsyncFn(Duration) -> u64) {
    assert_eq!(forget_done(Duration::MAX).await, 0);
    assert_eq!(forget_done(HOUR).await, 1);
    let inbox = Inbox::new(store);
    for (number, state) in STATES.iter().enumerate() {
        assert_eq!(put(&inbox, number).await, Stored::Duplicate, "{number}: {state}");
    }
    assert_eq!(forget_done(Duration::ZERO).await, 1, "the new one");
    // That of the other queue is still there.
    assert_eq!(database.tasks().await, STATES.len() - 2 + 1);
}

/// Sets the states of the tasks as of two hours ago, and of the new one as of now. The task of the other queue is done.
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
