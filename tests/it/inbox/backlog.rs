//! More deliveries wait in Redis than one of apalis's scripts can handle at once. All of them are worked on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use apalis_core::backend::TaskSink;
use apalis_core::backend::ext::BackendExt;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::context::WorkerContext;
use futures_util::{StreamExt, stream};
use tokio::time::timeout;
use tower_webhook_inbox::redis::RedisStore;
use tower_webhook_inbox::{Delivery, Inbox, Stored, Ticks};

use super::database::Backend;
use super::process::PATIENCE;
use super::rows::{put, verified};

/// Lua handles about 8000 at once.
const DELIVERIES: usize = 9000;

#[tokio::test(flavor = "multi_thread")]
async fn nine_thousand_waiting_deliveries_are_worked_on() {
    let Some(database) = Backend::Redis.database().await else {
        return;
    };
    let store = RedisStore::open(&database.url).await.unwrap();
    let inbox = Inbox::new(store.clone()).deadline(PATIENCE);
    let stored = stream::iter(0..DELIVERIES).map(|number| {
        let inbox = inbox.clone();
        async move { put(&inbox, number).await }
    });
    stored
        .for_each_concurrent(100, async |stored| assert_eq!(stored.await, Stored::New))
        .await;
    work_through(&store).await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_queue_resumes_when_its_store_is_opened() {
    let Some(database) = Backend::Redis.database().await else {
        return;
    };
    let store = RedisStore::open(&database.url).await.unwrap();
    // Pushed by apalis itself, which schedules them: nothing makes them ready.
    let template = Delivery::new(&verified(0));
    store.storage().push_bulk(vec![template; DELIVERIES]).await.unwrap();

    let store = RedisStore::open(&database.url).await.unwrap();
    work_through(&store).await;
    database.drop().await;
}

/// Runs one worker until it has started them all.
async fn work_through(store: &RedisStore) {
    let done = Arc::new(AtomicUsize::new(0));
    let backend = store
        .storage()
        .poll_with_stream(Ticks::every(Duration::from_millis(50)));
    let counted = done.clone();
    let work = move |_: Delivery, worker: WorkerContext| {
        if counted.fetch_add(1, Ordering::Relaxed) + 1 == DELIVERIES {
            worker.stop().unwrap();
        }
        async {}
    };
    let worker = WorkerBuilder::new("backlog").backend(backend).build(work);
    let ended = timeout(PATIENCE, worker.run()).await;
    let done = done.load(Ordering::Relaxed);
    ended.unwrap_or_else(|_| panic!("{done} are done")).unwrap();
    assert_eq!(done, DELIVERIES);
}
