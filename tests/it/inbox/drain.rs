//! At SIGTERM, running deliveries are finished, and waiting ones are left to the next process.
#![cfg(unix)]

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::database::{Backend, Database};
use super::process::{Inbox, PATIENCE, deliver, delivery};

/// More than the example works on at a time.
const DELIVERIES: usize = 40;

#[tokio::test(flavor = "multi_thread")]
async fn running_deliveries_are_finished_at_a_shutdown_on_sqlite() {
    drains(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn running_deliveries_are_finished_at_a_shutdown_on_postgres() {
    drains(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn running_deliveries_are_finished_at_a_shutdown_on_redis() {
    drains(Backend::Redis).await;
}

async fn drains(backend: Backend) {
    let Some(database) = backend.database().await else {
        return;
    };
    let slow = Inbox::new(&database.url, database.folder.path()).with("WORK_MS", 1000);
    let mut receiver = slow.start();
    for number in 0..DELIVERIES {
        deliver(receiver.address, &delivery(number)).await;
    }
    let held = holds(&database, 10).await;
    receiver.signal("TERM");
    assert_eq!(receiver.end().code(), Some(0));
    let effects = slow.effects();
    for key in held {
        assert_eq!(effects.get(&key), Some(&1), "{key} was running, and is not finished");
    }
    assert!(effects.len() < DELIVERIES, "it did not wait for all of them");
    assert_eq!(database.held().await, HashSet::new(), "an ended process holds a task");

    // About 24 are left. Those that are started now cannot end in time.
    let endless = slow.clone().with("WORK_MS", 600_000);
    let mut receiver = endless.start();
    holds(&database, 10).await;
    // Two are needed. Signals that arrive before the process is scheduled again merge into one.
    for _ in 0..10 {
        receiver.signal("TERM");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(receiver.end().code(), Some(0));
    assert_eq!(slow.effects().len(), effects.len());
    assert_eq!(database.held().await, HashSet::new(), "a task was not handed back");

    let next = Inbox::new(&database.url, database.folder.path());
    let receiver = next.start();
    let effects = next.wait_for(DELIVERIES).await;
    assert!(effects.values().all(|times| *times == 1));
    drop(receiver);
    database.drop().await;
}

/// Waits until workers hold this many tasks, and returns their keys.
async fn holds(database: &Database, tasks: usize) -> HashSet<String> {
    let start = Instant::now();
    loop {
        let held = database.held().await;
        if held.len() >= tasks {
            return held;
        }
        assert!(start.elapsed() < PATIENCE, "{} of {tasks} are held", held.len());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_deliveries_are_tried_again_and_take_effect_once() {
    let database = Backend::Sqlite.database().await.unwrap();
    let half = Inbox::new(&database.url, database.folder.path()).failing(0.3);
    let receiver = half.start();
    for number in 0..DELIVERIES {
        deliver(receiver.address, &delivery(number)).await;
    }
    // At a rate of 0.3, one delivery in five thousand fails seven times in a row. More than one here is unlikely.
    let effects = half.wait_for(DELIVERIES - 1).await;
    assert!(effects.values().all(|times| *times == 1));
    drop(receiver);
}
