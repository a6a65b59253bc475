//! A delivery that takes long is in the hands of one process after another, and each is stopped.
#![cfg(unix)]

use std::time::{Duration, Instant};

use super::database::Backend;
use super::process::{Inbox, PATIENCE, delivery, insist};

/// More than a delivery that fails is tried.
const DEPLOYS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn it_is_no_dead_letter_on_sqlite() {
    outlives(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_no_dead_letter_on_postgres() {
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
            insist(receiver.address, &delivery(0)).await;
        }
        let start = Instant::now();
        while database.held().await.is_empty() {
            assert!(start.elapsed() < PATIENCE, "nobody works on it");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // Long enough for the note that it is started, without which it does not count.
        tokio::time::sleep(Duration::from_millis(300)).await;
        // Two would do, but those that come while the process has no processor are one.
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
