//! Attempts: how often, when, and by whom a delivery is worked on.

use super::*;

pub(super) async fn each_delivery_is_worked_on_once_by_one_of_two_workers<S: Queue>(store: S) {
    for number in 0..200 {
        assert_eq!(put(&store, &format!("{number}")).await, Stored::New);
    }
    let log = Log::default();
    let workers = [0, 1].map(|_| {
        let log = log.clone();
        Running::start(Worker::new(store.clone(), move |delivery| {
            log.note(&delivery);
            async { Ok(()) }
        }))
    });
    until(&store, is_idle).await;
    for worker in workers {
        worker.stop().await;
    }
    for number in 0..200 {
        assert_eq!(log.attempts(&format!("{number}")).len(), 1, "{number}");
    }
    assert_eq!(store.stats().await.unwrap().dead, 0);
}

pub(super) async fn a_failed_attempt_is_made_again_after_its_pause<S: Queue>(store: S) {
    put(&store, "bad").await;
    let log = Log::default();
    let worker = Worker::new(store.clone(), {
        let log = log.clone();
        move |delivery| {
            let attempts = log.note(&delivery);
            async move { if attempts < 2 { Err("not yet".into()) } else { Ok(()) } }
        }
    });
    let second = Duration::from_secs(1);
    let running = Running::start(worker.attempts(3).backoff(second, second));
    until(&store, is_idle).await;
    running.stop().await;
    let attempts = log.attempts("bad");
    assert_eq!(attempts.len(), 3);
    for pair in attempts.windows(2) {
        assert!(pair[1] - pair[0] >= second, "{:?}", pair[1] - pair[0]);
    }
    assert_eq!(store.stats().await.unwrap().dead, 0);
}

pub(super) async fn a_pause_that_the_handler_asks_for_is_kept<S: Queue>(store: S) {
    put(&store, "later").await;
    let log = Log::default();
    let worker = Worker::new(store.clone(), {
        let log = log.clone();
        move |delivery| {
            let attempts = log.note(&delivery);
            async move {
                match attempts {
                    0 => Err(NotBefore::new(Duration::from_secs(3), "too many").into()),
                    _ => Ok(()),
                }
            }
        }
    });
    work_off(worker, &store).await;
    let attempts = log.attempts("later");
    assert_eq!(attempts.len(), 2);
    assert!(attempts[1] - attempts[0] >= Duration::from_secs(3));
}

/// A database may not know a NUL in its texts, and an error may quote a whole page.
pub(super) async fn any_error_text_is_kept_up_to_its_bound<S: Queue>(store: S) {
    let long = "ä".repeat(1_000_000);
    let errors = [
        "a \0 in it".to_owned(),
        r#"{"quoted": "\u0000"}"#.to_owned(),
        String::new(),
        long,
    ];
    for number in 0..errors.len() {
        put(&store, &format!("{number}")).await;
    }
    let texts = errors.clone();
    let worker = Worker::new(store.clone(), move |delivery: Delivery| {
        let error = texts[text(&delivery).parse::<usize>().unwrap()].clone();
        async { Err(error.into()) }
    });
    work_off(worker.attempts(1), &store).await;
    for letter in store.dead_letters(10).await.unwrap() {
        let error = &errors[text(letter.delivery().unwrap()).parse::<usize>().unwrap()];
        assert!(letter.error().len() <= 4096, "{}", letter.error().len());
        let kept = letter.error().replace(['\0', '\u{fffd}'], "");
        assert!(
            error.replace('\0', "").starts_with(kept.trim_end_matches(" ...")),
            "{kept:?}"
        );
        assert!(
            error.len() > 4096 || kept.len() == error.replace('\0', "").len(),
            "{kept:?}"
        );
    }
    assert_eq!(store.stats().await.unwrap().dead, errors.len() as u64);
}

pub(super) async fn large_deliveries_pass_one_after_the_other<S: Queue>(store: S) {
    const LARGE: usize = 700_000;
    for number in 0..12 {
        put(&store, &format!("{number}{}", "x".repeat(LARGE))).await;
    }
    let log = Log::default();
    let worker = Worker::new(store.clone(), {
        let log = log.clone();
        move |delivery| {
            log.note(&delivery);
            async { Ok(()) }
        }
    });
    // Two of them do not fit.
    work_off(worker.concurrent_bytes(1_000_000), &store).await;
    for number in 0..12 {
        assert_eq!(log.attempts(&format!("{number}{}", "x".repeat(LARGE))).len(), 1);
    }
}
