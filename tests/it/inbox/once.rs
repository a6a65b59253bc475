//! One delivery, however often it comes, is one task; a forged one is none.

use bytes::Bytes;
use futures_util::future::join_all;
use http_body_util::Full;
use tower::{Layer, ServiceExt};
use tower_webhook::{BufferedBody, VerifyLayer};
use tower_webhook_inbox::memory::MemoryStore;
use tower_webhook_inbox::sqlite::SqliteStore;
use tower_webhook_inbox::{SinkStore, Stored};

use super::database::Backend;
use super::process::{Inbox, delivery, post};
use super::rows::put;
use crate::sockets::client::Protocol;
use crate::support::{headed, signature, signed, verifier};

const POSTS: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_comes_a_hundred_times_is_one_task_on_sqlite() {
    hundred(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_comes_a_hundred_times_is_one_task_on_postgres() {
    hundred(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_comes_a_hundred_times_is_one_task_on_redis() {
    hundred(Backend::Redis).await;
}

async fn hundred(backend: Backend) {
    let Some(database) = backend.database().await else {
        return;
    };
    let inbox = Inbox::new(&database.url, database.folder.path());
    let receiver = inbox.start();

    // Forged: another body under a genuine signature, and a signature of nobody's.
    let genuine = signature(delivery(0));
    for value in [genuine.as_bytes(), b"sha256=00"] {
        let forged = headed(value, Full::<Bytes>::from(delivery(1)));
        let response = Protocol::Http1.send(receiver.address, forged).await.unwrap();
        assert_eq!(response.status(), 403);
    }
    assert_eq!(database.tasks().await, 0, "a forged delivery reached the backend");

    let body = delivery(0);
    let responses = join_all((0..POSTS).map(|_| post(receiver.address, &body))).await;
    let mut new = 0;
    for response in responses {
        let response = response.unwrap();
        assert_eq!(response.status(), 200);
        match response.headers().get("webhook-duplicate") {
            Some(value) => assert_eq!(value, "true"),
            None => new += 1,
        }
    }
    assert_eq!(new, 1, "all but one are told to be duplicates");
    assert_eq!(database.tasks().await, 1);

    let effects = inbox.wait_for(1).await;
    // And again, after it was done.
    let again = post(receiver.address, &body).await.unwrap();
    assert_eq!(again.headers()["webhook-duplicate"], "true");
    assert_eq!(database.tasks().await, 1);
    assert_eq!(effects.into_values().collect::<Vec<_>>(), [1]);
    drop(receiver);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_comes_a_hundred_times_is_one_task_in_memory() {
    let (store, backend) = MemoryStore::new(10);
    let service = VerifyLayer::new(verifier()).layer(tower_webhook_inbox::Inbox::new(store));
    let post = |body: String| service.clone().oneshot(signed(body.clone(), BufferedBody::new(body)));
    let posts = (0..POSTS).map(|_| tokio::spawn(post(delivery(0))));
    let mut new = 0;
    for response in join_all(posts).await {
        let response = response.unwrap().unwrap();
        assert_eq!(response.status(), 200);
        new += usize::from(!response.headers().contains_key("webhook-duplicate"));
    }
    assert_eq!(new, 1);

    // No more than were agreed upon wait; the rest are told to come again.
    let answers = join_all((1..20).map(|number| post(delivery(number)))).await;
    let refused = answers
        .into_iter()
        .filter(|answer| answer.as_ref().unwrap().status() == 503)
        .count();
    assert!((1..19).contains(&refused), "{refused}");
    drop(backend);
    assert_eq!(post(delivery(99)).await.unwrap().status(), 503, "nobody works any more");
}

#[tokio::test]
async fn a_delivery_that_comes_twice_is_one_task_in_a_sink() {
    let database = Backend::Sqlite.database().await.unwrap();
    let sqlite = SqliteStore::open(&database.url).await.unwrap();
    let inbox = tower_webhook_inbox::Inbox::new(SinkStore::new(sqlite.storage()));
    for (number, tasks) in [(0, 1), (0, 1), (1, 2)] {
        assert_eq!(put(&inbox, number).await, Stored::NewOrDuplicate);
        assert_eq!(database.tasks().await, tasks);
    }
}
