//! What holds on Redis alone: a full memory stops no worker, an idle worker writes little, and apalis reads what is
//! stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use apalis_core::backend::{TaskSink, WaitForCompletion};
use apalis_core::task::status::Status;
use http::HeaderMap;
use redis::AsyncCommands;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tower_webhook_inbox::redis::RedisStore;
use tower_webhook_inbox::{BoxError, Delivery, Inbox, NeverAgain, Queue, Stats, Stored, Worker};

use super::database::{Backend, connect};
use super::queue::{is_idle, until};
use super::rows::{fill, put, verified};
use super::server::Server;

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_done_and_forgotten_while_the_memory_is_full() {
    const DELIVERIES: usize = 300;
    let Some(server) = Server::start(Backend::Redis) else {
        return;
    };
    let store = RedisStore::open(&server.url()).await.unwrap();
    fill(store.clone(), DELIVERIES).await;
    let set_memory = async |bytes: u32| {
        let mut set = redis::cmd("CONFIG");
        set.arg("SET").arg("maxmemory").arg(bytes);
        let () = set.query_async(&mut connect(&server.url()).await).await.unwrap();
    };
    set_memory(1).await;
    let inbox = Inbox::new(store.clone());
    let refused = inbox.put(&verified(DELIVERIES), &HeaderMap::new()).await;
    assert!(refused.is_err(), "{refused:?}");
    let attempts = Arc::new(AtomicUsize::new(0));
    let counted = attempts.clone();
    let worker = Worker::new(store.clone(), move |_| {
        // The first two attempts fail.
        let is_good = counted.fetch_add(1, Ordering::Relaxed) > 1;
        async move { if is_good { Ok(()) } else { Err("not yet".into()) } }
    });
    worker.run_until(until(&store, is_idle)).await.unwrap();
    let stats = store.stats().await.unwrap();
    assert_eq!((stats.done, stats.dead), (DELIVERIES as u64, 0));
    assert_eq!(attempts.load(Ordering::Relaxed), DELIVERIES + 2);
    assert_eq!(store.forget_done(Duration::ZERO).await.unwrap(), DELIVERIES as u64);
    set_memory(0).await;
    assert_eq!(put(&inbox, DELIVERIES).await, Stored::New);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn an_idle_worker_writes_nothing_but_its_heartbeats() {
    let Some(server) = Server::start(Backend::Redis) else {
        return;
    };
    let store = RedisStore::open(&server.url()).await.unwrap();
    let stop = CancellationToken::new();
    let worker = Worker::new(store, async |_: Delivery| Ok(()));
    let running = tokio::spawn(worker.run_until(stop.clone().cancelled_owned()));
    let mut connection = connect(&server.url()).await;
    let mut changes = async || {
        let mut info = redis::cmd("INFO");
        let info: String = info.arg("persistence").query_async(&mut connection).await.unwrap();
        let (_, rest) = info.split_once("rdb_changes_since_last_save:").unwrap();
        rest.lines().next().unwrap().parse::<u32>().unwrap()
    };
    sleep(Duration::from_secs(1)).await;
    let before = changes().await;
    // Of 15 takes, and at most one heartbeat.
    sleep(Duration::from_secs(3)).await;
    let written = changes().await - before;
    assert!(written <= 1, "{written}");
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nine_thousand_tasks_that_apalis_scheduled_are_worked_on() {
    let Some(database) = Backend::Redis.database().await else {
        return;
    };
    let store = RedisStore::open(&database.url).await.unwrap();
    // More than apalis's worker can make ready.
    let template = Delivery::new(&verified(0));
    store.storage().push_bulk(vec![template; 9000]).await.unwrap();
    let worker = Worker::new(store.clone(), async |_: Delivery| Ok(()));
    worker.run_until(until(&store, is_idle)).await.unwrap();
    assert_eq!(store.stats().await.unwrap().done, 9000);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn apalis_reads_what_a_worker_recorded() {
    let Some(database) = Backend::Redis.database().await else {
        return;
    };
    let store = RedisStore::open(&database.url).await.unwrap();
    fill(store.clone(), 2).await;
    let body = verified(0).bytes().clone();
    let worker = Worker::new(store.clone(), move |delivery| {
        let is_good = *delivery.bytes() == body;
        async move {
            if is_good {
                return Ok(());
            }
            Err(BoxError::from(NeverAgain::new("not an event")))
        }
    });
    worker.run_until(until(&store, is_idle)).await.unwrap();

    let ids: Vec<String> = connect(&database.url).await.hkeys("webhooks:data").await.unwrap();
    let ids: Vec<_> = ids.iter().map(|id| id.parse().unwrap()).collect();
    let mut storage = store.storage();
    let results = WaitForCompletion::<()>::check_status(&mut storage, ids).await.unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        match result.status {
            Status::Done => assert_eq!(result.result, Ok(())),
            status => assert_eq!(
                (status, result.result),
                (Status::Killed, Err("not an event".to_owned()))
            ),
        }
    }
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_worker_has_done_can_be_forgotten() {
    let Some(database) = Backend::Redis.database().await else {
        return;
    };
    let store = RedisStore::open(&database.url).await.unwrap();
    fill(store.clone(), 20).await;
    let worker = Worker::new(store.clone(), async |_: Delivery| Ok(()));
    worker.run_until(until(&store, is_idle)).await.unwrap();
    assert_eq!(store.forget_done(Duration::from_hours(1)).await.unwrap(), 0);
    assert_eq!(store.forget_done(Duration::ZERO).await.unwrap(), 20);
    assert_eq!(
        (store.stats().await.unwrap(), database.tasks().await),
        (Stats::default(), 0)
    );
    assert_eq!(put(&Inbox::new(store), 0).await, Stored::Duplicate);
    database.drop().await;
}
