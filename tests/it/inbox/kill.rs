//! A process that is killed again and again loses no acknowledged delivery.
#![cfg(unix)]

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::database::{Backend, say};
use super::process::{Inbox, PATIENCE, delivery, key, post};

const DELIVERIES: usize = 500;
const KILLS: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_delivery_is_lost_through_twenty_kills_on_sqlite() {
    kills(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_delivery_is_lost_through_twenty_kills_on_postgres() {
    kills(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_delivery_is_lost_through_twenty_kills_on_redis() {
    kills(Backend::Redis).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_delivery_is_lost_through_twenty_kills_on_nats() {
    kills(Backend::Nats).await;
}

async fn kills(backend: Backend) {
    let Some(database) = backend.database().await else {
        return;
    };
    let inbox = Inbox::new(&database.url, database.folder.path()).with("WORK_MS", 20);
    let (address, known) = watch::channel(None);
    let mut senders = JoinSet::new();
    let mut numbers = 0..DELIVERIES;

    let mut held_at_a_kill = HashSet::new();
    for _ in 0..KILLS {
        let mut receiver = inbox.start();
        address.send_replace(Some(receiver.address));
        for number in numbers.by_ref().take(DELIVERIES / KILLS) {
            senders.spawn(send(known.clone(), number));
        }
        tokio::time::sleep(Duration::from_millis(random(30, 500))).await;
        receiver.signal("KILL");
        receiver.end();
        held_at_a_kill.extend(database.held().await);
    }
    // The last process is not killed.
    let receiver = inbox.start();
    address.send_replace(Some(receiver.address));
    let acknowledged: HashMap<String, usize> = tokio::time::timeout(PATIENCE, senders.join_all())
        .await
        .expect("every delivery is acknowledged")
        .into_iter()
        .collect();
    assert_eq!(acknowledged.len(), DELIVERIES);

    inbox.wait_for(DELIVERIES).await;
    // A second effect can come for as long as a task is held.
    let start = Instant::now();
    while !database.held().await.is_empty() {
        assert!(
            start.elapsed() < PATIENCE,
            "the tasks of killed processes are not taken over"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let effects = inbox.effects();
    for key in acknowledged.keys() {
        assert!(effects.contains_key(key), "{key} was acknowledged and took no effect");
    }
    assert_eq!(effects.len(), DELIVERIES, "an effect of a delivery that was never sent");
    assert_eq!(database.tasks().await, DELIVERIES, "a delivery became two tasks");
    let twice: Vec<_> = effects
        .iter()
        .filter(|(_, times)| **times > 1)
        .map(|(key, _)| key)
        .collect();
    for key in &twice {
        assert!(
            held_at_a_kill.contains(*key),
            "{key} took effect twice, and was not held at a kill"
        );
    }
    let posts: usize = acknowledged.values().sum();
    say(&format!(
        "{backend:?}: {DELIVERIES} deliveries, acknowledged {posts} times through {KILLS} kills; {} tasks were held at a \
         kill, {} took effect twice",
        held_at_a_kill.len(),
        twice.len(),
    ));
    drop(receiver);
    database.drop().await;
}

/// Sends a delivery to the current process until it is acknowledged, and every fifth delivery until it is acknowledged
/// twice. Returns its key, and how often it was acknowledged.
async fn send(mut address: watch::Receiver<Option<SocketAddr>>, number: usize) -> (String, usize) {
    let body: Arc<str> = delivery(number).into();
    tokio::time::sleep(Duration::from_millis(random(0, 200))).await;
    let wanted = if number.is_multiple_of(5) { 2 } else { 1 };
    let mut acknowledged = 0;
    while acknowledged < wanted {
        let now = address.borrow_and_update().expect("one was started");
        match post(now, &body).await {
            Ok(response) if response.status() == 200 => acknowledged += 1,
            Ok(response) => assert_eq!(response.status(), 503),
            // The process was killed. The next one may already be there.
            Err(()) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    (key(&body), acknowledged)
}

fn random(least: u64, most: u64) -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    least + u64::from_ne_bytes(bytes) % (most - least)
}
