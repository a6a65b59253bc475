//! Receives webhooks for many tenants on axum, with each tenant's secrets in an SQLite database: `cargo run -p
//! tenants`.
//!
//! The route is `POST /webhooks/{tenant}`, signed as Knowrithm does, on the port in `PORT` (5000) of 127.0.0.1. The
//! database is `tenants.db`, or the one in `DATABASE_URL` (`sqlite:///var/lib/tenants.db`). The first start creates it
//! with one tenant, and prints a `curl` command that posts a signed event to that tenant.
//!
//! To rotate a tenant's secret, add another. The previous ones stay valid for 24 hours, or for the number of hours in
//! the last argument. The new secret is read from stdin, since a list of processes shows arguments:
//!
//! ```sh
//! echo whk_n3w | cargo run -p tenants -- --add demo summer 48
//! ```
//!
//! A running receiver uses it within 30 seconds, or at once after SIGHUP. The answer to a webhook has the label of the
//! secret that signed it, which shows when the previous secret is no longer in use:
//!
//! ```json
//! {"signed_by":"summer","status":"success"}
//! ```
//!
//! For production, encrypt the secrets in the database. `observed` shows how to log the reasons of refusals.

mod source;
mod store;

use std::io::{Read, Write, stderr, stdin, stdout};
use std::{env, fmt::Write as _, future::pending};

use anyhow::{Context, bail};
use axum::{Json, Router, routing::post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};
use tower_webhook::{SigningSecret, Verifier, VerifyLayer, scheme::Knowrithm, sign::Signer};
use tower_webhook_axum::Verified;
use tower_webhook_server::{Server, stop_signal};
use tracing_subscriber::filter::LevelFilter;

use crate::source::Tenants;
use crate::store::Store;

const USAGE: &str = "usage: tenants [--add TENANT LABEL [HOURS]], with the secret on stdin";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Warnings, such as the server's of too many open files. Internal errors would be a panic if stderr is closed.
    tracing_subscriber::fmt()
        .with_writer(stderr)
        .log_internal_errors(false)
        .with_max_level(LevelFilter::WARN)
        .init();
    let url = env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite://tenants.db".to_owned());
    let store = Store::open(&url).await;
    let store = store.with_context(|| format!("DATABASE_URL is {url}"))?;

    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => serve(store).await,
        ["--add", tenant, label] => add(&store, tenant, label, 24).await,
        ["--add", tenant, label, hours] => add(&store, tenant, label, hours.parse().context(USAGE)?).await,
        _ => bail!(USAGE),
    }
}

async fn serve(store: Store) -> anyhow::Result<()> {
    let port = env::var("PORT").map_or(Ok(5000), |port| port.parse());
    let listener = TcpListener::bind(("127.0.0.1", port.context("PORT is not a port number")?)).await?;
    let url = format!("http://{}/webhooks", listener.local_addr()?);
    if store.is_empty().await? {
        add_demo(&store, &url).await?;
    }

    let tenants = Tenants::new(store);
    let verify = VerifyLayer::new(Verifier::per_request(Knowrithm, tenants.clone()));
    let app = Router::new().route("/webhooks/{tenant}", post(receive).route_layer(verify));

    #[cfg(unix)]
    let mut hangups = signal(SignalKind::hangup())?;
    let forget = async {
        #[cfg(unix)]
        while hangups.recv().await.is_some() {
            tenants.forget();
            let _ = writeln!(stdout(), "Forgot the cached secrets");
        }
        pending::<()>().await;
    };
    let _ = writeln!(stdout(), "Listening on {url}/{{tenant}}");
    tokio::select! {
        () = Server::new(listener).serve(app, stop_signal()) => {}
        () = forget => {}
        // A second signal stops at once.
        () = async { stop_signal().await; stop_signal().await } => {}
    }
    Ok(())
}

/// Handles a webhook. Only bodies that the tenant's sender signed get here.
async fn receive(body: Verified) -> Json<Value> {
    Json(json!({ "status": "success", "signed_by": body.signed_by() }))
}

/// Adds a secret, and shortens the life of the tenant's other secrets.
async fn add(store: &Store, tenant: &str, label: &str, hours: u32) -> anyhow::Result<()> {
    let mut secret = String::new();
    stdin().read_to_string(&mut secret).context("the secret on stdin")?;
    let secret = secret.strip_suffix('\n').unwrap_or(&secret);
    let secret = secret.strip_suffix('\r').unwrap_or(secret);
    SigningSecret::new(secret).context("the secret on stdin")?;

    let previous = store.add(tenant, label, secret, hours).await?;
    println!("Added {label} to {tenant}");
    if previous > 0 {
        println!("The previous secrets of {tenant} are valid for {hours} more hours");
    }
    Ok(())
}

/// Adds the tenant `demo` with a random secret, and prints a command that posts an event signed with it.
async fn add_demo(store: &Store, url: &str) -> anyhow::Result<()> {
    let mut random = [0; 32];
    getrandom::fill(&mut random)?;
    let mut secret = "whk_".to_owned();
    random.iter().try_for_each(|byte| write!(secret, "{byte:02x}"))?;
    store.add("demo", "first", &secret, 0).await?;

    let body = r#"{"event":"lead.created","data":{"first_name":"John"}}"#;
    let headers = Signer::new(Knowrithm, &SigningSecret::new(secret)?).headers(body);
    let signature = headers["x-knowrithm-signature"].to_str()?;
    let curl = format!("curl -i '{url}/demo' -H 'X-Knowrithm-Signature: {signature}' -d '{body}'");
    let _ = writeln!(
        stdout(),
        "The new database has the tenant demo. Post a signed event to it:\n\n{curl}\n"
    );
    Ok(())
}
