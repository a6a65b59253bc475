//! `forget_done` deletes the deliveries that were done long ago, and no others.

use std::time::{Duration, Instant};

use ::redis::AsyncCommands;
use tower_webhook_inbox::postgres::PostgresStore;
use tower_webhook_inbox::redis::RedisStore;
use tower_webhook_inbox::sqlite::SqliteStore;
use tower_webhook_inbox::{Inbox, QUEUE, Store, Stored};

use super::board::Board;
use super::database::{Backend, Database, connect};
use super::process::{self, PATIENCE, deliver, delivery, key};
use super::rows::{fill, put};

const HOUR: Duration = Duration::from_hours(1);
/// The number of the delivery that was done two hours ago.
const OLD: usize = 0;
/// The number of the delivery that was done a few seconds ago.
const NEW: usize = 1;
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
    let receiver = process::Inbox::new(&database.url, database.folder.path()).start();
    for number in [OLD, NEW, NEW + 1] {
        deliver(receiver.address, &delivery(number)).await;
    }
    deliver(receiver.address, "signed, and no event").await;
    let mut connection = connect(&database.url).await;
    let start = Instant::now();
    let done = loop {
        let done: Vec<String> = connection.smembers("webhooks:done").await.unwrap();
        if done.len() == 3 && database.dead().await == 1 {
            break done;
        }
        assert!(start.elapsed() < PATIENCE, "{done:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    drop(receiver);
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

    let store = RedisStore::open(&database.url).await.unwrap();
    assert_eq!(store.forget_done(Duration::MAX).await.unwrap(), 0);
    assert_eq!(connection.scard("webhooks:done").await, Ok(4));
    assert_eq!(store.forget_done(HOUR).await.unwrap(), 1);
    assert_eq!((database.tasks().await, database.dead().await), (3, 1));
    assert_eq!(connection.exists(&old).await, Ok(false));
    let inbox = Inbox::new(store.clone());
    for number in [OLD, NEW, NEW + 1] {
        assert_eq!(put(&inbox, number).await, Stored::Duplicate, "{number}");
    }
    assert_eq!(store.forget_done(Duration::ZERO).await.unwrap(), 2);
    assert_eq!((database.tasks().await, database.dead().await), (1, 1));
    assert_eq!(connection.smembers("webhooks:done").await, Ok(dead));
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_retry_of_a_dead_letter_is_not_forgotten_on_sqlite() {
    let database = Backend::Sqlite.database().await.unwrap();
    let store = SqliteStore::open(&database.url).await.unwrap();
    keeps_the_retry(&database, async |age| store.forget_done(age).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_retry_of_a_dead_letter_is_not_forgotten_on_postgres() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let store = PostgresStore::open(&database.url).await.unwrap();
    keeps_the_retry(&database, async |age| store.forget_done(age).await.unwrap()).await;
    drop(store);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_retry_of_a_dead_letter_is_not_forgotten_on_redis() {
    let Some(database) = Backend::Redis.database().await else {
        return;
    };
    let store = RedisStore::open(&database.url).await.unwrap();
    keeps_the_retry(&database, async |age| store.forget_done(age).await.unwrap()).await;
    let claims: Vec<String> = connect(&database.url)
        .await
        .keys("webhooks:idempotency:again:*")
        .await
        .unwrap();
    assert_eq!(claims.len(), 1);
    database.drop().await;
}

/// Makes one delivery die and another succeed, tries the first again, and then forgets the done ones.
async fn keeps_the_retry(database: &Database, forget_done: impl AsyncFn(Duration) -> u64) {
    let sound = process::Inbox::new(&database.url, database.folder.path());
    let receiver = sound.clone().failing(1.0).start();
    let board = Board::of(&receiver);
    deliver(receiver.address, &delivery(0)).await;
    board.letters::<1>().await;
    drop(receiver);

    let receiver = sound.start();
    let board = Board::of(&receiver);
    deliver(receiver.address, &delivery(1)).await;
    assert_eq!(board.try_all_again(&board.origin()).await, 303);
    let start = Instant::now();
    let done = Err("Tried again: Done".to_owned());
    while board.letters::<1>().await[0].again != done {
        assert!(start.elapsed() < PATIENCE, "it is not done");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    while forget_done(Duration::ZERO).await == 0 {
        assert!(start.elapsed() < PATIENCE, "the other one is not forgotten");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(forget_done(Duration::ZERO).await, 0);
    assert_eq!(board.letters::<1>().await[0].again, done);
    assert_eq!(board.try_all_again(&board.origin()).await, 303);
    assert_eq!(database.tasks().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_forgets_done_deliveries_older_than_keep_days() {
    const WEEK: u32 = 7 * 24;
    let database = Backend::Sqlite.database().await.unwrap();
    let store = SqliteStore::open(&database.url).await.unwrap();
    fill(store.clone(), 2).await;
    for (number, hours) in [(OLD, WEEK), (NEW, WEEK - 1)] {
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
}

async fn forgets(database: &Database, store: impl Store, forget_done: impl AsyncFn(Duration) -> u64) {
    assert_eq!(forget_done(Duration::MAX).await, 0);
    assert_eq!(forget_done(HOUR).await, 1);
    let inbox = Inbox::new(store);
    for (number, state) in STATES.iter().enumerate() {
        let known = if number == OLD { Stored::New } else { Stored::Duplicate };
        assert_eq!(put(&inbox, number).await, known, "{number}: {state}");
    }
    assert_eq!(forget_done(Duration::ZERO).await, 1, "the new one");
    // That of the other queue is still there, and the new one is not.
    assert_eq!(database.tasks().await, STATES.len());
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
