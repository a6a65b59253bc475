//! A locked file or a sender that hangs up costs a retry, and no delivery.

use std::time::{Duration, Instant};

use http::StatusCode;
use sqlx::{Connection, Executor, SqliteConnection};
use tokio::time::sleep;
use tower::{Layer, ServiceExt};
use tower_webhook::{BufferedBody, VerifyLayer};
use tower_webhook_inbox::postgres::PostgresStore;
use tower_webhook_inbox::redis::RedisStore;
use tower_webhook_inbox::sqlite::SqliteStore;
use tower_webhook_inbox::{Inbox, Store};

use super::database::{Backend, Database};
use super::process::{PATIENCE, delivery};
use crate::support::{signed, verifier};

/// Longer than a commit takes.
const DEADLINE: Duration = Duration::from_secs(1);

/// Posts a delivery to this inbox once.
async fn post(inbox: Inbox<impl Store>, number: usize) -> StatusCode {
    post_body(inbox, delivery(number)).await
}

async fn post_body(inbox: Inbox<impl Store>, body: String) -> StatusCode {
    let service = VerifyLayer::new(verifier()).layer(inbox);
    let request = signed(body.clone(), BufferedBody::new(body));
    service.oneshot(request).await.unwrap().status()
}

/// Posts a delivery to this inbox until it is acknowledged.
async fn deliver(inbox: &Inbox<impl Store>, number: usize) {
    let start = Instant::now();
    while post(inbox.clone(), number).await != 200 {
        assert!(start.elapsed() < PATIENCE, "{number} is not acknowledged");
    }
}

#[tokio::test]
async fn a_locked_file_is_503_within_the_deadline_and_loses_no_delivery() {
    let database = Backend::Sqlite.database().await.unwrap();
    let store = SqliteStore::open(&database.url).await.unwrap();
    let inbox = Inbox::new(store).deadline(DEADLINE);
    let large = "x".repeat(20_000);
    assert_eq!(post_body(inbox.clone(), large.clone()).await, 200);

    let mut writer = SqliteConnection::connect(&database.url).await.unwrap();
    writer.execute("BEGIN IMMEDIATE").await.unwrap();
    let again = post_body(inbox.clone(), large).await;
    assert_eq!(again, 200, "a large duplicate needs no lock");
    for number in 1..4 {
        let start = Instant::now();
        assert_eq!(post(inbox.clone(), number).await, 503);
        let took = start.elapsed();
        assert!(took < 2 * DEADLINE, "{took:?}");
    }
    writer.execute("COMMIT").await.unwrap();
    for number in 1..4 {
        deliver(&inbox, number).await;
    }
    assert_eq!(database.tasks().await, 4);
}

#[tokio::test]
async fn a_sender_that_hangs_up_at_any_moment_costs_a_retry() {
    let database = Backend::Sqlite.database().await.unwrap();
    let store = SqliteStore::open(&database.url).await.unwrap();
    hangs_up(store, database).await;
    if let Some(database) = Backend::Postgres.database().await {
        let store = PostgresStore::open(&database.url).await.unwrap();
        hangs_up(store, database).await;
    }
    if let Some(database) = Backend::Redis.database().await {
        let store = RedisStore::open(&database.url).await.unwrap();
        hangs_up(store, database).await;
    }
}

async fn hangs_up(store: impl Store, database: Database) {
    let inbox = Inbox::new(store);
    for number in 0..50 {
        let sender = tokio::spawn(post(inbox.clone(), number));
        // At another moment each time: before the put begins, while it runs, or after its end.
        sleep(Duration::from_micros(200) * u32::try_from(number).unwrap()).await;
        sender.abort();
    }
    for number in 0..50 {
        deliver(&inbox, number).await;
    }
    assert_eq!(database.tasks().await, 50, "{:?}", database.backend);
    database.drop().await;
}
