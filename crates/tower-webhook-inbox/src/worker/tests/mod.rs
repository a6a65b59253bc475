//! The worker, on a store in memory and with paused time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::HeaderMap;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower_webhook::scheme::Knowrithm;
use tower_webhook::sign::Signer;
use tower_webhook::{SigningSecret, Verifier};

use super::*;
use crate::Inbox;
use crate::memory::MemoryStore;

mod flaky;

use flaky::{Call, Fault, Flaky};

async fn put(store: &MemoryStore, body: &str) {
    let secret = SigningSecret::new("whk_test").unwrap();
    let headers = Signer::new(Knowrithm, &secret).headers(body);
    let body = Verifier::knowrithm(secret).verify(&headers, body.to_owned()).unwrap();
    Inbox::new(store.clone()).put(&body, &HeaderMap::new()).await.unwrap();
}

fn text(delivery: &Delivery) -> String {
    String::from_utf8(delivery.bytes().to_vec()).unwrap()
}

/// Runs until nothing waits or runs.
async fn run_out<W, F>(worker: Worker<MemoryStore, W>)
where
    W: Fn(Delivery) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), BoxError>> + Send + 'static,
{
    let store = worker.store.clone();
    let idle = async move {
        loop {
            let stats = store.stats().await.unwrap();
            if stats.waiting + stats.running == 0 {
                break;
            }
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(Duration::from_hours(1), worker.run_until(idle))
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_failing_delivery_is_tried_again_with_growing_pauses_and_then_dead() {
    let store = MemoryStore::new(10);
    put(&store, "bad").await;
    let times = Arc::new(Mutex::new(Vec::new()));
    let (tried, start) = (times.clone(), Instant::now());
    let worker = Worker::new(store.clone(), move |_| {
        tried.lock().unwrap().push(start.elapsed());
        async { Err("no".into()) }
    });
    run_out(worker.attempts(4)).await;
    let times = times.lock().unwrap().clone();
    assert_eq!(times.len(), 4);
    for (pauses, least) in times.windows(2).zip([1, 2, 4]) {
        let (pause, least) = (pauses[1].saturating_sub(pauses[0]), Duration::from_secs(least));
        // A tick later at most.
        assert!(
            pause >= least && pause <= least + least / 2 + Duration::from_millis(400),
            "{pause:?}"
        );
    }
    let letters = store.dead_letters(10).await.unwrap();
    assert_eq!((letters[0].attempts(), letters[0].error()), (4, "no"));
    assert_eq!(letters[0].delivery().unwrap().bytes(), "bad");
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_an_error_of_its_own_delivery_alone() {
    let store = MemoryStore::new(10);
    for body in ["good", "bad", "fine"] {
        put(&store, body).await;
    }
    let worker = Worker::new(store.clone(), async |delivery: Delivery| {
        assert!(delivery.bytes() != "bad", "out of {}", "luck");
        Ok(())
    });
    run_out(worker.attempts(2)).await;
    assert_eq!(store.stats().await.unwrap().done, 2);
    assert_eq!(
        store.dead_letters(10).await.unwrap()[0].error(),
        "panicked: out of luck"
    );
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_panics_before_its_future_is_caught_too() {
    fn refuse(_: Delivery) -> std::future::Ready<Result<(), BoxError>> {
        panic!("at once")
    }

    let store = MemoryStore::new(10);
    put(&store, "bad").await;
    run_out(Worker::new(store.clone(), refuse).attempts(1)).await;
    assert_eq!(store.dead_letters(10).await.unwrap()[0].error(), "panicked: at once");
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_that_is_retried_has_all_its_attempts_again() {
    let store = MemoryStore::new(10);
    put(&store, "bad").await;
    let tries = Arc::new(AtomicUsize::new(0));
    let worker = || {
        let tries = tries.clone();
        Worker::new(store.clone(), move |_| {
            tries.fetch_add(1, Ordering::Relaxed);
            async { Err("no".into()) }
        })
        .attempts(2)
    };
    run_out(worker()).await;
    let id = store.dead_letters(1).await.unwrap()[0].id().to_owned();
    assert!(store.retry(&id).await.unwrap());
    assert!(!store.retry(&id).await.unwrap(), "it is no dead letter any more");
    run_out(worker()).await;
    assert_eq!(tries.load(Ordering::Relaxed), 4);
    assert_eq!(store.retry_all().await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn as_many_run_at_a_time_as_was_said() {
    let store = MemoryStore::new(100);
    for number in 0..50 {
        put(&store, &number.to_string()).await;
    }
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (now, peak) = (running.clone(), most.clone());
    let worker = Worker::new(store.clone(), move |_| {
        let (now, peak) = (now.clone(), peak.clone());
        async move {
            peak.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            sleep(Duration::from_millis(10)).await;
            now.fetch_sub(1, Ordering::Relaxed);
            Ok(())
        }
    });
    run_out(worker.concurrency(8)).await;
    assert_eq!(most.load(Ordering::Relaxed), 8);
    assert_eq!(store.stats().await.unwrap().done, 50);
}

#[tokio::test(start_paused = true)]
async fn the_stop_waits_for_what_runs_and_puts_the_rest_back() {
    let store = MemoryStore::new(100);
    for number in 0..20 {
        put(&store, &number.to_string()).await;
    }
    let started = Arc::new(Notify::new());
    let begun = started.clone();
    let worker = Worker::new(store.clone(), move |delivery: Delivery| {
        begun.notify_one();
        // The first ends within the grace, and the second does not.
        let takes = Duration::from_secs(if text(&delivery) == "0" { 3 } else { 3600 });
        async move {
            sleep(takes).await;
            Ok(())
        }
    });
    let (stop, start) = (CancellationToken::new(), Instant::now());
    let run = tokio::spawn({
        let stop = stop.clone();
        async move { worker.concurrency(2).run_until(stop.cancelled()).await }
    });
    started.notified().await;
    sleep(Duration::from_millis(10)).await;
    stop.cancel();
    run.await.unwrap().unwrap();
    let took = start.elapsed().as_secs_f64();
    assert!((8.0..8.5).contains(&took), "the grace, {took}");
    let stats = store.stats().await.unwrap();
    assert_eq!((stats.done, stats.waiting, stats.running), (1, 19, 0));
}

#[tokio::test(start_paused = true)]
async fn deliveries_of_one_key_run_one_at_a_time_in_order_while_others_go_on() {
    let store = MemoryStore::new(100);
    for body in ["a1", "b1", "a2", "a3", "b2", "-"] {
        put(&store, body).await;
    }
    let log = Arc::new(Mutex::new(Vec::new()));
    let (told, failed) = (log.clone(), Arc::new(AtomicUsize::new(0)));
    let worker = Worker::new(store.clone(), move |delivery: Delivery| {
        let (told, failed) = (told.clone(), failed.clone());
        async move {
            let body = text(&delivery);
            sleep(Duration::from_millis(10)).await;
            if body == "a1" && failed.fetch_add(1, Ordering::Relaxed) == 0 {
                return Err("not yet".into());
            }
            told.lock().unwrap().push(body);
            Ok(())
        }
    });
    let key = |delivery: &Delivery| text(delivery).strip_suffix(char::is_numeric).map(str::to_owned);
    run_out(worker.in_order_by(key)).await;
    let log = log.lock().unwrap().clone();
    let of = |key: &str| {
        log.iter()
            .filter(|body| body.starts_with(key))
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (of("a"), of("b")),
        (
            vec!["a1".into(), "a2".into(), "a3".into()],
            vec!["b1".into(), "b2".into()]
        )
    );
    assert!(
        log.iter().position(|body| body == "b2") < log.iter().position(|body| body == "a1"),
        "{log:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_dropped_worker_held_is_taken_by_another_with_one_attempt_less() {
    let store = MemoryStore::new(10);
    put(&store, "held").await;
    let hang = Worker::new(store.clone(), async |_: Delivery| std::future::pending().await);
    let dropped = timeout(Duration::from_secs(1), hang.run_until(std::future::pending())).await;
    assert!(dropped.is_err());
    run_out(Worker::new(store.clone(), async |_: Delivery| Err("no".into())).attempts(2)).await;
    let letters = store.dead_letters(1).await.unwrap();
    assert_eq!((letters[0].attempts(), letters[0].error()), (2, "no"));
}

#[tokio::test(start_paused = true)]
async fn a_delivery_whose_workers_keep_dying_is_given_up_and_its_neighbours_before_are_not() {
    let store = MemoryStore::new(10);
    put(&store, "deadly").await;
    for death in 0..25 {
        let hang = Worker::new(store.clone(), async |_: Delivery| std::future::pending().await);
        let dropped = timeout(
            Duration::from_secs(1),
            hang.attempts(1).run_until(std::future::pending()),
        )
        .await;
        assert!(dropped.is_err());
        sleep(Duration::from_millis(1)).await;
        let stats = store.stats().await.unwrap();
        assert_eq!((stats.waiting, stats.dead), (1, 0), "after {} deaths", death + 1);
    }
    run_out(Worker::new(store.clone(), async |_: Delivery| Ok(())).attempts(1)).await;
    let letters = store.dead_letters(1).await.unwrap();
    assert!(letters[0].error().starts_with("given up"), "{}", letters[0].error());
    assert_eq!(letters[0].attempts(), 25);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_takes_too_long_has_failed() {
    let store = MemoryStore::new(10);
    put(&store, "slow").await;
    let hang = Worker::new(store.clone(), async |_: Delivery| std::future::pending().await);
    run_out(hang.attempts(2).time_limit(Duration::from_secs(5))).await;
    assert_eq!(store.dead_letters(1).await.unwrap()[0].error(), "not done within 5s");
}

#[tokio::test(start_paused = true)]
async fn an_error_that_cannot_be_printed_ends_its_attempt_all_the_same() {
    #[derive(Debug)]
    struct Unprintable;
    impl fmt::Display for Unprintable {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            Err(fmt::Error)
        }
    }
    impl std::error::Error for Unprintable {}

    let store = MemoryStore::new(10);
    put(&store, "bad").await;
    run_out(Worker::new(store.clone(), async |_: Delivery| Err(Unprintable.into())).attempts(1)).await;
    assert!(store.dead_letters(1).await.unwrap()[0].error().starts_with("panicked"));
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_no_clock_can_count_loses_nothing() {
    let store = MemoryStore::new(10);
    put(&store, "never").await;
    let worker = Worker::new(store.clone(), async |_: Delivery| {
        Err(NotBefore::new(Duration::MAX, "later").into())
    });
    worker
        .concurrency(usize::MAX)
        .run_until(sleep(Duration::from_secs(2)))
        .await
        .unwrap();
    assert_eq!(store.stats().await.unwrap().waiting, 1);
}

/// Works off one delivery on a store with these faults, and returns how long that took.
async fn with_faults(faults: &[(Call, Fault)]) -> Duration {
    let store = Flaky::new(MemoryStore::new(10), faults.iter().copied());
    put(&store.store, "one").await;
    let worker = Worker::new(store.clone(), async |_: Delivery| Ok(()));
    let (start, counted) = (Instant::now(), store.store.clone());
    let done = async move {
        while counted.stats().await.unwrap().done == 0 {
            sleep(Duration::from_millis(1)).await;
        }
    };
    let ended = timeout(Duration::from_hours(1), worker.run_until(done)).await;
    ended.expect("it is worked off").unwrap();
    assert!(store.is_mended(), "{faults:?}");
    start.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_failing_backend_is_asked_again_after_a_second() {
    for call in [Call::Lease, Call::Take, Call::Settle] {
        let took = with_faults(&[(call, Fault::Failure); 3]).await.as_secs_f64();
        assert!((3.0..3.5).contains(&took), "{call:?}: {took}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_backend_that_falls_silent_is_asked_again_after_ten_seconds() {
    for call in [Call::Lease, Call::Settle] {
        let took = with_faults(&[(call, Fault::Silence)]).await.as_secs_f64();
        assert!(took < 11.5, "{call:?}: {took}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_stop_does_not_wait_for_a_backend_that_is_out() {
    let store = Flaky::new(
        MemoryStore::new(10),
        [(Call::Take, Fault::Silence), (Call::Release, Fault::Silence)],
    );
    let worker = Worker::new(store, async |_: Delivery| Ok(()));
    let (start, stop) = (Instant::now(), sleep(Duration::from_secs(1)));
    worker.run_until(stop).await.unwrap();
    let took = start.elapsed().as_secs_f64();
    assert!((9.0..11.5).contains(&took), "the grace and two seconds: {took}");
}

#[tokio::test(start_paused = true)]
async fn a_release_that_fails_is_told() {
    let store = Flaky::new(MemoryStore::new(10), [(Call::Release, Fault::Failure)]);
    let worker = Worker::new(store, async |_: Delivery| Ok(()));
    worker.run_until(sleep(Duration::from_secs(1))).await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn a_result_that_is_recorded_again_does_not_end_the_next_attempt() {
    let store = Flaky::new(MemoryStore::new(10), [(Call::Settle, Fault::Silence)]);
    put(&store.store, "one").await;
    let attempts = Arc::new(AtomicUsize::new(0));
    let counter = attempts.clone();
    // The second attempt begins before the silence is noticed, and still runs then.
    let worker = Worker::new(store.clone(), move |_| {
        let number = counter.fetch_add(1, Ordering::Relaxed);
        async move {
            if number == 0 {
                return Err("not yet".into());
            }
            sleep(Duration::from_secs(30)).await;
            Ok(())
        }
    });
    let kept = store.store.clone();
    let done = async move {
        while kept.stats().await.unwrap().done == 0 {
            sleep(Duration::from_millis(100)).await;
        }
    };
    let ended = timeout(Duration::from_hours(1), worker.run_until(done)).await;
    ended.expect("it is done").unwrap();
    assert_eq!(attempts.load(Ordering::Relaxed), 2);
}
