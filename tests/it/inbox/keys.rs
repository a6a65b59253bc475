//! The keys of forgotten deliveries: what was done is not done again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tower_webhook_inbox::postgres::PostgresStore;
use tower_webhook_inbox::sqlite::SqliteStore;
use tower_webhook_inbox::{Inbox, Store, Stored};

use super::database::{Backend, Database};
use super::rows::{fill, put};

const HOUR: Duration = Duration::from_hours(1);

/// What SQLite and PostgreSQL have in common.
trait Forgetful: Store {
    async fn done(&self, age: Duration) -> u64;
    async fn keys(&self, age: Duration) -> u64;
}

impl Forgetful for SqliteStore {
    async fn done(&self, age: Duration) -> u64 {
        self.forget_done(age).await.unwrap()
    }

    async fn keys(&self, age: Duration) -> u64 {
        self.forget_keys(age).await.unwrap()
    }
}

impl Forgetful for PostgresStore {
    async fn done(&self, age: Duration) -> u64 {
        self.forget_done(age).await.unwrap()
    }

    async fn keys(&self, age: Duration) -> u64 {
        self.forget_keys(age).await.unwrap()
    }
}

#[tokio::test]
async fn a_forgotten_delivery_is_a_duplicate_until_its_key_is_forgotten_on_sqlite() {
    let database = Backend::Sqlite.database().await.unwrap();
    let store = SqliteStore::open(&database.url).await.unwrap();
    let other = SqliteStore::options().queue("other").open(&database.url).await;
    remembers(&database, store, other.unwrap()).await;
}

#[tokio::test]
async fn a_forgotten_delivery_is_a_duplicate_until_its_key_is_forgotten_on_postgres() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let store = PostgresStore::open(&database.url).await.unwrap();
    let other = PostgresStore::options().queue("other").open(&database.url).await;
    remembers(&database, store, other.unwrap()).await;
    database.drop().await;
}

async fn remembers(database: &Database, store: impl Forgetful, other: impl Forgetful) {
    fill(store.clone(), 3).await;
    fill(other.clone(), 1).await;
    finish(database).await;
    assert_eq!(
        (store.done(Duration::ZERO).await, other.done(Duration::ZERO).await),
        (3, 1)
    );
    assert_eq!(database.tasks().await, 0);
    let inbox = Inbox::new(store.clone());
    for number in 0..3 {
        assert_eq!(put(&inbox, number).await, Stored::Duplicate);
    }
    for age in [Duration::MAX, HOUR] {
        assert_eq!(store.keys(age).await, 0, "{age:?}");
    }
    age_keys(database).await;
    assert_eq!(store.keys(HOUR).await, 3);
    assert_eq!(put(&inbox, 0).await, Stored::New);
    // The key of a delivery that is there is not forgotten, and those of the other queue are.
    age_keys(database).await;
    assert_eq!(store.keys(HOUR).await, 0);
    assert_eq!(put(&inbox, 0).await, Stored::Duplicate);
    assert_eq!(other.keys(HOUR).await, 1);
}

#[tokio::test]
async fn a_database_of_before_there_were_keys_gets_them_on_sqlite() {
    let database = Backend::Sqlite.database().await.unwrap();
    let store = SqliteStore::open(&database.url).await.unwrap();
    fill(store, 2).await;
    database.run("DROP TABLE delivery_keys").await;
    upgrades(&database, SqliteStore::open(&database.url).await.unwrap()).await;
}

#[tokio::test]
async fn a_database_of_before_there_were_keys_gets_them_on_postgres() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let store = PostgresStore::open(&database.url).await.unwrap();
    fill(store, 2).await;
    database.run("DROP TABLE delivery_keys").await;
    let stores = join_all((0..4).map(|_| PostgresStore::open(&database.url))).await;
    for store in stores {
        upgrades(&database, store.unwrap()).await;
    }
    database.drop().await;
}

async fn upgrades(database: &Database, store: impl Forgetful) {
    let inbox = Inbox::new(store.clone());
    assert_eq!(put(&inbox, 0).await, Stored::Duplicate);
    finish(database).await;
    store.done(Duration::ZERO).await;
    for number in [0, 1] {
        assert_eq!(put(&inbox, number).await, Stored::Duplicate, "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_delivery_is_new_twice_while_those_that_are_done_are_forgotten_on_sqlite() {
    let database = Backend::Sqlite.database().await.unwrap();
    let store = SqliteStore::open(&database.url).await.unwrap();
    is_new_once(&database, store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_delivery_is_new_twice_while_those_that_are_done_are_forgotten_on_postgres() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let store = PostgresStore::open(&database.url).await.unwrap();
    is_new_once(&database, store).await;
    database.drop().await;
}

/// Each delivery is put eight times at once and once more later, while it is done and forgotten as soon as it is there.
async fn is_new_once(database: &Database, store: impl Forgetful) {
    const DELIVERIES: usize = 100;
    let over = AtomicBool::new(false);
    let forget = async {
        let mut forgotten = 0;
        while !over.load(Ordering::Relaxed) {
            finish(database).await;
            forgotten += store.done(Duration::ZERO).await;
        }
        finish(database).await;
        forgotten + store.done(Duration::ZERO).await
    };
    // It does not ask for a small delivery first, so that each one reaches the insert.
    let inbox = Inbox::new(store.clone()).deadline(Duration::from_mins(1));
    let send = async {
        for number in 0..DELIVERIES {
            let puts = (0..8).map(|_| put(&inbox, number)).chain([put(&inbox, number / 2)]);
            let stored = join_all(puts).await;
            let new = stored[..8].iter().filter(|stored| **stored == Stored::New).count();
            // The last one began before the eight when it is the same delivery.
            let earlier = usize::from(number == 0 && stored[8] == Stored::New);
            assert_eq!(new + earlier, 1, "{number} of the same delivery");
            assert!(number == 0 || stored[8] == Stored::Duplicate, "{}", number / 2);
        }
        over.store(true, Ordering::Relaxed);
    };
    let (forgotten, ()) = futures_util::join!(forget, send);
    assert_eq!(forgotten, DELIVERIES as u64);
}

/// Marks all tasks as done.
async fn finish(database: &Database) {
    let now = match database.backend {
        Backend::Postgres => "now()",
        _ => "unixepoch()",
    };
    let done = format!("UPDATE jobs SET status = 'Done', done_at = {now} WHERE status = 'Pending'");
    database.run(&done).await;
}

/// Makes all keys two hours older.
async fn age_keys(database: &Database) {
    let older = match database.backend {
        Backend::Postgres => "at = at - interval '2 hours'",
        _ => "forgotten_at = forgotten_at - 7200",
    };
    database.run(&format!("UPDATE delivery_keys SET {older}")).await;
}
