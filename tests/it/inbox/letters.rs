//! Dead letters in the tables and keys: which count as such, and what becomes of them later.

use std::time::Duration;

use tower_webhook_inbox::postgres::PostgresStore;
use tower_webhook_inbox::redis::RedisStore;
use tower_webhook_inbox::sqlite::SqliteStore;
use tower_webhook_inbox::{Delivery, Inbox, NeverAgain, Queue, Stored, Worker};

use super::database::{Backend, Database};
use super::process::{delivery, key};
use super::queue::work_off;
use super::rows::{fill, put};

/// Works off all that waits, and makes these deliveries dead letters.
async fn work<S: Queue>(store: &S, dying: &'static [usize]) {
    let worker = Worker::new(store.clone(), async move |it: Delivery| {
        if dying.iter().any(|number| it.bytes() == delivery(*number).as_bytes()) {
            return Err(NeverAgain::new("no").into());
        }
        Ok(())
    });
    work_off(worker, store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_dead_letters_of_its_queue_are_put_back_on_sqlite() {
    let database = Backend::Sqlite.database().await.unwrap();
    let store = SqliteStore::open(&database.url).await.unwrap();
    let other = SqliteStore::options().queue("other").open(&database.url).await;
    puts_back_its_own(&database, store, other.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_dead_letters_of_its_queue_are_put_back_on_postgres() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let store = PostgresStore::open(&database.url).await.unwrap();
    let other = PostgresStore::options().queue("other").open(&database.url).await;
    puts_back_its_own(&database, store, other.unwrap()).await;
    database.drop().await;
}

async fn puts_back_its_own<S: Queue>(database: &Database, store: S, other: S) {
    fill(store.clone(), 1).await;
    work(&store, &[0]).await;
    let letters = store.dead_letters(10).await.unwrap();
    let id = letters[0].id();
    assert_eq!(other.dead_letters(10).await.unwrap().len(), 0);
    assert!(!other.retry(id).await.unwrap());
    assert_eq!(other.retry_all().await.unwrap(), 0);
    for (status, is_dead) in [
        ("Done", false),
        ("Running", false),
        ("Pending", false),
        ("Failed", true),
        ("Killed", true),
    ] {
        database.run(&format!("UPDATE jobs SET status = '{status}'")).await;
        assert_eq!(
            store.dead_letters(10).await.unwrap().len(),
            usize::from(is_dead),
            "{status}"
        );
        assert_eq!(store.retry(id).await.unwrap(), is_dead, "{status}");
    }
    assert_eq!(store.stats().await.unwrap().waiting, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_dead_letter_does_not_keep_the_others_back_on_sqlite() {
    let database = Backend::Sqlite.database().await.unwrap();
    let store = SqliteStore::open(&database.url).await.unwrap();
    passes_the_unreadable(&database, store, "CAST('{' AS BLOB)").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_dead_letter_does_not_keep_the_others_back_on_postgres() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let store = PostgresStore::open(&database.url).await.unwrap();
    passes_the_unreadable(&database, store, "'{'::bytea").await;
    database.drop().await;
}

async fn passes_the_unreadable<S: Queue>(database: &Database, store: S, cut_off: &str) {
    fill(store.clone(), 3).await;
    work(&store, &[0, 1, 2]).await;
    let of = format!("WHERE idempotency_key = '{}'", key(&delivery(1)));
    database.run(&format!("UPDATE jobs SET job = {cut_off} {of}")).await;
    let unreadable = |letters: &[tower_webhook_inbox::DeadLetter]| {
        let unreadable = letters.iter().filter(|letter| letter.delivery().is_none());
        unreadable.map(|letter| letter.error().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(unreadable(&store.dead_letters(10).await.unwrap()), ["no"]);

    assert_eq!(store.retry_all().await.unwrap(), 3);
    work(&store, &[]).await;
    let left = store.dead_letters(10).await.unwrap();
    assert_eq!(left.len(), 1, "the others are done");
    let [error] = &unreadable(&left)[..] else {
        panic!("{left:?}")
    };
    assert!(error.starts_with("the stored delivery cannot be read: "), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_kept_until_it_is_done_and_forgotten_on_sqlite() {
    let database = Backend::Sqlite.database().await.unwrap();
    let store = SqliteStore::open(&database.url).await.unwrap();
    is_kept(&database, store.clone(), async |age| {
        store.forget_done(age).await.unwrap()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_kept_until_it_is_done_and_forgotten_on_postgres() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let store = PostgresStore::open(&database.url).await.unwrap();
    is_kept(&database, store.clone(), async |age| {
        store.forget_done(age).await.unwrap()
    })
    .await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_kept_until_it_is_done_and_forgotten_on_redis() {
    let Some(database) = Backend::Redis.database().await else {
        return;
    };
    let store = RedisStore::open(&database.url).await.unwrap();
    is_kept(&database, store.clone(), async |age| {
        store.forget_done(age).await.unwrap()
    })
    .await;
    database.drop().await;
}

async fn is_kept<S: Queue>(database: &Database, store: S, forget_done: impl AsyncFn(Duration) -> u64) {
    fill(store.clone(), 2).await;
    work(&store, &[0]).await;
    assert_eq!(forget_done(Duration::ZERO).await, 1, "the other one");
    assert_eq!(database.dead().await, 1);
    assert_eq!(store.retry_all().await.unwrap(), 1);
    work(&store, &[]).await;
    assert_eq!(forget_done(Duration::ZERO).await, 1);
    assert_eq!((database.tasks().await, database.dead().await), (0, 0));
    for number in [0, 1] {
        assert_eq!(
            put(&Inbox::new(store.clone()), number).await,
            Stored::Duplicate,
            "{number}"
        );
    }
}
