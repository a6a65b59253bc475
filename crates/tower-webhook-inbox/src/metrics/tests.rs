use std::collections::HashMap;
use std::convert::Infallible;
use std::time::Duration;

use apalis_core::task::Task;
use http::HeaderMap;
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use tokio::time::{sleep, timeout};
use tower_webhook::scheme::Knowrithm;
use tower_webhook::sign::Signer;
use tower_webhook::{DeliveryKey, SigningSecret, Verifier};

use super::*;
use crate::memory::MemoryStore;
use crate::{BoxError, Delivery, Inbox, NeverAgain, NotBefore, Worker};

async fn put<S: Store>(inbox: &Inbox<S>, body: &str) -> Result<Stored, PutError<S::Error>> {
    let secret = SigningSecret::new("whk_test").unwrap();
    let headers = Signer::new(Knowrithm, &secret).headers(body);
    let body = Verifier::knowrithm(secret).verify(&headers, body.to_owned()).unwrap();
    inbox.put(&body, &HeaderMap::new()).await
}

/// What was recorded since the last call, by the name and the labels.
fn recorded(snapshotter: &Snapshotter) -> HashMap<String, DebugValue> {
    let values = snapshotter.snapshot().into_vec().into_iter();
    let named = values.map(|(key, _, _, value)| {
        let labels = key
            .key()
            .labels()
            .map(|label| format!(" {}={}", label.key(), label.value()));
        (key.key().name().to_owned() + &labels.collect::<String>(), value)
    });
    named.collect()
}

fn seconds(value: &DebugValue) -> Vec<f64> {
    let DebugValue::Histogram(values) = value else {
        panic!("{value:?}")
    };
    values.iter().map(|value| value.into_inner()).collect()
}

/// A store of a queue with a name, which takes a second.
#[derive(Clone)]
struct Slow;

impl Store for Slow {
    type Error = Infallible;

    fn queue(&self) -> &'static str {
        "payments"
    }

    async fn retry_dead(&self, _: DeliveryKey) -> Result<bool, Infallible> {
        Ok(false)
    }

    async fn store(&self, _: Task<Delivery>) -> Result<Stored, Infallible> {
        sleep(Duration::from_secs(1)).await;
        Ok(Stored::New)
    }
}

#[tokio::test(start_paused = true)]
async fn each_delivery_is_counted_once_by_its_answer() {
    let recorder = DebuggingRecorder::new();
    let (snapshotter, _recording) = (recorder.snapshotter(), ::metrics::set_default_local_recorder(&recorder));
    let inbox = Inbox::new(MemoryStore::new(2));
    for body in ["1", "1", "2", "3", "1"] {
        let _ = put(&inbox, body).await;
    }
    let values = recorded(&snapshotter);
    assert_eq!(values["webhook_inbox_accepted_total queue="], DebugValue::Counter(2));
    assert_eq!(values["webhook_inbox_duplicates_total queue="], DebugValue::Counter(2));
    assert_eq!(
        values["webhook_inbox_refused_total queue= code=store"],
        DebugValue::Counter(1)
    );
    assert_eq!(seconds(&values["webhook_inbox_commit_seconds queue="]), [0.0; 2]);
    assert_eq!(values.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_is_counted_when_its_sender_hung_up_and_when_it_finds_no_place() {
    let recorder = DebuggingRecorder::new();
    let (snapshotter, _recording) = (recorder.snapshotter(), ::metrics::set_default_local_recorder(&recorder));
    let inbox = Inbox::new(Slow).concurrency(1).deadline(Duration::from_millis(1500));
    let hung_up = timeout(Duration::from_millis(1), put(&inbox, "1")).await;
    assert!(hung_up.is_err());
    // It gets its place after a second, and has half a second left. The other one gets none.
    let (late, waiting) = tokio::join!(put(&inbox, "2"), put(&inbox, "3"));
    assert!(late.is_err() && waiting.is_err());
    let values = recorded(&snapshotter);
    assert_eq!(
        values["webhook_inbox_accepted_total queue=payments"],
        DebugValue::Counter(1)
    );
    assert_eq!(seconds(&values["webhook_inbox_commit_seconds queue=payments"]), [1.0]);
    assert_eq!(
        values["webhook_inbox_refused_total queue=payments code=deadline"],
        DebugValue::Counter(2)
    );
}

#[tokio::test(start_paused = true)]
async fn each_attempt_is_counted_and_the_depth_of_the_queue_is_told() {
    let recorder = DebuggingRecorder::new();
    let (snapshotter, _recording) = (recorder.snapshotter(), ::metrics::set_default_local_recorder(&recorder));
    let store = MemoryStore::new(10);
    let inbox = Inbox::new(store.clone());
    for body in ["good", "bad", "never", "later", "slow"] {
        put(&inbox, body).await.unwrap();
    }
    let worker = Worker::new(store, async |delivery: Delivery| match &delivery.bytes()[..] {
        b"bad" => Err(BoxError::from("no")),
        b"never" => Err(NeverAgain::new("no event").into()),
        b"later" => Err(NotBefore::new(Duration::from_hours(1), "busy").into()),
        b"slow" => {
            sleep(Duration::from_mins(1)).await;
            Ok(())
        }
        _ => {
            sleep(Duration::from_millis(250)).await;
            Ok(())
        }
    });
    // The last count of the depth is made after 30 s.
    let ended = worker
        .attempts(2)
        .grace(Duration::ZERO)
        .run_until(sleep(Duration::from_secs(40)));
    ended.await.unwrap();
    let values = recorded(&snapshotter);
    let attempts = |outcome| &values[&format!("webhook_inbox_attempts_total queue= outcome={outcome}")];
    assert_eq!(*attempts("done"), DebugValue::Counter(1));
    assert_eq!(*attempts("retried"), DebugValue::Counter(2));
    assert_eq!(*attempts("dead"), DebugValue::Counter(2));
    assert_eq!(
        seconds(&values["webhook_inbox_work_seconds queue= outcome=done"]),
        [0.25]
    );
    for (gauge, value) in [
        ("waiting", 1.0),
        ("running", 1.0),
        ("dead", 2.0),
        ("oldest_seconds", 0.0),
    ] {
        let told = &values[&format!("webhook_inbox_{gauge} queue=")];
        assert_eq!(*told, DebugValue::Gauge(value.into()), "{gauge}");
    }
}

#[test]
fn the_depth_has_the_age_of_the_oldest_in_seconds() {
    let recorder = DebuggingRecorder::new();
    let (snapshotter, _recording) = (recorder.snapshotter(), ::metrics::set_default_local_recorder(&recorder));
    let stats = Stats {
        oldest: Some(Duration::from_millis(1500)),
        ..Stats::default()
    };
    Queue::of(&Slow).tell_depth(&stats);
    let oldest = &recorded(&snapshotter)["webhook_inbox_oldest_seconds queue=payments"];
    assert_eq!(*oldest, DebugValue::Gauge(1.5.into()));
}
