//! Logs the verdict on every webhook with `tracing`, and answers refusals with JSON:
//!
//! ```sh
//! KNOWRITHM_WEBHOOK_SECRET=whk_demo cargo run -p observed
//! curl -i -d '{}' http://127.0.0.1:5000/webhooks/knowrithm
//! ```
//!
//! The answer is 403 with `{"error":"Forbidden"}`. The log has the reason, in an event of `tower_webhook` and in one of
//! the closure below. A signed event is answered with 200:
//!
//! ```sh
//! mac=$(printf '{}' | openssl dgst -sha256 -hmac whk_demo -r | cut -d ' ' -f 1)
//! curl -i -d '{}' -H "X-Knowrithm-Signature: sha256=$mac" http://127.0.0.1:5000/webhooks/knowrithm
//! ```
//!
//! For production, set `RUST_LOG=info`: anyone can cause any number of refusals, so their events are at debug level. To
//! watch them without a log, count them by `Rejection::code`, which has few values.

use std::env;

use anyhow::Context;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, http::request::Parts, routing::post};
use knowrithm_events::Event;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower_webhook::{Rejection, SigningSecret, Verifier, VerifyLayer};
use tower_webhook_axum::VerifiedJson;
use tower_webhook_server::{Server, stop_signal};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,observed=debug,tower_webhook=debug"));
    tracing_subscriber::fmt().with_env_filter(filter).init();

    let secret = SigningSecret::from_env("KNOWRITHM_WEBHOOK_SECRET")?;
    let verify = VerifyLayer::new(Verifier::knowrithm(secret)).on_reject(refuse);
    let app = Router::new().route("/webhooks/knowrithm", post(receive).route_layer(verify));

    let port = env::var("PORT").map_or(Ok(5000), |port| port.parse());
    let listener = TcpListener::bind(("127.0.0.1", port.context("PORT is not a port number")?)).await?;
    tracing::info!("Listening on http://{}/webhooks/knowrithm", listener.local_addr()?);
    Server::new(listener).serve(app, stop_signal()).await;
    Ok(())
}

/// Handles an event. Only bodies that Knowrithm signed get here.
async fn receive(event: VerifiedJson<Event>) -> Json<Value> {
    tracing::info!(name = event.name(), "received an event");
    Json(json!({ "status": "success" }))
}

/// Answers a refused request. The body repeats the status only: the reason would help a forger.
fn refuse(rejection: &Rejection, head: &Parts) -> Response {
    tracing::debug!(code = rejection.code(), agent = ?head.headers.get("user-agent"), "refused a request");
    let status = rejection.status();
    (status, Json(json!({ "error": status.canonical_reason() }))).into_response()
}
