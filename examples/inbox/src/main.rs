//! A receiver of Knowrithm webhooks that stores first and works later: `cargo run -p inbox`.
//!
//! A delivery is verified, stored under its key and answered. A worker takes it from there. README.md describes the
//! settings, and the guarantees of each backend. The board is a module of its own, for you to leave out.

mod board;
mod keep;
mod settings;
mod work;

use std::fmt::Display;
use std::io::{Write, stderr, stdout};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use axum::response::Redirect;
use axum::routing::{get, post_service};
use tokio::net::TcpListener;
use tower::Layer;
use tower_webhook::{Verifier, VerifyLayer};
use tower_webhook_inbox::nats::NatsStore;
use tower_webhook_inbox::postgres::PostgresStore;
use tower_webhook_inbox::redis::RedisStore;
use tower_webhook_inbox::sqlite::SqliteStore;
use tower_webhook_inbox::{BoxError, Inbox, Queue, Worker};
use tower_webhook_server::{Server, stop_signal};

use crate::board::Board;
use crate::settings::Settings;
use crate::work::work;

/// Gives the memory of large deliveries back to the system within seconds. glibc keeps much of what was freed after a
/// peak.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Opens the backend that `DATABASE_URL` names, and runs on it.
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings = Settings::from_env()?;
    let logs = board::log();
    let (url, keep, remember) = (settings.database.clone(), settings.keep, settings.remember);
    let scheme = url.split(':').next().unwrap_or_default();
    // The URL is not printed, because it may hold a password.
    let cannot = || format!("DATABASE_URL names a {scheme} backend that cannot be used");
    let warn = |caveats: Vec<String>| {
        for caveat in caveats {
            complain(format_args!("{scheme}: {caveat}"));
        }
    };
    match scheme {
        "sqlite" => {
            let store = SqliteStore::open(&url).await.with_context(cannot)?;
            let board = Board::new(store.clone(), store.storage(), logs);
            let old = store.clone();
            let forget = async move || Ok(old.forget_done(keep).await? + old.forget_keys(remember).await?);
            run(settings, store, board, forget).await
        }
        "postgres" | "postgresql" => {
            let store = PostgresStore::open(&url).await.with_context(cannot)?;
            warn(store.caveats().await.with_context(cannot)?);
            let board = Board::new(store.clone(), store.storage(), logs);
            let old = store.clone();
            let forget = async move || Ok(old.forget_done(keep).await? + old.forget_keys(remember).await?);
            run(settings, store, board, forget).await
        }
        "redis" => {
            let store = RedisStore::options()
                .key_ttl(remember)
                .open(&url)
                .await
                .with_context(cannot)?;
            // Hosted servers often forbid the question.
            warn(store.caveats().await.unwrap_or_else(|error| vec![error.to_string()]));
            let board = Board::new(store.clone(), store.storage(), logs);
            let old = store.clone();
            // The server forgets keys by itself.
            run(settings, store, board, async move || Ok(old.forget_done(keep).await?)).await
        }
        "nats" => {
            let store = NatsStore::options()
                .key_ttl(remember)
                .open(&url)
                .await
                .with_context(cannot)?;
            warn(store.caveats().await.unwrap_or_else(|error| vec![error.to_string()]));
            let board = Board::of_dead_letters(store.clone());
            // The server keeps nothing that is done, and forgets keys by itself.
            run(settings, store, board, async || Ok(0)).await
        }
        _ => bail!("DATABASE_URL begins neither with sqlite:, postgres:, redis: nor nats:"),
    }
}

/// Receives, works and shows the board until a signal, and then finishes the requests and deliveries under way.
async fn run(
    settings: Settings,
    store: impl Queue,
    board: Board,
    forget: impl AsyncFn() -> Result<u64, BoxError>,
) -> anyhow::Result<()> {
    let listener = TcpListener::bind(settings.address).await?;
    let board_listener = TcpListener::bind(settings.board).await?;
    let url = format!("http://{}/webhooks/knowrithm", listener.local_addr()?);
    let board_url = format!("http://{}/board", board_listener.local_addr()?);

    let todo = settings.todo.clone();
    let worker = Worker::new(store.clone(), move |delivery| work(delivery, Arc::clone(&todo)))
        .backoff(settings.retry, Duration::from_mins(1));
    let verify = VerifyLayer::new(Verifier::knowrithm(settings.secret.clone()));
    let inbox = Inbox::new(store).provider("knowrithm");
    let to_board = Redirect::temporary(&board_url);
    let app = Router::new()
        .route("/webhooks/knowrithm", post_service(verify.layer(inbox)))
        .route("/board", get(|| async { to_board }));

    say(format_args!("Listening on {url}"));
    settings.say_curl(&url)?;
    say(format_args!("Board on {board_url}"));
    let all = async {
        let receive = Server::new(listener).serve(app, stop_signal());
        let show = board.serve(board_listener, stop_signal());
        let (ended, ..) = tokio::join!(worker.run_until(stop_signal()), receive, show);
        ended.context("unfinished deliveries were not put back; other workers take them over")
    };
    tokio::select! {
        result = Box::pin(all) => result,
        () = keep::hourly(forget) => Ok(()),
        // A second signal stops at once.
        () = async { stop_signal().await; stop_signal().await } => Ok(()),
    }
}

/// Prints a line. Unlike `println!`, it does not panic if standard output is closed.
fn say(line: impl Display) {
    let _ = writeln!(stdout(), "{line}");
}

/// Prints a line to standard error, if it is open.
fn complain(line: impl Display) {
    let _ = writeln!(stderr(), "{line}");
}
