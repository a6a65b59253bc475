//! What a sender and an operator are told.

use super::*;

pub(super) async fn a_delivery_that_is_sent_again_is_a_duplicate_whatever_became_of_it<S: Queue>(store: S) {
    put(&store, "good").await;
    put(&store, "bad").await;
    assert_eq!(put(&store, "good").await, Stored::Duplicate, "while it waits");
    let worker = Worker::new(store.clone(), async |delivery: Delivery| match &text(&delivery)[..] {
        "bad" => Err("no".into()),
        _ => Ok(()),
    });
    work_off(worker.attempts(1), &store).await;
    assert_eq!(put(&store, "good").await, Stored::Duplicate, "when it is done");
    assert_eq!(put(&store, "bad").await, Stored::Duplicate, "when it is dead");
    assert!(is_idle(store.stats().await.unwrap()));
}

pub(super) async fn the_queue_counts_its_deliveries<S: Queue>(store: S) {
    assert_eq!(store.stats().await.unwrap(), Stats::default());
    for number in 0..3 {
        put(&store, &format!("{number}")).await;
    }
    sleep(Duration::from_millis(2100)).await;
    let stats = store.stats().await.unwrap();
    assert_eq!((stats.waiting, stats.running, stats.dead), (3, 0, 0));
    let oldest = stats.oldest.expect("three are due");
    assert!(
        oldest >= Duration::from_secs(1) && oldest < Duration::from_mins(1),
        "{oldest:?}"
    );

    let (started, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (begun, gate) = (started.clone(), go_on.clone());
    let worker = Worker::new(store.clone(), move |_| {
        begun.notify_one();
        let gate = gate.clone();
        async move {
            gate.notified().await;
            Ok(())
        }
    });
    let running = Running::start(worker.concurrency(1));
    timeout(PATIENCE, started.notified()).await.unwrap();
    until(&store, |stats| stats.running == 1 && stats.waiting == 2).await;
    for _ in 0..3 {
        go_on.notify_one();
        sleep(Duration::from_millis(100)).await;
    }
    until(&store, is_idle).await;
    assert_eq!(store.stats().await.unwrap().oldest, None);
    running.stop().await;
}

pub(super) async fn concurrent_duplicates_become_one_delivery<S: Queue>(store: S) {
    let puts = (0..100).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { put(&store, "same").await })
    });
    let mut new = 0;
    for put in puts.collect::<Vec<_>>() {
        new += u32::from(put.await.unwrap() == Stored::New);
    }
    assert_eq!(new, 1);
    assert_eq!(store.stats().await.unwrap().waiting, 1);
}
