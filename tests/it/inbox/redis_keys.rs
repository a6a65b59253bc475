//! What Redis is told to remember of a delivery key, and for how long.

use tower_webhook_inbox::redis::RedisStore;
use tower_webhook_inbox::{Delivery, Inbox, Stored};

use super::database::Backend;
use crate::support::{EVENT, SIGNATURE, signature, verifier};

#[tokio::test]
async fn a_key_is_remembered_for_at_least_a_week() {
    let Some(database) = Backend::Redis.database().await else {
        return;
    };
    let headers = [(SIGNATURE, signature(EVENT))].into_iter().collect();
    let body = verifier().verify(&headers, EVENT).unwrap();
    let inbox = Inbox::new(RedisStore::open(&database.url).await.unwrap());
    assert_eq!(inbox.put(&body, &headers).await.unwrap(), Stored::New);
    assert_eq!(inbox.put(&body, &headers).await.unwrap(), Stored::Duplicate);

    let client = redis::Client::open(database.url.as_str()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let claim = format!("webhooks:idempotency:{}", Delivery::new(&body).key());
    let left: i64 = redis::cmd("TTL").arg(claim).query_async(&mut connection).await.unwrap();
    assert!(left > 7 * 24 * 60 * 60, "{left}");
    database.drop().await;
}
