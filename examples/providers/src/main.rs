//! Receives the webhooks of every provider on axum: `GITHUB_WEBHOOK_SECRET=.. cargo run -p providers`.
//!
//! The routes are `POST /knowrithm`, `/github`, `/stripe`, `/slack`, `/shopify` and `/standard_webhooks`, on the port
//! in `PORT` (5000) of 127.0.0.1. Each is served if its secret is set: in `GITHUB_WEBHOOK_SECRET`, for example, or in
//! the file named by `GITHUB_WEBHOOK_SECRET_FILE`. The answer has the label of the secret that signed the webhook:
//!
//! ```json
//! {"signed_by":"current","status":"success"}
//! ```
//!
//! **To rotate a secret**, set the new one and move the previous one to `GITHUB_WEBHOOK_SECRET_OLD`, or to the file
//! named by `GITHUB_WEBHOOK_SECRET_OLD_FILE`. Remove it when no more answers say `old`.
//!
//! **To rotate without a restart**, change the files and send SIGHUP. Requests in progress are verified with the
//! secrets that were current when they began. If a file cannot be used, all secrets of that provider stay as they are.
//! A missing `_OLD_FILE` is not an error: between rotations there is no old secret.
//!
//! For production, add what `axum-receiver` lists. `observed` shows how to log the reasons of refusals.

mod provider;

use std::io::{Write, stderr, stdout};
use std::{env, future::pending, time::Duration};

use anyhow::Context;
use axum::{Json, Router, routing::post};
use serde_json::{Value, json};
use tokio::{net::TcpListener, signal, time::timeout};
use tower_webhook::scheme::{GitHub, Knowrithm, Shopify, Slack, StandardWebhooks, Stripe};
use tower_webhook::{SigningSecret, VerifyLayer};
use tower_webhook_axum::Verified;

use crate::provider::Provider;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (mut app, mut served, mut routes) = (Router::new(), Vec::new(), Vec::new());
    for (name, provider) in [
        ("knowrithm", Provider::from_env("knowrithm", Knowrithm, Ok)?),
        ("github", Provider::from_env("github", GitHub, Ok)?),
        ("stripe", Provider::from_env("stripe", Stripe, Ok)?),
        ("slack", Provider::from_env("slack", Slack, Ok)?),
        ("shopify", Provider::from_env("shopify", Shopify, Ok)?),
        (
            "standard_webhooks",
            Provider::from_env(
                "standard_webhooks",
                StandardWebhooks::new(),
                SigningSecret::decode_whsec,
            )?,
        ),
    ] {
        if let Some((provider, verifier)) = provider {
            let verify = VerifyLayer::new(verifier);
            app = app.route(&format!("/{name}"), post(receive).route_layer(verify));
            routes.push(format!("POST /{name}"));
            served.push(provider);
        } else {
            let variable = provider::variable(name);
            routes.push(format!(
                "POST /{name} is not served: neither {variable} nor {variable}_FILE is set"
            ));
        }
    }

    let port = env::var("PORT").map_or(Ok(5000), |port| port.parse());
    let listener = TcpListener::bind(("127.0.0.1", port.context("PORT is not a port number")?)).await?;
    #[cfg(unix)]
    let mut hangups = signal::unix::signal(signal::unix::SignalKind::hangup())?;
    let reload = async {
        #[cfg(unix)]
        while hangups.recv().await.is_some() {
            served.iter().filter(|provider| provider.has_files).for_each(reload);
        }
        pending::<()>().await;
    };
    let _ = writeln!(
        stdout(),
        "Listening on http://{}\n{}",
        listener.local_addr()?,
        routes.join("\n")
    );
    tokio::select! {
        result = axum::serve(listener, app).with_graceful_shutdown(stop()) => result?,
        () = reload => {}
        // Requests in progress have 8 s to finish; a second signal stops at once.
        () = async { stop().await; let _ = timeout(Duration::from_secs(8), stop()).await; } => {}
    }
    Ok(())
}

/// Handles a webhook. Only bodies that the provider signed get here.
async fn receive(Verified(body): Verified) -> Json<Value> {
    Json(json!({ "status": "success", "signed_by": body.signed_by() }))
}

/// Reads a provider's secrets again, and prints the outcome.
fn reload(provider: &Provider) {
    let name = provider.name;
    let _ = match provider.reload() {
        Ok(()) => writeln!(stdout(), "{name}: took the secrets from its files"),
        Err(error) => writeln!(stderr(), "{name}: kept the secrets it has: {error:#}"),
    };
}

/// Completes at SIGINT or SIGTERM.
async fn stop() {
    #[cfg(unix)]
    if let Ok(mut terminate) = signal::unix::signal(signal::unix::SignalKind::terminate()) {
        tokio::select! { _ = terminate.recv() => return, _ = signal::ctrl_c() => return }
    }
    let _ = signal::ctrl_c().await;
}
