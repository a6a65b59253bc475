//! The order of the deliveries of one key, on the stores that can keep one.

use super::*;

/// Runs deliveries of two keys with two workers on two stores, which may be in two processes.
async fn deliveries_of_one_key_keep_their_order<S: InOrder>(stores: [S; 2]) {
    let bodies: Vec<_> = (0..60)
        .map(|number| format!("{}{number}", ["a", "b", "c"][number % 3]))
        .collect();
    for body in &bodies {
        put(&stores[0], body).await;
    }
    let log = Arc::new(Mutex::new(Vec::new()));
    let failures = Log::default();
    let workers = stores.clone().map(|store| {
        let (log, failures) = (log.clone(), failures.clone());
        let work = move |delivery: Delivery| {
            let (log, failures, body) = (log.clone(), failures.clone(), text(&delivery));
            async move {
                log.lock().unwrap().push(format!("begin {body}"));
                sleep(Duration::from_millis(5)).await;
                log.lock().unwrap().push(format!("end {body}"));
                // The first of a key fails once: the others wait for it.
                if body == "a0" && failures.note(&delivery) == 0 {
                    return Err("not yet".into());
                }
                Ok(())
            }
        };
        let second = Duration::from_secs(1);
        let worker = Worker::new(store, work).backoff(second, second);
        Running::start(worker.in_order_by(|delivery| Some(text(delivery)[..1].to_owned())))
    });
    until(&stores[0], is_idle).await;
    for worker in workers {
        worker.stop().await;
    }
    let log = log.lock().unwrap().clone();
    for key in ["a", "b", "c"] {
        let of_key = |entry: &&String| entry.split_once(' ').unwrap().1.starts_with(key);
        let seen: Vec<_> = log.iter().filter(of_key).cloned().collect();
        let mut expected = Vec::new();
        for body in bodies.iter().filter(|body| body.starts_with(key)) {
            let times = if body == "a0" { 2 } else { 1 };
            for _ in 0..times {
                expected.extend([format!("begin {body}"), format!("end {body}")]);
            }
        }
        assert_eq!(seen, expected, "{key}");
    }
    let position = |entry: &str| log.iter().position(|it| it == entry).unwrap();
    assert!(position("end b58") < position("begin a3"), "other keys go on");
}

async fn the_newest_event_of_an_entity_is_known<S: InOrder>(store: S) {
    let [early, late] = ["2024-05-21T10:30:00.25Z", "2024-05-21T10:40:00.5Z"].map(|time| time.parse().unwrap());
    assert_eq!(store.newest("one").await.unwrap(), None);
    for at in [early, late, early] {
        store.advance("one", at).await.unwrap();
    }
    assert_eq!(store.newest("one").await.unwrap(), Some(late));
    store.advance("two", early).await.unwrap();
    assert_eq!(store.newest("two").await.unwrap(), Some(early));
}

macro_rules! on_each_store_in_order {
    ($module:ident, $store:ident, $backend:ident) => {
        mod $module {
            use super::*;

            #[tokio::test(flavor = "multi_thread")]
            async fn deliveries_of_one_key_keep_their_order() {
                let Some(database) = Backend::$backend.database().await else {
                    return;
                };
                let (one, other) = (
                    $store::open(&database.url).await,
                    $store::open(&database.url).await,
                );
                super::deliveries_of_one_key_keep_their_order([one.unwrap(), other.unwrap()]).await;
                database.drop().await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn the_newest_event_of_an_entity_is_known() {
                let Some(database) = Backend::$backend.database().await else {
                    return;
                };
                super::the_newest_event_of_an_entity_is_known($store::open(&database.url).await.unwrap()).await;
                database.drop().await;
            }
        }
    };
}

on_each_store_in_order!(sqlite_in_order, SqliteStore, Sqlite);
on_each_store_in_order!(postgres_in_order, PostgresStore, Postgres);

#[tokio::test(flavor = "multi_thread")]
async fn memory_keeps_an_order() {
    let store = MemoryStore::new(1000);
    deliveries_of_one_key_keep_their_order([store.clone(), store.clone()]).await;
    the_newest_event_of_an_entity_is_known(store).await;
}
