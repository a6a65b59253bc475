//! SIGTERM: nobody is let in, what is being worked on is finished, and what waits is left for the next process.
#![cfg(unix)]

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::database::{Backend, Database};
use super::process::{Inbox, PATIENCE, delivery, insist};

/// More than are worked on at a time.
const DELIVERIES: usize = 40;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_worked_on_is_finished_and_done_once() {
    drains(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_too() {
    drains(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_redis_too() {
    drains(Backend::Redis).await;
}

async fn drains(backend: Backend) {
    let Some(database) = backend.database().await else {
        return;
    };
    let slow = Inbox::new(&database.url, database.folder.path()).with("WORK_MS", 1000);
    let mut receiver = slow.start();
    for number in 0..DELIVERIES {
        insist(receiver.address, &delivery(number)).await;
    }
    let held = holds(&database, 10).await;
    receiver.signal("TERM");
    assert_eq!(receiver.end().code(), Some(0));
    let effects = slow.effects();
    for key in held {
        assert_eq!(effects.get(&key), Some(&1), "{key} was worked on, and is not finished");
    }
    assert!(effects.len() < DELIVERIES, "it did not wait for all of them");
    assert_eq!(
        database.held().await,
        HashSet::new(),
        "a process that has ended holds a task"
    );

    // Some 24 are left, and none of those that are begun has the time to end.
    let endless = slow.clone().with("WORK_MS", 600_000);
    let mut receiver = endless.start();
    holds(&database, 10).await;
    // Two would do, but those that come while the process has no processor are one.
    for _ in 0..10 {
        receiver.signal("TERM");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(receiver.end().code(), Some(0));
    assert_eq!(slow.effects().len(), effects.len());
    assert_eq!(database.held().await, HashSet::new(), "it was not handed back");

    let next = Inbox::new(&database.url, database.folder.path());
    let receiver = next.start();
    let effects = next.wait_for(DELIVERIES).await;
    assert!(effects.values().all(|times| *times == 1));
    drop(receiver);
    database.drop().await;
}

/// Waits until workers hold this many tasks, and says which.
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
async fn what_fails_is_tried_again_and_takes_effect_once() {
    let database = Backend::Sqlite.database().await.unwrap();
    let half = Inbox::new(&database.url, database.folder.path()).failing(0.3);
    let receiver = half.start();
    for number in 0..DELIVERIES {
        insist(receiver.address, &delivery(number)).await;
    }
    // Three of ten fail seven times in a row once in five thousand: at most one of them.
    let effects = half.wait_for(DELIVERIES - 1).await;
    assert!(effects.values().all(|times| *times == 1));
    drop(receiver);
}
