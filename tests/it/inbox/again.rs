//! What comes again: it costs the backend nothing, and is nobody else's.

use http::HeaderMap;
use sqlx::{Connection, PgConnection};
use tower_webhook::{Secrets, SigningSecret, VerifiedBody, Verifier};
use tower_webhook_inbox::postgres::PostgresStore;
use tower_webhook_inbox::sqlite::SqliteStore;
use tower_webhook_inbox::{Inbox, Stored};

use super::database::Backend;
use crate::contract::provider::Provider;
use crate::support::{SIGNATURE, signature, verifier};

/// Whoever has recorded a delivery can send it as often as they like.
#[tokio::test]
async fn a_duplicate_leaves_nothing_in_postgres() {
    let Some(database) = Backend::Postgres.database().await else {
        return;
    };
    let store = PostgresStore::open(&database.url).await.unwrap();
    let inbox = Inbox::new(store);
    // Bytes that do not become fewer when they are compressed.
    let mut noise = vec![0; 100_000];
    getrandom::fill(&mut noise).unwrap();
    let headers = [(SIGNATURE, signature(&noise))].into_iter().collect();
    let body = verifier().verify(&headers, noise).unwrap();
    assert_eq!(inbox.put(&body, &headers).await.unwrap(), Stored::New);

    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    let mut size = async || {
        let size = sqlx::query_scalar::<_, i64>("SELECT pg_total_relation_size('apalis.jobs')");
        size.fetch_one(&mut connection).await.unwrap()
    };
    let before = size().await;
    for _ in 0..10 {
        assert_eq!(inbox.put(&body, &headers).await.unwrap(), Stored::Duplicate);
    }
    assert_eq!(size().await, before);
    drop(inbox);
    database.drop().await;
}

#[tokio::test]
async fn owners_do_not_take_one_anothers_deliveries() {
    let database = Backend::Sqlite.database().await.unwrap();
    let store = SqliteStore::open(&database.url).await.unwrap();
    let inbox = Inbox::new(store);
    for of in [Provider::Knowrithm, Provider::StandardWebhooks] {
        let received = |owner: &str, secret: &SigningSecret| -> VerifiedBody {
            let verifier: Verifier = of.verifier_of(Secrets::new(secret.clone()).owner(owner));
            verifier.verify(&of.sign_with(secret, "{}"), "{}").unwrap()
        };
        let secret = of.secret();
        for (owner, stored) in [
            ("acme", Stored::New),
            ("umbrella", Stored::New),
            ("acme", Stored::Duplicate),
        ] {
            assert_eq!(
                inbox.put(&received(owner, &secret), &HeaderMap::new()).await.unwrap(),
                stored,
                "{of:?}: {owner}"
            );
        }
    }
    assert_eq!(database.tasks().await, 4);
}
