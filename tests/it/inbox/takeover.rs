//! Another process takes over the tasks of a killed one, and soon.
#![cfg(unix)]

use std::time::{Duration, Instant};

use super::database::Backend;
use super::process::{Inbox, PATIENCE, deliver, delivery};

/// Two missed heartbeats of 4 s, one more until a worker looks for them, and some reserve.
const SOON: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread")]
async fn the_task_of_a_killed_process_is_taken_over_on_sqlite() {
    takes_over(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_task_of_a_killed_process_is_taken_over_on_postgres() {
    takes_over(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_task_of_a_killed_process_is_taken_over_on_redis() {
    takes_over(Backend::Redis).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_task_of_a_killed_process_is_taken_over_on_nats() {
    takes_over(Backend::Nats).await;
}

async fn takes_over(backend: Backend) {
    let Some(database) = backend.database().await else {
        return;
    };
    let endless = Inbox::new(&database.url, database.folder.path()).with("WORK_MS", 600_000);
    let mut receiver = endless.start();
    deliver(receiver.address, &delivery(0)).await;
    let start = Instant::now();
    while database.held().await.is_empty() {
        assert!(start.elapsed() < PATIENCE, "no worker holds it");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    let next = Inbox::new(&database.url, database.folder.path());
    let successor = next.start();
    receiver.signal("KILL");
    receiver.end();
    let killed = Instant::now();
    next.wait_for(1).await;
    let took = killed.elapsed();
    assert!(took < SOON, "{took:?}");
    drop(successor);
    database.drop().await;
}
