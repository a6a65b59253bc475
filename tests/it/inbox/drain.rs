//! SIGTERM: nobody is let in, what is being worked on is finished, and what waits is left for the next process.
#![cfg(unix)]

use super::database::Backend;
use super::process::{Inbox, delivery, insist};

/// More than are worked on at a time.
const DELIVERIES: usize = 40;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_worked_on_is_finished_and_done_once() {
    let database = Backend::Sqlite.database().await.unwrap();
    let slow = Inbox::new(&database.url, database.folder.path()).with("WORK_MS", 1000);
    let mut receiver = slow.start();
    for number in 0..DELIVERIES {
        insist(receiver.address, &delivery(number)).await;
    }
    let held = loop {
        let held = database.held().await;
        if held.len() >= 10 {
            break held;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    receiver.signal("TERM");
    assert_eq!(receiver.end().code(), Some(0));
    let effects = slow.effects();
    for key in held {
        assert_eq!(effects.get(&key), Some(&1), "{key} was worked on, and is not finished");
    }
    assert!(effects.len() < DELIVERIES, "it did not wait for all of them");
    assert!(
        database.held().await.is_empty(),
        "a process that has ended holds a task"
    );

    let next = Inbox::new(&database.url, database.folder.path());
    let _receiver = next.start();
    let effects = next.wait_for(DELIVERIES).await;
    assert!(effects.values().all(|times| *times == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_tried_again_until_it_is_a_dead_letter() {
    let database = Backend::Sqlite.database().await.unwrap();
    let half = Inbox::new(&database.url, database.folder.path()).failing(0.3);
    let receiver = half.start();
    for number in 0..DELIVERIES {
        insist(receiver.address, &delivery(number)).await;
    }
    // Three of ten fail five times in a row once in four hundred: at most a few of them.
    let effects = half.wait_for(DELIVERIES - 5).await;
    assert!(effects.values().all(|times| *times == 1));
    drop(receiver);
}
