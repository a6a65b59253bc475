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
//! `observed` shows how to log the reasons of refusals.

mod provider;

use std::io::{Write, stderr, stdout};
use std::{env, future::pending};

use anyhow::Context;
use axum::Router;
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};
use tower_webhook::SigningSecret;
use tower_webhook::scheme::{GitHub, Knowrithm, Shopify, Slack, StandardWebhooks, Stripe};
use tower_webhook_server::{Server, stop_signal};
use tracing_subscriber::filter::LevelFilter;

use crate::provider::Provider;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Warnings, such as the server's of too many open files. Internal errors would be a panic if stderr is closed.
    tracing_subscriber::fmt()
        .with_writer(stderr)
        .log_internal_errors(false)
        .with_max_level(LevelFilter::WARN)
        .init();
    let providers = [
        Provider::from_env(Knowrithm, Ok)?,
        Provider::from_env(GitHub, Ok)?,
        Provider::from_env(Stripe, Ok)?,
        Provider::from_env(Slack, Ok)?,
        Provider::from_env(Shopify, Ok)?,
        Provider::from_env(StandardWebhooks::new(), SigningSecret::decode_whsec)?,
    ];
    let (mut app, mut routes) = (Router::new(), Vec::new());
    for Provider { name, route, .. } in &providers {
        if let Some(route) = route {
            app = app.route(&format!("/{name}"), route.clone());
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
    let mut hangups = signal(SignalKind::hangup())?;
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
        () = Server::new(listener).serve(app, stop_signal()) => {}
        () = reload => {}
        // A second signal stops at once.
        () = async { stop_signal().await; stop_signal().await } => {}
    }
    Ok(())
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
