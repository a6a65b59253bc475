//! Receives Circle's notifications on axum, under public keys that it fetches from Circle:
//! `CIRCLE_API_KEY=.. cargo run -p fetched-keys`.
//!
//! The route is `POST /circle`, on the port in `PORT` (5000) of 127.0.0.1. `X-Circle-Key-Id` names the key, which is
//! fetched once, from the one host in `keys.rs`, and kept. Whoever sends a request chooses that name, so it must have
//! the form of a UUID, and few new ones are fetched in a minute.
//!
//! Other providers with keys to fetch differ in where the key is. Amazon SNS has its URL in the body, which
//! `SecretSource::secrets_by_body` sees, and `PayPal` in a header: the host has to be one that is listed. Both sign
//! with RSA, for which there is `CustomPublicKey`, and have certificates, which need a library for X.509.

mod keys;

use std::env;
use std::io::{Write, stderr, stdout};

use anyhow::Context;
use axum::{Json, Router, routing::post};
use http::Uri;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower_webhook::scheme::Circle;
use tower_webhook::{Verifier, VerifyLayer};
use tower_webhook_axum::Verified;
use tower_webhook_server::{Server, stop_signal};
use tracing_subscriber::filter::LevelFilter;

use crate::keys::Keys;

/// Where Circle's keys are. Other products of Circle have other paths.
const KEYS: &str = "https://api.circle.com/v2/notifications/publicKey/";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Warnings, such as the server's of too many open files.
    tracing_subscriber::fmt()
        .with_writer(stderr)
        .log_internal_errors(false)
        .with_max_level(LevelFilter::WARN)
        .init();
    let api_key = env::var("CIRCLE_API_KEY").context("CIRCLE_API_KEY is not set: put Circle's API key there")?;
    let keys = Keys::new(Uri::from_static(KEYS), &api_key)?;

    let port = env::var("PORT").map_or(Ok(5000), |port| port.parse());
    let listener = TcpListener::bind(("127.0.0.1", port.context("PORT is not a port number")?)).await?;
    let _ = writeln!(stdout(), "Listening on http://{}/circle", listener.local_addr()?);
    tokio::select! {
        () = Server::new(listener).serve(app(keys), stop_signal()) => {}
        // A second signal stops at once.
        () = async { stop_signal().await; stop_signal().await } => {}
    }
    Ok(())
}

fn app(keys: Keys) -> Router {
    let verify = VerifyLayer::new(Verifier::per_request(Circle, keys));
    Router::new().route("/circle", post(receive).route_layer(verify))
}

/// Handles a notification. Only bodies that Circle signed get here.
async fn receive(body: Verified<Circle>) -> Json<Value> {
    Json(json!({ "status": "success", "signed_by": body.signed_by() }))
}

#[cfg(test)]
mod tests;
