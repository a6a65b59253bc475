//! Senders that race for one delivery on NATS, or give it up: the retry of a dead letter still finds what it needs.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use http::HeaderMap;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tower_webhook::VerifiedBody;
use tower_webhook_inbox::nats::NatsStore;
use tower_webhook_inbox::{Delivery, Inbox, NeverAgain, PutError, Queue, Store, Stored, Worker};

use super::database::{Backend, Database};
use super::process::PATIENCE;
use super::queue::work_off;
use crate::support::{SIGNATURE, signature, verifier};

/// How many send the delivery at the same time.
const SENDERS: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_that_is_late_leaves_a_dead_letter_to_be_retried() {
    let Some(database) = Backend::Nats.database().await else {
        return;
    };
    let store = NatsStore::open(&database.url).await.unwrap();
    // They find no key, and are held up before they publish the delivery.
    let gate = Gate::before(&database, "tasks").await;
    let late = join_all((0..SENDERS).map(|_| gate.put()));
    let late = tokio::spawn(late);
    gate.is_reached().await;

    assert_eq!(put(&store).await, Stored::New);
    fail(&store).await;
    gate.open();
    for stored in timeout(PATIENCE, late).await.unwrap().unwrap() {
        assert_eq!(stored.unwrap(), Stored::Duplicate);
    }
    is_retried_once(&store).await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_can_be_retried_before_its_sender_has_noted_the_key() {
    let Some(database) = Backend::Nats.database().await else {
        return;
    };
    let store = NatsStore::open(&database.url).await.unwrap();
    // As when the receiver dies between the two.
    let gate = Gate::before(&database, "keys").await;
    let slow = gate.put();
    gate.is_reached().await;

    fail(&store).await;
    is_retried_once(&store).await;
    gate.open();
    assert_eq!(timeout(PATIENCE, slow).await.unwrap().unwrap(), Stored::New);
    fail(&store).await;
    is_retried_once(&store).await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_sender_that_notes_the_key_last_leaves_a_dead_letter_to_be_retried() {
    let Some(database) = Backend::Nats.database().await else {
        return;
    };
    let store = NatsStore::open(&database.url).await.unwrap();
    let gate = Gate::before(&database, "keys").await;
    let slow = gate.put();
    gate.is_reached().await;
    // Notes the key of a delivery that waits.
    assert_eq!(put(&store).await, Stored::Duplicate);
    fail(&store).await;
    gate.open();
    assert_eq!(timeout(PATIENCE, slow).await.unwrap().unwrap(), Stored::New);
    is_retried_once(&store).await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_is_given_up_before_the_server_has_stored_it_is_stored_with_its_key() {
    let Some(database) = Backend::Nats.database().await else {
        return;
    };
    let store = NatsStore::open(&database.url).await.unwrap();
    let gate = Gate::before(&database, "tasks").await;
    let inbox = Inbox::new(gate.store.clone()).deadline(Duration::from_millis(500));
    let body = raced();
    let given_up = inbox.put(&body, &HeaderMap::new()).await;
    assert!(matches!(given_up, Err(PutError::Deadline(_))), "{given_up:?}");
    assert!(!store.is_stored(body.delivery_key()).await.unwrap());

    gate.open();
    let start = Instant::now();
    while !store.is_stored(body.delivery_key()).await.unwrap() {
        assert!(start.elapsed() < PATIENCE, "the key is not noted");
        sleep(Duration::from_millis(10)).await;
    }
    fail(&store).await;
    is_retried_once(&store).await;
    database.drop().await;
}

async fn put(store: &NatsStore) -> Stored {
    put_into(Inbox::new(store.clone())).await
}

async fn put_into(inbox: Inbox<NatsStore>) -> Stored {
    let inbox = inbox.deadline(PATIENCE);
    inbox.put(&raced(), &HeaderMap::new()).await.unwrap()
}

/// The delivery that all of them send.
fn raced() -> VerifiedBody {
    let headers = HeaderMap::from_iter([(SIGNATURE, signature("raced"))]);
    verifier().verify(&headers, "raced").unwrap()
}

/// Works on what waits, without success.
async fn fail(store: &NatsStore) {
    let worker = Worker::new(
        store.clone(),
        async |_: Delivery| Err(NeverAgain::new("not yet").into()),
    );
    work_off(worker, store).await;
    assert_eq!(store.stats().await.unwrap().dead, 1);
}

/// Many send the dead letter again. One puts it back, and it is worked on once.
async fn is_retried_once(store: &NatsStore) {
    let inbox = Inbox::new(store.clone()).retry_dead_letters();
    let again = join_all((0..SENDERS).map(|_| put_into(inbox.clone()))).await;
    let retried = again.iter().filter(|stored| **stored == Stored::Retried).count();
    assert_eq!(retried, 1, "{again:?}");
    let stats = store.stats().await.unwrap();
    assert_eq!((stats.waiting, stats.dead), (1, 0));
}

/// A store behind a proxy that holds back what it publishes, once, until it is opened.
struct Gate {
    store: NatsStore,
    state: watch::Sender<State>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Waits,
    Reached,
    Open,
}

impl Gate {
    /// A gate before the first message of this kind: `tasks` or `keys`.
    async fn before(database: &Database, kind: &str) -> Self {
        let (server, queue) = database.url.rsplit_once('/').unwrap();
        let first = format!("PUB inbox.{queue}.{kind}").into_bytes();
        let state = watch::Sender::new(State::Waits);
        let address = start(server.trim_start_matches("nats://").to_owned(), first, state.clone()).await;
        // The client asks for signs of life once a minute, so that it does not notice the gate.
        let client = async_nats::connect(address.to_string()).await.unwrap();
        let store = NatsStore::options().queue(queue).open_on(client).await.unwrap();
        Self { store, state }
    }

    fn put(&self) -> JoinHandle<Stored> {
        let store = self.store.clone();
        tokio::spawn(async move { put(&store).await })
    }

    async fn is_reached(&self) {
        let mut state = self.state.subscribe();
        let reached = state.wait_for(|state| *state == State::Reached);
        timeout(PATIENCE, reached).await.unwrap().unwrap();
    }

    fn open(&self) {
        self.state.send_replace(State::Open);
    }
}

/// Starts a proxy in front of this server that stops the first client before it says `first`.
async fn start(server: String, first: Vec<u8>, state: watch::Sender<State>) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (client, _) = listener.accept().await.unwrap();
        let server = TcpStream::connect(server).await.unwrap();
        let (asked, mut answered) = client.into_split();
        let (mut answers, questions) = server.into_split();
        tokio::spawn(async move { copy(&mut answers, &mut answered).await });
        pass_on(asked, questions, &first, &state).await;
    });
    address
}

async fn pass_on(mut client: OwnedReadHalf, mut server: OwnedWriteHalf, first: &[u8], state: &watch::Sender<State>) {
    let mut said = Vec::new();
    loop {
        if !matches!(client.read_buf(&mut said).await, Ok(1..)) {
            return;
        }
        // What may be its beginning waits for the rest.
        let at = (0..said.len()).find(|&at| said[at..].starts_with(first) || first.starts_with(&said[at..]));
        let passes = at.unwrap_or(said.len());
        server.write_all(&said[..passes]).await.unwrap();
        said.drain(..passes);
        if said.starts_with(first) {
            break;
        }
    }
    state.send_replace(State::Reached);
    let mut state = state.subscribe();
    state.wait_for(|state| *state == State::Open).await.unwrap();
    server.write_all(&said).await.unwrap();
    let _ = copy(&mut client, &mut server).await;
}
