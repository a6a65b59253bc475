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
    let providers = [
        Provider::from_env(Knowrithm, Ok)?,
        Provider::from_env(GitHub, Ok)?,
        Provider::from_env(Stripe, Ok)?,
        Provider::from_env(Slack, Ok)?,
        Provider::from_env(Shopify, Ok)?,
        Provider::from_env(StandardWebhooks::new(), SigningSecret::decode_whsec)?,
    ];
    let (mut app, mut routes) = (Router::new(), Vec::new());
    for Provider { name, verifier, .. } in &providers {
        if let Some(verifier) = verifier {
            let verify = VerifyLayer::new(verifier.clone());
            app = app.route(&format!("/{name}"), post(receive).route_layer(verify));
            routes.push(format!("POST /{name}"));
        } else {
            let variable = provider::variable(name);
            let reason = format!("neither {variable} nor {variable}_FILE is set");
            routes.push(format!("POST /{name} is not served: {reason}"));
        }
    }

    let port = env::var("PORT").map_or(Ok(5000), |port| port.parse());
    let listener = TcpListener::bind(("127.0.0.1", port.context("PORT is not a port number")?)).await?;
    #[cfg(unix)]
    let mut hangups = signal::unix::signal(signal::unix::SignalKind::hangup())?;
    let reload = async {
        #[cfg(unix)]
        while hangups.recv().await.is_some() {
            providers.iter().for_each(reload);
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

/// Reads the secrets of a provider again, if they are in files, and prints the outcome.
fn reload(provider: &Provider) {
    let name = provider.name;
    let _ = match provider.reload.as_ref().map(|reload| reload()) {
        Some(Ok(())) => writeln!(stdout(), "{name}: took the secrets from its files"),
        Some(Err(error)) => writeln!(stderr(), "{name}: kept the secrets it has: {error:#}"),
        None => Ok(()),
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
