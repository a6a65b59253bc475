//! How many deliveries, and how many of their bytes, are in the store at a time.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use apalis_core::task::Task;
use futures_util::future::join_all;
use http::HeaderMap;
use tokio::time::{Instant, sleep};
use tower_webhook::{DeliveryKey, VerifiedBody};
use tower_webhook_inbox::{Delivery, Inbox, PutError, Store, Stored};

use crate::support::{SIGNATURE, signature, verifier};

/// The store is asked first whether it has a longer body than this.
const LOOKED_UP: usize = 16 * 1024;

/// A store that takes a second for each delivery, and knows those that are to be duplicates.
#[derive(Clone, Default)]
struct Slow {
    known: Arc<Mutex<Vec<DeliveryKey>>>,
    asked: Arc<AtomicUsize>,
    stored: Arc<AtomicUsize>,
    bytes: Arc<AtomicUsize>,
    most_bytes: Arc<AtomicUsize>,
}

impl Store for Slow {
    type Error = Infallible;

    async fn is_stored(&self, key: DeliveryKey) -> Result<bool, Infallible> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Ok(self.known.lock().unwrap().contains(&key))
    }

    async fn retry_dead(&self, _: DeliveryKey) -> Result<bool, Infallible> {
        Ok(false)
    }

    async fn store(&self, task: Task<Delivery>) -> Result<Stored, Infallible> {
        let len = task.args.bytes().len();
        let bytes = self.bytes.fetch_add(len, Ordering::Relaxed) + len;
        self.most_bytes.fetch_max(bytes, Ordering::Relaxed);
        sleep(Duration::from_secs(1)).await;
        self.bytes.fetch_sub(len, Ordering::Relaxed);
        self.stored.fetch_add(1, Ordering::Relaxed);
        Ok(Stored::New)
    }
}

fn body(number: usize, len: usize) -> VerifiedBody {
    let body = format!("{number:0len$}");
    let headers = HeaderMap::from_iter([(SIGNATURE, signature(&body))]);
    verifier().verify(&headers, body).unwrap()
}

async fn put(inbox: &Inbox<Slow>, number: usize, len: usize) -> Result<Stored, PutError<Infallible>> {
    inbox.put(&body(number, len), &HeaderMap::new()).await
}

#[tokio::test(start_paused = true)]
async fn bodies_wait_until_the_store_has_room_for_their_bytes() {
    let inbox = Inbox::new(Slow::default()).concurrent_bytes(1000);
    let start = Instant::now();
    for stored in join_all((0..10).map(|number| put(&inbox, number, 400))).await {
        assert_eq!(stored.unwrap(), Stored::New);
    }
    // Two at a time.
    assert_eq!(inbox.store().most_bytes.load(Ordering::Relaxed), 800);
    assert_eq!(start.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_body_larger_than_the_room_is_stored_alone() {
    let inbox = Inbox::new(Slow::default()).concurrent_bytes(1000);
    let lengths = [400, 5000, 1, 400];
    let puts = lengths.into_iter().enumerate();
    for stored in join_all(puts.map(|(number, len)| put(&inbox, number, len))).await {
        assert_eq!(stored.unwrap(), Stored::New);
    }
    assert_eq!(inbox.store().most_bytes.load(Ordering::Relaxed), 5000);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_finds_no_room_in_time_is_refused_and_gives_its_place_back() {
    let inbox = Inbox::new(Slow::default()).concurrent_bytes(1000);
    let deadline = Duration::from_millis(1500);
    let inbox = inbox.deadline(deadline).concurrency(3);
    let stored = join_all((0..3).map(|number| put(&inbox, number, 1000))).await;
    let [Ok(Stored::New), Err(PutError::Deadline(_)), Err(PutError::Deadline(_))] = stored[..] else {
        panic!("{stored:?}");
    };
    assert_eq!(put(&inbox, 3, 1000).await.unwrap(), Stored::New);
}

#[tokio::test(start_paused = true)]
async fn a_large_duplicate_is_answered_while_the_store_has_no_room() {
    let large = LOOKED_UP + 1;
    let inbox = Inbox::new(Slow::default()).concurrent_bytes(large);
    inbox.store().known.lock().unwrap().push(body(1, large).delivery_key());
    let start = Instant::now();
    let (first, duplicate) = tokio::join!(put(&inbox, 0, large), async {
        let duplicate = put(&inbox, 1, large).await;
        assert!(start.elapsed() < Duration::from_secs(1));
        duplicate
    });
    assert_eq!((first.unwrap(), duplicate.unwrap()), (Stored::New, Stored::Duplicate));
    assert_eq!(inbox.store().stored.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn a_small_delivery_costs_no_look_up() {
    let inbox = Inbox::new(Slow::default());
    for (number, len, asked) in [(0, 1, 0), (1, LOOKED_UP, 0), (2, LOOKED_UP + 1, 1)] {
        assert_eq!(put(&inbox, number, len).await.unwrap(), Stored::New);
        assert_eq!(inbox.store().asked.load(Ordering::Relaxed), asked, "{len}");
    }
}
