//! What NATS alone does: its keys outlive restarts, its server hangs and dies, and its streams are an operator's.
#![cfg(unix)]

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{env, fs};

use async_nats::jetstream;
use async_nats::jetstream::stream::{Config, RetentionPolicy};
use http::HeaderMap;
use tokio::time::sleep;
use tower_webhook_inbox::nats::{Error, NatsStore};
use tower_webhook_inbox::{BoxError, Delivery, Inbox, PutError, Queue, Stored, Worker};

use super::database::Backend;
use super::process::PATIENCE;
use super::server::Server;
use crate::support::{SIGNATURE, signature, verifier};

/// The deadline of the inbox, and some reserve.
const REFUSED_WITHIN: Duration = Duration::from_secs(8);

async fn put(store: &NatsStore, body: &str) -> Result<Stored, PutError<Error>> {
    let headers = HeaderMap::from_iter([(SIGNATURE, signature(body))]);
    let body = verifier().verify(&headers, body.to_owned()).unwrap();
    Inbox::new(store.clone()).put(&body, &HeaderMap::new()).await
}

/// Puts until it is stored, as a sender does.
async fn deliver(store: &NatsStore, body: &str) -> Stored {
    let start = Instant::now();
    loop {
        match put(store, body).await {
            Ok(stored) => return stored,
            Err(error) => assert!(start.elapsed() < PATIENCE, "{error:?}"),
        }
        sleep(Duration::from_millis(200)).await;
    }
}

async fn refused(store: &NatsStore, body: &str) {
    let start = Instant::now();
    assert!(put(store, body).await.is_err());
    assert!(start.elapsed() < REFUSED_WITHIN, "{:?}", start.elapsed());
}

/// How often each delivery was worked on.
type Log = Arc<Mutex<HashMap<String, usize>>>;

/// Starts a worker that runs until the test ends.
fn work(store: &NatsStore) -> Log {
    let log = Log::default();
    let noted = log.clone();
    let worker = Worker::new(store.clone(), move |delivery: Delivery| {
        let body = String::from_utf8(delivery.bytes().to_vec()).unwrap();
        *noted.lock().unwrap().entry(body).or_default() += 1;
        async { Ok::<(), BoxError>(()) }
    });
    tokio::spawn(worker.run_until(std::future::pending()));
    log
}

async fn wait_for(log: &Log, deliveries: usize) {
    let start = Instant::now();
    while log.lock().unwrap().len() < deliveries {
        assert!(
            start.elapsed() < PATIENCE,
            "{} of {deliveries}",
            log.lock().unwrap().len()
        );
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_the_server_hangs_and_dies_and_the_worker_goes_on() {
    let Some(mut server) = Server::start(Backend::Nats) else {
        return;
    };
    let store = NatsStore::open(&server.url()).await.unwrap();
    let log = work(&store);
    for number in 0..20 {
        assert_eq!(put(&store, &format!("{number}")).await.unwrap(), Stored::New);
    }
    wait_for(&log, 20).await;

    server.stop();
    refused(&store, "20").await;
    // Long enough for the client to give the connection up.
    sleep(Duration::from_secs(6)).await;
    let start = Instant::now();
    refused(&store, "21").await;
    assert!(start.elapsed() < Duration::from_secs(1), "the outage is known");
    server.go_on();
    for number in 20..30 {
        deliver(&store, &format!("{number}")).await;
    }
    wait_for(&log, 30).await;

    for number in 30..50 {
        deliver(&store, &format!("{number}")).await;
    }
    server.kill();
    refused(&store, "50").await;
    server.restart();
    for number in 50..60 {
        deliver(&store, &format!("{number}")).await;
    }
    wait_for(&log, 60).await;
    assert_eq!(log.lock().unwrap().len(), 60);
    assert_eq!(store.stats().await.unwrap().dead, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_is_done_is_known_after_the_server_restarts() {
    let Some(mut server) = Server::start(Backend::Nats) else {
        return;
    };
    let store = NatsStore::open(&server.url()).await.unwrap();
    let log = work(&store);
    assert_eq!(put(&store, "one").await.unwrap(), Stored::New);
    wait_for(&log, 1).await;
    let start = Instant::now();
    while store.stats().await.unwrap().done == 0 {
        assert!(start.elapsed() < PATIENCE, "the result is not recorded");
        sleep(Duration::from_millis(50)).await;
    }
    server.end();
    server.restart();
    assert_eq!(deliver(&store, "one").await, Stored::Duplicate);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(log.lock().unwrap()["one"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_the_server_has_no_room_for_is_refused() {
    let Some(database) = Backend::Nats.database().await else {
        return;
    };
    let store = NatsStore::open(&database.url).await.unwrap();
    let refused = put(&store, &"x".repeat(1_000_000)).await;
    assert!(
        matches!(refused, Err(PutError::Store(Error::TooLarge { .. }))),
        "{refused:?}"
    );
    let caveats = store.caveats().await.unwrap();
    assert!(
        caveats.iter().any(|caveat| caveat.contains("max_payload")),
        "{caveats:?}"
    );
    assert!(
        caveats.iter().any(|caveat| caveat.contains("num_replicas")),
        "{caveats:?}"
    );

    let full = NatsStore::options().max_bytes(1000).open(&database.url).await.unwrap();
    assert_eq!(put(&full, "small").await.unwrap(), Stored::New);
    assert!(put(&full, &"x".repeat(1000)).await.is_err());
    assert_eq!(full.stats().await.unwrap().waiting, 1, "the first is kept");
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_set_stays_and_a_stream_of_another_purpose_is_refused() {
    let Some(database) = Backend::Nats.database().await else {
        return;
    };
    let day = Duration::from_hours(24);
    let set = NatsStore::options().duplicate_window(day).max_bytes(1_000_000);
    let store = set.open(&database.url).await.unwrap();
    let again = NatsStore::open(&database.url).await.unwrap();
    assert_eq!(store.queue(), again.queue());
    let (server, queue) = database.url.rsplit_once('/').unwrap();
    let jetstream = jetstream::new(async_nats::connect(server).await.unwrap());
    let name = format!("inbox_{queue}_tasks");
    let config = jetstream.get_stream(&name).await.unwrap().cached_info().config.clone();
    assert_eq!((config.duplicate_window, config.max_bytes), (day, 1_000_000));

    jetstream.delete_stream(&name).await.unwrap();
    let other = Config {
        name,
        retention: RetentionPolicy::Limits,
        ..Config::default()
    };
    jetstream.create_stream(other).await.unwrap();
    let refused = NatsStore::open(&database.url).await;
    assert!(matches!(refused, Err(Error::NoWorkQueue(_))), "{refused:?}");
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_makes_its_consumer_again() {
    let Some(database) = Backend::Nats.database().await else {
        return;
    };
    let store = NatsStore::open(&database.url).await.unwrap();
    let log = work(&store);
    put(&store, "before").await.unwrap();
    wait_for(&log, 1).await;
    let (server, queue) = database.url.rsplit_once('/').unwrap();
    let jetstream = jetstream::new(async_nats::connect(server).await.unwrap());
    let stream = jetstream.get_stream(format!("inbox_{queue}_tasks")).await.unwrap();
    stream.delete_consumer("worker").await.unwrap();
    put(&store, "after").await.unwrap();
    wait_for(&log, 2).await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_processes_are_killed_in_the_middle_of_their_work() {
    const DELIVERIES: usize = 400;
    const KILLS: usize = 8;
    let Some(database) = Backend::Nats.database().await else {
        return;
    };
    let store = NatsStore::open(&database.url).await.unwrap();
    let effects = database.folder.path().join("effects");
    for number in 0..DELIVERIES {
        assert_eq!(put(&store, &format!("{number}")).await.unwrap(), Stored::New);
    }
    let (server, queue) = database.url.rsplit_once('/').unwrap();
    let jetstream = jetstream::new(async_nats::connect(server).await.unwrap());
    let stream = jetstream.get_stream(format!("inbox_{queue}_tasks")).await.unwrap();
    let mut held = 0;
    for kill in 0..KILLS {
        let before = lines(&effects).len();
        let mut process = Command::new(env::current_exe().unwrap());
        process.args(["--exact", "inbox::nats::the_process_that_is_killed", "--ignored"]);
        process.env("INBOX_URL", &database.url).env("INBOX_EFFECTS", &effects);
        let mut process = process.stdout(Stdio::null()).spawn().unwrap();
        let start = Instant::now();
        while lines(&effects).len() < before + 5 * (kill % 3 + 1) {
            assert!(start.elapsed() < PATIENCE, "the process does nothing");
            sleep(Duration::from_millis(5)).await;
        }
        process.kill().unwrap();
        process.wait().unwrap();
        // The server waits for their acknowledgement.
        held += stream.consumer_info("worker").await.unwrap().num_ack_pending;
    }
    assert!(held > 0, "none was in the middle of its work");
    // The last one is not killed, and takes over after 12 s what the others held.
    let worker = Worker::new(store.clone(), {
        let effects = effects.clone();
        move |delivery| take_effect(delivery, effects.clone().into())
    });
    tokio::spawn(worker.run_until(std::future::pending()));
    let start = Instant::now();
    while store.stats().await.unwrap().done < DELIVERIES as u64 {
        assert!(start.elapsed() < PATIENCE, "{:?}", store.stats().await.unwrap());
        sleep(Duration::from_millis(100)).await;
    }
    let lines = lines(&effects);
    for number in 0..DELIVERIES {
        assert!(
            lines.contains(&number.to_string()),
            "{number} was stored and took no effect"
        );
    }
    let twice = lines.len() - DELIVERIES;
    // Each process held at most its 16 places and the 256 that are taken ahead.
    assert!(twice <= KILLS * (16 + 256), "{twice} took effect twice");
    assert_eq!(store.stats().await.unwrap().dead, 0);
    database.drop().await;
}

/// Notes the effect in one write, as whole lines.
async fn take_effect(delivery: Delivery, effects: Box<Path>) -> Result<(), BoxError> {
    let body = String::from_utf8(delivery.bytes().to_vec())?;
    let mut file = fs::File::options().append(true).create(true).open(effects)?;
    file.write_all(format!("{body}\n").as_bytes())?;
    sleep(Duration::from_millis(20)).await;
    Ok(())
}

fn lines(effects: &Path) -> Vec<String> {
    let text = fs::read_to_string(effects).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a process that another test starts"]
async fn the_process_that_is_killed() {
    let (Ok(url), Some(effects)) = (env::var("INBOX_URL"), env::var_os("INBOX_EFFECTS")) else {
        return;
    };
    let store = NatsStore::open(&url).await.unwrap();
    let effects = std::path::PathBuf::from(effects);
    let worker = Worker::new(store, move |delivery| take_effect(delivery, effects.clone().into()));
    worker.run_until(std::future::pending()).await.unwrap();
}
