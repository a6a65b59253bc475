//! The receiver that is measured: what a reader of the crate's page writes, and a count of what its worker did.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use anyhow::bail;
use http::Response;
use tokio::io::{AsyncBufReadExt, BufReader, stdin};
use tokio::net::TcpListener;
use tower::Layer;
use tower::util::MapResponse;
use tower_webhook::{SigningSecret, Verifier, VerifyLayer};
use tower_webhook_inbox::nats::NatsStore;
use tower_webhook_inbox::postgres::PostgresStore;
use tower_webhook_inbox::redis::RedisStore;
use tower_webhook_inbox::sqlite::SqliteStore;
use tower_webhook_inbox::{BoxError, Delivery, Failure, Inbox, Queue, Worker};
use tower_webhook_server::Server;

pub(crate) const SECRET: &str = "whk_throughput";
/// More than any measurement takes. In the measurement of memory, deliveries wait for the store for long.
const DEADLINE: Duration = Duration::from_mins(2);

/// Receives at a free port, which it prints, and works when `work` is "work". Prints the time at which the handler had
/// been called this many times.
pub(crate) async fn run(url: &str, work: &str, expected: usize) -> anyhow::Result<()> {
    let works = work == "work";
    match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("sqlite") => serve(SqliteStore::open(url).await?, works, expected).await,
        Some("postgres") => serve(PostgresStore::open(url).await?, works, expected).await,
        Some("redis") => serve(RedisStore::open(url).await?, works, expected).await,
        Some("nats") => serve(NatsStore::open(url).await?, works, expected).await,
        _ => bail!("{url:?} names no backend"),
    }
}

/// Prints why a delivery was not stored, which ends the measurement.
fn told<B>(answer: Response<B>) -> Response<B> {
    if let Some(failure) = answer.extensions().get::<Failure>() {
        eprintln!("{failure}: {:?}", failure.source());
    }
    answer
}

async fn serve<S: Queue>(store: S, works: bool, expected: usize) -> anyhow::Result<()> {
    // Without a budget, so that the memory that is measured is the inbox's own doing.
    let verifier = Verifier::knowrithm(SigningSecret::new(SECRET)?).insecure_unlimited_buffers();
    let inbox = Inbox::new(store.clone()).deadline(DEADLINE);
    let app = VerifyLayer::new(verifier).layer(MapResponse::new(inbox, told));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on {}", listener.local_addr()?);
    tokio::spawn(Server::new(listener).serve(app, std::future::pending()));

    // The measurement begins with a line.
    let mut lines = BufReader::new(stdin()).lines();
    lines.next_line().await?;
    let done = Arc::new(AtomicUsize::new(0));
    let work = move |_: Delivery| {
        if done.fetch_add(1, Ordering::Relaxed) + 1 == expected {
            println!("done at {}", UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos()));
        }
        async { Ok::<(), BoxError>(()) }
    };
    // And ends with the end of the input.
    let end = async move { while let Ok(Some(_)) = lines.next_line().await {} };
    if works {
        Worker::new(store, work).run_until(end).await?;
    } else {
        end.await;
    }
    Ok(())
}
