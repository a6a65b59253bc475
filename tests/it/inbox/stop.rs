//! How the process of the example stops: what runs is finished, the rest is left to the next process, and a second
//! signal ends it at once.
#![cfg(unix)]

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::database::{Backend, Database};
use super::process::{Inbox, PATIENCE, deliver, delivery};

/// More than the example works on at a time.
const DELIVERIES: usize = 40;
/// The grace, and the time in which `docker stop` expects the end after it.
const END: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn running_deliveries_are_finished_at_a_stop_on_sqlite() {
    stops(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn running_deliveries_are_finished_at_a_stop_on_postgres() {
    stops(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn running_deliveries_are_finished_at_a_stop_on_redis() {
    stops(Backend::Redis).await;
}

async fn stops(backend: Backend) {
    let Some(database) = backend.database().await else {
        return;
    };
    let slow = Inbox::new(&database.url, database.folder.path()).with("WORK_MS", 2000);
    let mut receiver = slow.start();
    for number in 0..DELIVERIES {
        deliver(receiver.address, &delivery(number)).await;
    }
    holds(&database, 16).await;
    receiver.signal("TERM");
    assert_eq!(receiver.end_within(END).code(), Some(0));
    let finished = slow.effects().len();
    assert!((16..DELIVERIES).contains(&finished), "{finished} are finished");
    assert_eq!(database.held().await, HashSet::new(), "an ended process holds a task");

    // Those that are started now cannot end in time.
    let endless = slow.clone().with("WORK_MS", 600_000);
    let mut receiver = endless.start();
    holds(&database, 16).await;
    receiver.signal("TERM");
    let stop = Instant::now();
    // A busy machine takes longer.
    assert_eq!(receiver.end_within(END + Duration::from_secs(5)).code(), Some(0));
    assert!(stop.elapsed() > Duration::from_secs(7), "it has a grace");
    assert_eq!(slow.effects().len(), finished);
    assert_eq!(database.held().await, HashSet::new(), "a task was not put back");

    let next = Inbox::new(&database.url, database.folder.path());
    let receiver = next.start();
    let effects = next.wait_for(DELIVERIES).await;
    assert!(effects.values().all(|times| *times == 1));
    drop(receiver);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once() {
    let database = Backend::Sqlite.database().await.unwrap();
    let endless = Inbox::new(&database.url, database.folder.path()).with("WORK_MS", 600_000);
    let mut receiver = endless.start();
    deliver(receiver.address, &delivery(0)).await;
    holds(&database, 1).await;
    receiver.signal("TERM");
    tokio::time::sleep(Duration::from_secs(1)).await;
    receiver.signal("TERM");
    assert_eq!(receiver.end_within(Duration::from_secs(4)).code(), Some(0));
}

/// Waits until workers hold this many tasks.
async fn holds(database: &Database, tasks: usize) {
    let start = Instant::now();
    loop {
        let held = database.held().await.len();
        if held >= tasks {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{held} of {tasks} are held");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
