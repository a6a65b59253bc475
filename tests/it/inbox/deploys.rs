//! A long delivery outlives many deployments, each of which stops the process that works on it.
#![cfg(unix)]

use std::time::{Duration, Instant};

use super::database::Backend;
use super::process::{Inbox, PATIENCE, deliver, delivery};

/// More than the attempts of a delivery that fails.
const DEPLOYS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn an_often_interrupted_delivery_does_not_become_a_dead_letter_on_sqlite() {
    outlives(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_often_interrupted_delivery_does_not_become_a_dead_letter_on_postgres() {
    outlives(Backend::Postgres).await;
}

async fn outlives(backend: Backend) {
    let Some(database) = backend.database().await else {
        return;
    };
    let next = Inbox::new(&database.url, database.folder.path());
    let endless = next.clone().with("WORK_MS", 600_000);
    for deploy in 0..DEPLOYS {
        let mut receiver = endless.start();
        if deploy == 0 {
            deliver(receiver.address, &delivery(0)).await;
        }
        let start = Instant::now();
        while database.held().await.is_empty() {
            assert!(start.elapsed() < PATIENCE, "no worker holds it");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // Long enough to record that it is started, without which the attempt does not count.
        tokio::time::sleep(Duration::from_millis(300)).await;
        // Two are needed. Signals that arrive before the process is scheduled again merge into one.
        for _ in 0..5 {
            receiver.signal("TERM");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(receiver.end().code(), Some(0));
    }
    let receiver = next.start();
    next.wait_for(1).await;
    drop(receiver);
    database.drop().await;
}
