//! What a worker, an operator and a sender may expect of every store: one table of cases for all of them.

use std::collections::HashMap;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http::HeaderMap;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower_webhook_inbox::memory::MemoryStore;
use tower_webhook_inbox::nats::NatsStore;
use tower_webhook_inbox::postgres::PostgresStore;
use tower_webhook_inbox::redis::RedisStore;
use tower_webhook_inbox::sqlite::SqliteStore;
use tower_webhook_inbox::{
    BoxError, Delivery, InOrder, Inbox, NeverAgain, NotBefore, Queue, Stats, Store, Stored, Worker,
};

use super::database::Backend;
use super::process::PATIENCE;
use crate::support::{SIGNATURE, signature, verifier};

mod attempts;
mod counts;
mod ends;
mod letters;
mod order;

/// Each case is a function of a store without deliveries.
macro_rules! on_each_store {
    ($($group:ident::$case:ident),* $(,)?) => {
        mod memory {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                super::$group::$case(MemoryStore::new(100_000)).await;
            })*
        }
        on_each_store!(@ nats, NatsStore, Nats, $($group::$case),*);
        on_each_store!(@ sqlite, SqliteStore, Sqlite, $($group::$case),*);
        on_each_store!(@ postgres, PostgresStore, Postgres, $($group::$case),*);
        on_each_store!(@ redis, RedisStore, Redis, $($group::$case),*);
    };
    (@ $module:ident, $store:ident, $backend:ident, $($group:ident::$case:ident),*) => {
        mod $module {
            use super::*;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                let Some(database) = Backend::$backend.database().await else { return };
                super::$group::$case($store::open(&database.url).await.unwrap()).await;
                database.drop().await;
            })*
        }
    };
}

on_each_store!(
    attempts::each_delivery_is_worked_on_once_by_one_of_two_workers,
    attempts::a_failed_attempt_is_made_again_after_its_pause,
    attempts::a_pause_that_the_handler_asks_for_is_kept,
    attempts::any_error_text_is_kept_up_to_its_bound,
    attempts::large_deliveries_pass_one_after_the_other,
    letters::a_dead_letter_can_be_put_back_once,
    letters::all_dead_letters_can_be_put_back,
    letters::a_dead_letter_that_is_sent_again_is_queued_again_if_asked_for,
    ends::a_stop_puts_back_what_runs_and_counts_no_attempt,
    ends::a_stop_waits_for_what_runs_and_records_it,
    ends::what_a_dead_worker_held_is_taken_over_with_one_attempt_less,
    counts::a_delivery_that_is_sent_again_is_a_duplicate_whatever_became_of_it,
    counts::the_queue_counts_its_deliveries,
    counts::concurrent_duplicates_become_one_delivery,
);

async fn put<S: Queue>(store: &S, body: &str) -> Stored {
    put_into(&Inbox::new(store.clone()), body).await
}

async fn put_into<S: Store>(inbox: &Inbox<S>, body: &str) -> Stored {
    let headers = HeaderMap::from_iter([(SIGNATURE, signature(body))]);
    let body = verifier().verify(&headers, body.to_owned()).unwrap();
    let inbox = inbox.clone().deadline(PATIENCE);
    inbox.put(&body, &HeaderMap::new()).await.unwrap()
}

fn text(delivery: &Delivery) -> String {
    String::from_utf8(delivery.bytes().to_vec()).unwrap()
}

/// What became of each delivery: when its attempts began.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<HashMap<String, Vec<Instant>>>>);

impl Log {
    /// Notes an attempt, and returns how many there were before.
    fn note(&self, delivery: &Delivery) -> usize {
        let mut log = self.0.lock().unwrap();
        let attempts = log.entry(text(delivery)).or_default();
        attempts.push(Instant::now());
        attempts.len() - 1
    }

    fn attempts(&self, body: &str) -> Vec<Instant> {
        self.0.lock().unwrap().get(body).cloned().unwrap_or_default()
    }
}

/// A worker that runs.
struct Running {
    stop: CancellationToken,
    worker: JoinHandle<()>,
}

impl Running {
    fn start<S: Queue, W, F>(worker: Worker<S, W>) -> Self
    where
        W: Fn(Delivery) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let worker = tokio::spawn(async move { worker.run_until(stopped).await.unwrap() });
        Self { stop, worker }
    }

    async fn stop(self) {
        self.stop.cancel();
        timeout(PATIENCE, self.worker).await.unwrap().unwrap();
    }
}

/// Waits until the counts are as wanted.
pub(super) async fn until<S: Queue>(store: &S, is_wanted: impl Fn(Stats) -> bool) {
    let start = Instant::now();
    loop {
        let stats = store.stats().await.unwrap();
        if is_wanted(stats) {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{stats:?}");
        sleep(Duration::from_millis(20)).await;
    }
}

pub(super) fn is_idle(stats: Stats) -> bool {
    stats.waiting + stats.running == 0
}

/// Runs a worker until nothing waits or runs.
pub(super) async fn work_off<S: Queue, W, F>(worker: Worker<S, W>, store: &S)
where
    W: Fn(Delivery) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(), BoxError>> + Send + 'static,
{
    let running = Running::start(worker);
    until(store, is_idle).await;
    running.stop().await;
}
