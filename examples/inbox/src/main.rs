//! A receiver of Knowrithm webhooks that stores first and works later: `cargo run -p inbox`.
//!
//! A delivery is verified, stored under its key and answered. A worker takes it from there. README.md describes the
//! settings, and the guarantees of each backend.

mod attempts;
mod backend;
mod board;
mod dead;
mod keep;
mod letters;
mod receiver;
mod setup;
mod work;
mod workers;

use std::time::Duration;

use axum::Router;
use axum::response::Redirect;
use axum::routing::{get, post_service};
use tokio::net::TcpListener;
use tower::Layer;
use tower_webhook::{Verifier, VerifyLayer};
use tower_webhook_inbox::{Inbox, Store};

use crate::backend::{Backend, queue};
use crate::receiver::{Setup, say, shutdown};
use crate::setup::Options;
use crate::work::work;
use crate::workers::Workers;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let setup = Setup::from_env()?;
    let options = Options::from_env(setup.address.port())?;
    let events = setup::log();
    match backend::open(&options).await? {
        Backend::Sqlite(store) => run(setup, &options, store.clone(), queue!(store, &options, events, work)).await,
        Backend::Postgres(store) => run(setup, &options, store.clone(), queue!(store, &options, events, work)).await,
        Backend::Redis(store) => run(setup, &options, store.clone(), queue!(store, &options, events, work)).await,
    }
}

/// Receives, works and shows the board until a signal, and then finishes the requests and tasks under way.
async fn run(
    setup: Setup,
    options: &Options,
    store: impl Store,
    (workers, board, forget_done): (
        Workers<impl AsyncFn(String) -> anyhow::Result<u64>>,
        Router,
        impl AsyncFn() -> anyhow::Result<u64>,
    ),
) -> anyhow::Result<()> {
    let inbox = Inbox::new(store).provider("knowrithm");
    let verify = VerifyLayer::new(Verifier::knowrithm(setup.secret.clone()));

    let listener = TcpListener::bind(setup.address).await?;
    let board_listener = TcpListener::bind(options.board).await?;
    let board_url = format!("http://{}/board", board_listener.local_addr()?);
    let to_board = Redirect::temporary(&board_url);
    let app = Router::new()
        .route("/webhooks/knowrithm", post_service(verify.layer(inbox)))
        .route("/board", get(|| async { to_board }));
    let board = board::protect(board, board_listener.local_addr()?);

    let (stopped, grace_over) = shutdown()?;
    let (board_stopped, _) = shutdown()?;
    let (work_stopped, work_grace_over) = shutdown()?;
    setup.greet(listener.local_addr()?)?;
    say(format_args!("Board on {board_url}"));

    let receive = async { Ok(axum::serve(listener, app).with_graceful_shutdown(stopped).await?) };
    // Not shut down gracefully: the board's connections have nothing to lose.
    let show = async {
        tokio::select! {
            result = axum::serve(board_listener, board) => Ok(result?),
            () = board_stopped => Ok(()),
        }
    };
    let work = workers.run(work_stopped, work_grace_over);
    let all = async { tokio::try_join!(receive, show, work).map(drop) };
    tokio::select! {
        result = all => result,
        () = keep::hourly(forget_done) => Ok(()),
        () = async { grace_over.await; tokio::time::sleep(Duration::from_secs(5)).await } => Ok(()),
    }
}
