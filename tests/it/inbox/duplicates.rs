//! A delivery that is sent more than once becomes one task, and costs the backend nothing the second time.

use bytes::Bytes;
use futures_util::future::join_all;
use http::HeaderMap;
use http_body_util::Full;
use sqlx::{Connection, PgConnection};
use tower::{Layer, ServiceExt};
use tower_webhook::{BufferedBody, SigningSecret, VerifyLayer};
use tower_webhook_inbox::memory::MemoryStore;
use tower_webhook_inbox::postgres::PostgresStore;
use tower_webhook_inbox::sqlite::SqliteStore;
use tower_webhook_inbox::{SinkStore, Stored};

use super::database::Backend;
use super::process::{Inbox, delivery, post};
use super::rows::put;
use crate::contract::provider::Provider;
use crate::contract::supply::Set;
use crate::sockets::client::Protocol;
use crate::support::{SIGNATURE, headed, signature, signed, verifier};

const POSTS: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_posts_of_a_delivery_are_one_task_on_sqlite() {
    posts_are_one_task(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_posts_of_a_delivery_are_one_task_on_postgres() {
    posts_are_one_task(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_posts_of_a_delivery_are_one_task_on_redis() {
    posts_are_one_task(Backend::Redis).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_posts_of_a_delivery_are_one_task_on_nats() {
    posts_are_one_task(Backend::Nats).await;
}

async fn posts_are_one_task(backend: Backend) {
    let Some(database) = backend.database().await else {
        return;
    };
    let inbox = Inbox::new(&database.url, database.folder.path());
    let receiver = inbox.start();

    // Another body under a genuine signature, and a malformed signature.
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
    assert_eq!(new, 1, "every answer but one marks a duplicate");
    assert_eq!(database.tasks().await, 1);

    let effects = inbox.wait_for(1).await;
    // Once more, when the task is done.
    let again = post(receiver.address, &body).await.unwrap();
    assert_eq!(again.headers()["webhook-duplicate"], "true");
    assert_eq!(database.tasks().await, 1);
    assert_eq!(effects.into_values().collect::<Vec<_>>(), [1]);
    drop(receiver);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_posts_of_a_delivery_are_one_task_in_memory() {
    let store = MemoryStore::new(10);
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

    // The queue has a capacity; beyond it, deliveries are refused.
    let answers = join_all((1..20).map(|number| post(delivery(number)))).await;
    let refused = answers
        .into_iter()
        .filter(|answer| answer.as_ref().unwrap().status() == 503)
        .count();
    assert_eq!(refused, 10);
    assert_eq!(post(delivery(99)).await.unwrap().status(), 503, "it is full");
}

#[tokio::test]
async fn a_delivery_that_is_put_twice_is_one_task_in_a_sink() {
    let database = Backend::Sqlite.database().await.unwrap();
    let sqlite = SqliteStore::open(&database.url).await.unwrap();
    let inbox = tower_webhook_inbox::Inbox::new(SinkStore::new(sqlite.storage()));
    for (number, tasks) in [(0, 1), (0, 1), (1, 2)] {
        assert_eq!(put(&inbox, number).await, Stored::NewOrDuplicate);
        assert_eq!(database.tasks().await, tasks);
    }
}

/// A recorded delivery can be replayed without end.
#[tokio::test]
async fn a_duplicate_does_not_grow_the_tables_of_postgres() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let store = PostgresStore::open(&database.url).await.unwrap();
    let inbox = tower_webhook_inbox::Inbox::new(store);
    // Random bytes, because PostgreSQL compresses others. The small one is not looked up first.
    let bodies = [100_000, 10_000].map(|len| {
        let mut noise = vec![0; len];
        getrandom::fill(&mut noise).unwrap();
        let headers = HeaderMap::from_iter([(SIGNATURE, signature(&noise))]);
        verifier().verify(&headers, noise).unwrap()
    });
    let put = async |body| inbox.put(body, &HeaderMap::new()).await.unwrap();
    for body in &bodies {
        assert_eq!(put(body).await, Stored::New);
    }

    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    let mut size = async || {
        let size = sqlx::query_scalar::<_, i64>("SELECT pg_total_relation_size('apalis.jobs')");
        size.fetch_one(&mut connection).await.unwrap()
    };
    let before = size().await;
    for body in bodies.iter().cycle().take(40) {
        assert_eq!(put(body).await, Stored::Duplicate);
    }
    assert_eq!(size().await, before);
    drop(inbox);
    database.drop().await;
}

/// Stripe counts in its body the endpoints that have not answered yet.
#[tokio::test]
async fn a_retry_of_stripe_with_another_count_is_a_duplicate() {
    let database = Backend::Sqlite.database().await.unwrap();
    let store = SqliteStore::open(&database.url).await.unwrap();
    let inbox = tower_webhook_inbox::Inbox::new(store);
    let of = Provider::Stripe;
    for (id, pending, expected) in [
        ("evt_1", 2, Stored::New),
        ("evt_1", 1, Stored::Duplicate),
        ("evt_2", 2, Stored::New),
    ] {
        // Longer than what is stored without a look at its key, and shorter.
        for more in [String::new(), "x".repeat(20_000)] {
            let body = format!(
                r#"{{"id": "{id}{}", "data": "{more}", "pending_webhooks": {pending}}}"#,
                more.len()
            );
            let verified = of.verifier().verify(&of.sign(&body), body).unwrap();
            let stored = inbox.put(&verified, &HeaderMap::new()).await;
            assert_eq!(stored.unwrap(), expected, "{id}, {pending}");
        }
    }
    assert_eq!(database.tasks().await, 4);
}

#[tokio::test]
async fn the_same_delivery_of_two_owners_is_two_tasks() {
    let database = Backend::Sqlite.database().await.unwrap();
    let store = SqliteStore::open(&database.url).await.unwrap();
    let inbox = tower_webhook_inbox::Inbox::new(store);
    for provider in [Provider::Knowrithm, Provider::StandardWebhooks] {
        let verified = |owner: &str, secret: &SigningSecret| {
            let verifier = provider.verifier_of(Set::new(secret.clone()).owner(owner));
            verifier.verify(&provider.sign_with(secret, "{}"), "{}").unwrap()
        };
        let secret = provider.secret();
        for (owner, expected) in [
            ("acme", Stored::New),
            ("umbrella", Stored::New),
            ("acme", Stored::Duplicate),
        ] {
            let stored = inbox.put(&verified(owner, &secret), &HeaderMap::new()).await;
            assert_eq!(stored.unwrap(), expected, "{provider:?}: {owner}");
        }
    }
    assert_eq!(database.tasks().await, 4);
}
