//! What a worker holds goes back to the queue when it ends, and when it dies.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use redis::AsyncCommands;

use super::*;
use crate::{HEARTBEAT, MISSED_HEARTBEATS};

#[tokio::test]
async fn a_dropped_take_is_put_back_by_the_release_and_a_late_one_takes_nothing() {
    let Some(store) = store("dropped", 700).await else {
        return;
    };
    let lease = store.lease("one").await.unwrap();
    for _ in 0..2 {
        let mut take = pin!(lease.take(ALL));
        // It is sent.
        poll_fn(|context| {
            assert!(take.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
    }
    lease.release().await.unwrap();
    assert_eq!(counts(&store).await, (700, 0, 0, 0));
    assert!(lease.take_due(ALL).await.unwrap().is_none());

    let other = store.lease("other").await.unwrap();
    let taken = other.take(ALL).await.unwrap();
    assert!(taken.iter().all(|taken| taken.attempts == 0));
    remove(&store).await;
}

#[tokio::test]
async fn what_a_dropped_take_took_is_put_back_by_the_next_heartbeat_and_nothing_else() {
    let Some(store) = store("unknown", 20).await else {
        return;
    };
    let lease = store.lease("one").await.unwrap();
    let known = lease.take(Want { tasks: 5, ..ALL }).await.unwrap();
    {
        let mut take = pin!(lease.take(ALL));
        poll_fn(|context| {
            assert!(take.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
    }
    // The take comes before it, on the same connection.
    lease.beat().await.unwrap();
    assert_eq!(counts(&store).await, (15, 5, 0, 0));
    lease.settle(&settled(&known, &Outcome::Done)).await.unwrap();
    let rest = lease.take(ALL).await.unwrap();
    assert!(rest.iter().all(|taken| taken.attempts == 0));
    lease.beat().await.unwrap();
    assert_eq!(counts(&store).await, (0, 15, 5, 0));
    remove(&store).await;
}

#[tokio::test]
async fn only_what_dead_workers_hold_is_taken_over() {
    let Some(store) = store("takeover", 1202).await else {
        return;
    };
    let (dead, living) = (store.lease("dead").await.unwrap(), store.lease("living").await.unwrap());
    let one = Want { tasks: 1, ..ALL };
    let lived = living.take(one).await.unwrap();
    let mut held = Vec::new();
    while held.len() < 1200 {
        held.extend(dead.take(Want { tasks: 400, ..ALL }).await.unwrap());
    }
    let other = store.lease("other").await.unwrap();
    let silent_for = async |seconds: u64, worker: &str| {
        let (now, _): (u64, u64) = redis::cmd("TIME").query_async(&mut store.connection()).await.unwrap();
        let _: u64 = store
            .connection()
            .zadd(&store.keys.workers, worker, now - seconds)
            .await
            .unwrap();
    };
    let patience = HEARTBEAT.as_secs() * MISSED_HEARTBEATS as u64;
    silent_for(patience - 2, "dead").await;
    other.beat().await.unwrap();
    assert_eq!(counts(&store).await, (1, 1201, 0, 0));
    silent_for(patience + 1, "dead").await;
    // The server was out for both.
    silent_for(patience + 1, "other").await;
    other.beat().await.unwrap();
    assert_eq!(counts(&store).await, (1, 1201, 0, 0));
    other.beat().await.unwrap();
    assert_eq!(counts(&store).await, (1201, 1, 0, 0));

    // It was only paused. Its results come too late, and it registers again.
    dead.settle(&settled(&held, &Outcome::Done)).await.unwrap();
    assert_eq!(counts(&store).await, (1201, 1, 0, 0));
    let again = dead.take(one).await.unwrap();
    assert_eq!(again[0].attempts, 1);
    let mut rest = Vec::new();
    for _ in 0..3 {
        rest.extend(other.take(ALL).await.unwrap());
    }
    let attempts = |count| rest.iter().filter(|taken| taken.attempts == count).count();
    assert_eq!((attempts(0), attempts(1)), (1, 1199));
    living.settle(&settled(&lived, &Outcome::Done)).await.unwrap();
    assert_eq!(counts(&store).await, (0, 1201, 1, 0));
    remove(&store).await;
}
