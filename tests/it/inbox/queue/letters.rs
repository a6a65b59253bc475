//! Dead letters, and their way back into the queue.

use super::*;

pub(super) async fn a_dead_letter_can_be_put_back_once<S: Queue>(store: S) {
    put(&store, "bad").await;
    put(&store, "good").await;
    let log = Log::default();
    let worker = || {
        let log = log.clone();
        Worker::new(store.clone(), move |delivery: Delivery| {
            log.note(&delivery);
            async move {
                match &text(&delivery)[..] {
                    "bad" => Err(NeverAgain::new("not an event").into()),
                    _ => Ok(()),
                }
            }
        })
    };
    work_off(worker(), &store).await;
    let letters = store.dead_letters(10).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].attempts(), letters[0].error()), (1, "not an event"));
    assert_eq!(letters[0].delivery().unwrap().bytes(), "bad");
    let age = jiff::Timestamp::now().duration_since(letters[0].died_at());
    assert!(age.abs() < jiff::SignedDuration::from_secs(90), "{age:?}");

    let id = letters[0].id();
    let (one, other) = tokio::join!(store.retry(id), store.retry(id));
    assert_eq!(u8::from(one.unwrap()) + u8::from(other.unwrap()), 1);
    assert!(!store.retry("no such id").await.unwrap());
    assert_eq!(store.dead_letters(10).await.unwrap().len(), 0);
    work_off(worker(), &store).await;
    assert_eq!((log.attempts("bad").len(), log.attempts("good").len()), (2, 1));
    assert_eq!(
        store.dead_letters(10).await.unwrap()[0].attempts(),
        1,
        "they begin again"
    );
}

pub(super) async fn all_dead_letters_can_be_put_back<S: Queue>(store: S) {
    for number in 0..20 {
        put(&store, &format!("{number}")).await;
    }
    let bad = Worker::new(store.clone(), async |_: Delivery| Err("no".into()));
    work_off(bad.attempts(1), &store).await;
    assert_eq!(store.stats().await.unwrap().dead, 20);
    assert_eq!(store.dead_letters(7).await.unwrap().len(), 7);
    assert_eq!(store.retry_all().await.unwrap(), 20);
    assert_eq!(store.retry_all().await.unwrap(), 0);
    let good = Worker::new(store.clone(), async |_: Delivery| Ok(()));
    work_off(good.attempts(1), &store).await;
    assert_eq!(store.stats().await.unwrap().dead, 0);
}

pub(super) async fn a_dead_letter_that_is_sent_again_is_queued_again_if_asked_for<S: Queue>(store: S) {
    let inbox = Inbox::new(store.clone()).retry_dead_letters();
    // The larger one is looked up before it is stored.
    let large = "x".repeat(20_000);
    for body in ["small", &large] {
        let other = format!("{body}, another one");
        let work = async |is_mended| worked_on(&store, is_mended, [body, &other]).await;
        assert_eq!(put_into(&inbox, body).await, Stored::New);
        assert_eq!(put_into(&inbox, &other).await, Stored::New);
        assert_eq!(put_into(&inbox, body).await, Stored::Duplicate, "it waits");
        assert_eq!(work(false).await, [1, 1]);

        assert_eq!(put(&store, body).await, Stored::Duplicate, "nobody asked for it");
        let (one, next) = tokio::join!(put_into(&inbox, body), put_into(&inbox, body));
        let mut both = [one, next];
        both.sort_by_key(|stored| *stored == Stored::Retried);
        assert_eq!(both, [Stored::Duplicate, Stored::Retried]);
        let stats = store.stats().await.unwrap();
        assert_eq!((stats.waiting, stats.dead), (1, 1));

        // It dies once more, and is then done.
        assert_eq!(work(false).await, [1, 0]);
        assert_eq!(put_into(&inbox, body).await, Stored::Retried);
        assert_eq!(work(true).await, [1, 0]);
        assert_eq!(put_into(&inbox, body).await, Stored::Duplicate, "it is done");
        assert_eq!(put_into(&inbox, &other).await, Stored::Retried);
        assert_eq!(work(true).await, [0, 1]);
        assert!(is_idle(store.stats().await.unwrap()));
    }
}

/// Works off what waits, with success or not, and returns how often each of these deliveries was worked on.
async fn worked_on<S: Queue>(store: &S, is_mended: bool, bodies: [&str; 2]) -> [usize; 2] {
    let log = Log::default();
    let noted = log.clone();
    let worker = Worker::new(store.clone(), move |delivery: Delivery| {
        noted.note(&delivery);
        async move {
            if is_mended {
                Ok(())
            } else {
                Err(NeverAgain::new("not yet").into())
            }
        }
    });
    work_off(worker, store).await;
    bodies.map(|body| log.attempts(body).len())
}
