//! A lease on a server. Each test has a queue of its own in database 0.

use std::collections::HashSet;
use std::time::Duration;
use std::{env, process};

use http::HeaderMap;
use redis::AsyncCommands;
use tower_webhook::scheme::Knowrithm;
use tower_webhook::sign::Signer;
use tower_webhook::{SigningSecret, Verifier};

use super::*;
use crate::Inbox;
use crate::queue::Queue;
use crate::queue::lease::{Lease, Leased, Outcome, Settled, Taken, Want};

mod put_back;

const ALL: Want<'_> = Want {
    tasks: 10_000,
    bytes: usize::MAX,
    order: None,
};

/// Opens a queue that is empty, and puts this many deliveries into it. None without the URL of a server: the test
/// skips, or fails where `.ci/run` forbids skipping.
async fn store(name: &str, deliveries: usize) -> Option<RedisStore> {
    let Some(url) = env::var("TEST_REDIS_URL").ok().filter(|url| !url.is_empty()) else {
        assert!(
            env::var_os("TOWER_WEBHOOK_REQUIRE_ALL").is_none(),
            "TEST_REDIS_URL is not set"
        );
        return None;
    };
    let queue = format!("tower-webhook-{}-{name}", process::id());
    let store = RedisStore::options().queue(queue).open(&url).await.unwrap();
    let secret = SigningSecret::new("whk_test").unwrap();
    let (signer, verifier) = (Signer::new(Knowrithm, &secret), Verifier::knowrithm(secret.clone()));
    let inbox = Inbox::new(store.clone());
    for number in 0..deliveries {
        let body = number.to_string();
        let genuine = verifier.verify(&signer.headers(&body), body).unwrap();
        assert_eq!(inbox.put(&genuine, &HeaderMap::new()).await.unwrap(), Stored::New);
    }
    Some(store)
}

/// Removes the queue.
async fn remove(store: &RedisStore) {
    let mut connection = store.connection();
    let keys: Vec<String> = connection.keys(format!("{}:*", store.queue())).await.unwrap();
    let () = connection.del(keys).await.unwrap();
}

fn settled(taken: &[Taken], outcome: &Outcome) -> Vec<Settled> {
    let settled = taken.iter().map(|taken| Settled {
        id: taken.id.clone(),
        attempts: taken.attempts + 1,
        outcome: outcome.clone(),
    });
    settled.collect()
}

fn retry_at_once() -> Outcome {
    Outcome::Retry {
        error: "not yet".to_owned(),
        after: Duration::ZERO,
    }
}

/// Takes what is due, or is due at once: the server counts whole milliseconds, rounded up.
async fn take_due(lease: &impl Lease) -> Vec<Taken> {
    let before = tokio::time::Instant::now();
    loop {
        let taken = lease.take(ALL).await.unwrap();
        if !taken.is_empty() {
            return taken;
        }
        assert!(before.elapsed() < Duration::from_secs(5), "nothing is due");
    }
}

fn bodies(taken: &[Taken]) -> Vec<usize> {
    let body = |taken: &Taken| taken.delivery.as_ref().unwrap().json().unwrap();
    taken.iter().map(body).collect()
}

async fn counts(store: &RedisStore) -> (u64, u64, u64, u64) {
    let stats = store.stats().await.unwrap();
    (stats.waiting, stats.running, stats.done, stats.dead)
}

#[tokio::test]
async fn a_thousand_retries_that_are_due_at_once_are_taken_in_portions() {
    let Some(store) = store("retries", 1000).await else {
        return;
    };
    let lease = store.lease("one").await.unwrap();
    for attempts in 0..2 {
        let mut taken = take_due(&lease).await;
        assert_eq!(taken.len(), keys::PORTION);
        taken.extend(lease.take(ALL).await.unwrap());
        let order = bodies(&taken);
        assert!(attempts > 0 || order.is_sorted(), "in the order of their arrival");
        assert_eq!(HashSet::<usize>::from_iter(order).len(), 1000);
        assert!(taken.iter().all(|taken| taken.attempts == attempts));
        lease.settle(&settled(&taken, &retry_at_once())).await.unwrap();
        assert_eq!(counts(&store).await, (1000, 0, 0, 0));
    }
    remove(&store).await;
}

#[tokio::test]
async fn a_retry_waits_for_its_time() {
    let Some(store) = store("pause", 1).await else { return };
    let lease = store.lease("one").await.unwrap();
    let taken = lease.take(ALL).await.unwrap();
    let after = Duration::from_millis(300);
    let outcome = Outcome::Retry {
        error: "not yet".to_owned(),
        after,
    };
    let before = tokio::time::Instant::now();
    lease.settle(&settled(&taken, &outcome)).await.unwrap();
    assert_eq!(store.stats().await.unwrap().oldest, None);
    while lease.take(ALL).await.unwrap().is_empty() {
        assert!(before.elapsed() < 10 * after);
    }
    assert!(before.elapsed() >= after, "{:?}", before.elapsed());
    remove(&store).await;
}

#[tokio::test]
async fn a_result_that_is_recorded_again_changes_nothing() {
    let Some(store) = store("again", 3).await else { return };
    let lease = store.lease("one").await.unwrap();
    let taken = lease.take(ALL).await.unwrap();
    let dead = Outcome::Dead { error: "no".to_owned() };
    let mut first = settled(&taken[..1], &Outcome::Done);
    first.extend(settled(&taken[1..2], &dead));
    first.extend(settled(&taken[2..], &retry_at_once()));
    for _ in 0..2 {
        lease.settle(&first).await.unwrap();
        assert_eq!(counts(&store).await, (1, 0, 1, 1));
    }
    // Also after the worker has taken the third one again.
    let again = take_due(&lease).await;
    assert_eq!((bodies(&again), again[0].attempts), (vec![2], 1));
    lease.settle(&first).await.unwrap();
    lease.beat().await.unwrap();
    assert_eq!(counts(&store).await, (0, 1, 1, 1));
    // Its worker died during its last attempt.
    let given_up = Settled {
        attempts: 1,
        outcome: dead,
        ..settled(&again, &Outcome::Done).remove(0)
    };
    lease.settle(&[given_up]).await.unwrap();
    assert_eq!(counts(&store).await, (0, 0, 1, 2));
    remove(&store).await;
}

#[tokio::test]
async fn bytes_bound_a_take_but_one_delivery_is_taken_in_any_case() {
    let Some(store) = store("bytes", 10).await else { return };
    let lease = store.lease("one").await.unwrap();
    let mut taken = lease.take(Want { bytes: 1, ..ALL }).await.unwrap();
    assert_eq!(bodies(&taken), [0]);
    // The times in them have more or fewer digits.
    let bytes = 3 * (taken[0].bytes + 32);
    taken = lease.take(Want { bytes, ..ALL }).await.unwrap();
    assert_eq!(bodies(&taken), [1, 2, 3]);
    // Its data is gone, as after apalis's `vacuum`.
    let next: String = store.connection().lindex(&store.keys.active, 0).await.unwrap();
    let _: u64 = store.connection().hdel(&store.keys.data, next).await.unwrap();
    assert_eq!(bodies(&lease.take(ALL).await.unwrap()), [5, 6, 7, 8, 9]);
    remove(&store).await;
}

#[tokio::test]
async fn the_latest_dead_letters_come_first_and_those_without_data_are_forgotten() {
    let Some(store) = store("letters", 600).await else {
        return;
    };
    let lease = store.lease("one").await.unwrap();
    let mut taken = Vec::new();
    while taken.len() < 600 {
        taken.extend(lease.take(ALL).await.unwrap());
    }
    let dead = Outcome::Dead { error: "no".to_owned() };
    lease.settle(&settled(&taken, &dead)).await.unwrap();
    let id = taken[123].id.clone();
    let _: u64 = store
        .connection()
        .hset(format!("{}{id}", store.keys.meta), "done_at", 4_000_000_000_u64)
        .await
        .unwrap();
    let ids: Vec<String> = store
        .dead_letters(3)
        .await
        .unwrap()
        .into_iter()
        .map(|letter| letter.id)
        .collect();
    assert_eq!(ids, [id, taken[599].id.clone(), taken[598].id.clone()]);

    let _: u64 = store.connection().hdel(&store.keys.data, &taken[0].id).await.unwrap();
    let _: u64 = store.connection().sadd(&store.keys.dead, "no such task").await.unwrap();
    assert_eq!(store.dead_letters(u32::MAX).await.unwrap().len(), 600);
    assert_eq!(store.retry_all().await.unwrap(), 599);
    assert_eq!(counts(&store).await, (599, 0, 0, 0));
    let oldest = store.stats().await.unwrap().oldest.unwrap();
    assert!(
        oldest < Duration::from_secs(10),
        "due since it was put back: {oldest:?}"
    );
    remove(&store).await;
}
