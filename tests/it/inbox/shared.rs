//! Two processes share a server: both work, and each delivery is done once.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::database::Backend;
use super::process::{Inbox, PATIENCE, deliver, delivery};

const DELIVERIES: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_share_postgres_and_do_each_delivery_once() {
    shares_a_server(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_share_redis_and_do_each_delivery_once() {
    shares_a_server(Backend::Redis).await;
}

async fn shares_a_server(backend: Backend) {
    let Some(database) = backend.database().await else {
        return;
    };
    let inboxes = ["one", "two"].map(|name| {
        let mut inbox = Inbox::new(&database.url, database.folder.path()).with("WORK_MS", 100);
        inbox.effects = database.folder.path().join(name);
        inbox
    });
    let receivers = inboxes.each_ref().map(Inbox::start);
    let addresses = receivers.each_ref().map(|receiver| receiver.address);
    join_all((0..DELIVERIES).map(|number| async move {
        // To one of them, and every tenth to both.
        let body = delivery(number);
        deliver(addresses[number % 2], &body).await;
        if number.is_multiple_of(10) {
            deliver(addresses[(number + 1) % 2], &body).await;
        }
    }))
    .await;

    let start = Instant::now();
    let mut effects = inboxes.each_ref().map(Inbox::effects);
    while effects.iter().map(HashMap::len).sum::<usize>() < DELIVERIES {
        assert!(start.elapsed() < PATIENCE, "not all took effect");
        tokio::time::sleep(Duration::from_millis(50)).await;
        effects = inboxes.each_ref().map(Inbox::effects);
    }
    let [one, two] = effects;
    assert!(!one.is_empty() && !two.is_empty(), "{} and {}", one.len(), two.len());
    assert!(one.values().chain(two.values()).all(|times| *times == 1));
    let both: HashSet<_> = one.keys().chain(two.keys()).collect();
    assert_eq!(
        (both.len(), one.len() + two.len()),
        (DELIVERIES, DELIVERIES),
        "a delivery was done by both"
    );
    assert_eq!(database.tasks().await, DELIVERIES);
    drop(receivers);
    database.drop().await;
}
