//! The workers of [`queue`], with other work.

use std::future::pending;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use apalis::prelude::{BoxDynError, Data};
use apalis_board::axum::sse::TracingBroadcaster;
use tokio::sync::oneshot;
use tower_webhook::scheme::Knowrithm;
use tower_webhook::sign::Signer;
use tower_webhook::{SigningSecret, Verifier};
use tower_webhook_inbox::{Delivery, Inbox};

use super::*;
use crate::attempts::ATTEMPTS;
use crate::letters::Letters;
use crate::work::Todo;

const PATIENCE: Duration = Duration::from_mins(1);
const RETRY: Duration = Duration::from_millis(100);

/// The notes of the work, with their times.
static DIARY: Mutex<Vec<(String, Instant)>> = Mutex::new(Vec::new());

fn note(what: String) {
    DIARY.lock().unwrap().push((what, Instant::now()));
}

fn noted(what: &str) -> Vec<Instant> {
    let notes = DIARY.lock().unwrap();
    let times = notes.iter().filter(|(noted, _)| noted == what);
    times.map(|(_, time)| *time).collect()
}

/// Takes a second, or panics if the body says so.
async fn work(delivery: Delivery, _: Data<Todo>) -> Result<(), BoxDynError> {
    let body = String::from_utf8_lossy(delivery.bytes()).into_owned();
    note(body.clone());
    assert_ne!(body, "panics", "the body says so");
    tokio::time::sleep(Duration::from_secs(1)).await;
    note(format!("{body} ended"));
    Ok(())
}

async fn put(store: &SqliteStore, body: &str) -> anyhow::Result<()> {
    let secret = SigningSecret::new("whk_test")?;
    let headers = Signer::new(Knowrithm, &secret).headers(body);
    let verified = Verifier::knowrithm(secret).verify(&headers, body.to_owned())?;
    Inbox::new(store.clone()).put(&verified, &headers).await?;
    Ok(())
}

#[tokio::test]
async fn a_panicking_delivery_becomes_a_dead_letter_and_its_neighbours_are_not_disturbed() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let options = Options {
        database: format!("sqlite://{}", folder.path().join("inbox.db").display()),
        board: ([127, 0, 0, 1], 0).into(),
        work: Duration::ZERO,
        fail_rate: 0.0,
        retry: RETRY,
        keep: Duration::MAX,
        effects: None,
    };
    let store = SqliteStore::open(&options.database).await?;
    let slow = ["one", "two", "three", "four"];
    for body in slow.into_iter().chain(["panics"]) {
        put(&store, body).await?;
    }

    let (workers, _board, _forget_done) = queue!(store.clone(), &options, TracingBroadcaster::create(), work);
    let (stop, stopped) = oneshot::channel::<()>();
    let dead = async {
        let start = Instant::now();
        loop {
            if let Some(letter) = store.dead(1).await.map_err(anyhow::Error::from_boxed)?.pop() {
                drop(stop);
                break anyhow::Ok(letter);
            }
            assert!(start.elapsed() < PATIENCE, "it is not a dead letter");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let stopped = async { stopped.await.unwrap_or_default() };
    let (letter, ()) = tokio::try_join!(dead, workers.run(stopped, pending()))?;

    assert_eq!(letter.attempt(), ATTEMPTS);
    let attempts = noted("panics");
    assert_eq!(attempts.len(), ATTEMPTS);
    let mut least = RETRY;
    for pair in attempts.windows(2) {
        assert!(
            pair[1] - pair[0] >= least,
            "{:?} are less than {least:?}",
            pair[1] - pair[0]
        );
        least *= 2;
    }
    for body in slow {
        assert_eq!(noted(body).len(), 1, "{body} was started again");
        assert_eq!(noted(&format!("{body} ended")).len(), 1, "{body}");
    }
    Ok(())
}
