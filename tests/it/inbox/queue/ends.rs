//! The end of a worker, by a stop or by a death.

use super::*;

pub(super) async fn a_stop_puts_back_what_runs_and_counts_no_attempt<S: Queue>(store: S) {
    for number in 0..5 {
        put(&store, &format!("{number}")).await;
    }
    let started = Arc::new(Notify::new());
    let begun = started.clone();
    let hang = Worker::new(store.clone(), move |_| {
        begun.notify_one();
        pending()
    });
    let running = Running::start(hang.attempts(1).concurrency(2).grace(Duration::ZERO));
    timeout(PATIENCE, started.notified()).await.unwrap();
    running.stop().await;
    let stats = store.stats().await.unwrap();
    assert_eq!((stats.waiting, stats.running), (5, 0));

    let start = Instant::now();
    let worker = Worker::new(store.clone(), async |_: Delivery| Ok(()));
    work_off(worker.attempts(1), &store).await;
    assert!(
        start.elapsed() < Duration::from_secs(6),
        "at once, and not when a worker is believed dead"
    );
    assert_eq!(store.stats().await.unwrap().dead, 0);
}

pub(super) async fn a_stop_waits_for_what_runs_and_records_it<S: Queue>(store: S) {
    put(&store, "slow").await;
    let started = Arc::new(Notify::new());
    let begun = started.clone();
    let worker = Worker::new(store.clone(), move |_| {
        begun.notify_one();
        async {
            sleep(Duration::from_millis(500)).await;
            Ok(())
        }
    });
    let running = Running::start(worker);
    timeout(PATIENCE, started.notified()).await.unwrap();
    running.stop().await;
    let stats = store.stats().await.unwrap();
    assert_eq!((stats.waiting, stats.running, stats.dead), (0, 0, 0));
}

pub(super) async fn what_a_dead_worker_held_is_taken_over_with_one_attempt_less<S: Queue>(store: S) {
    put(&store, "held").await;
    let started = Arc::new(Notify::new());
    let begun = started.clone();
    let hang = Worker::new(store.clone(), move |_| {
        begun.notify_one();
        pending()
    });
    let dead = tokio::spawn(hang.run_until(pending()));
    timeout(PATIENCE, started.notified()).await.unwrap();
    dead.abort();
    let _ = dead.await;

    let start = Instant::now();
    let worker = Worker::new(store.clone(), async |_: Delivery| Err("no".into()));
    work_off(worker.attempts(2), &store).await;
    // Two heartbeats of 4 s, the one in which it is noticed, and a busy machine.
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    let letters = store.dead_letters(1).await.unwrap();
    assert_eq!(
        (letters[0].attempts(), letters[0].error()),
        (2, "no"),
        "one of two was left"
    );
}
