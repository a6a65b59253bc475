//! A receiver for many tenants, each with secrets of its own in an SQLite database: `cargo run -p tenants`.
//!
//! It serves `POST /webhooks/{tenant}`, signed as Knowrithm does. The first start makes the database, `tenants.db` or
//! what `DATABASE_URL` names (`sqlite:///var/lib/tenants.db`), with one tenant in it, and prints a command to try.
//!
//! A second secret for a tenant takes over from the first, which is accepted for another 24 hours, or as many as are
//! given last. The secret is read from stdin, where no list of processes shows it:
//!
//! ```sh
//! echo whk_n3w | cargo run -p tenants -- --add demo summer 48
//! ```
//!
//! A receiver that runs takes it up within 30 seconds, or at once when it gets SIGHUP. The answer to a webhook tells
//! which secret signed it, and so when the old one is idle:
//!
//! ```json
//! {"status":"success","key":"summer"}
//! ```
//!
//! `axum::serve` waits for the head of a request for ever: see `axum-receiver`.

mod source;
mod store;

use std::env;
use std::io::{Read, stdin};

use anyhow::{Context, bail};
use axum::routing::post;
use axum::{Json, Router};
use receiver_support::{Hangups, address, curl, random_secret, say, shutdown};
use serde::Serialize;
use tokio::net::TcpListener;
use tower_webhook::{PerRequest, SigningSecret, Verifier, VerifyLayer};
use tower_webhook_axum::Verified;

use crate::source::Tenants;
use crate::store::Store;

const USAGE: &str = "usage: tenants [--add TENANT LABEL [HOURS]], with the secret on stdin";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let url = env::var("DATABASE_URL").unwrap_or_else(|_| "sqlite://tenants.db".to_owned());
    let store = Store::open(&url)
        .await
        .with_context(|| format!("DATABASE_URL is {url}"))?;

    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => serve(store).await,
        ["--add", tenant, label] => add(&store, tenant, label, 24).await,
        ["--add", tenant, label, hours] => add(&store, tenant, label, hours.parse().context(USAGE)?).await,
        _ => bail!(USAGE),
    }
}

async fn serve(store: Store) -> anyhow::Result<()> {
    let listener = TcpListener::bind(address()?).await?;
    let url = format!("http://{}/webhooks", listener.local_addr()?);
    let sample = if store.is_empty().await? {
        Some(demonstration(&store, &url).await?)
    } else {
        None
    };

    let tenants = Tenants::new(store);
    let verify = VerifyLayer::new(Verifier::knowrithm(PerRequest(tenants.clone())));
    let app = Router::new().route("/webhooks/{tenant}", post(receive).route_layer(verify));

    let (stopped, grace_over) = shutdown()?;
    let hangups = Hangups::new()?;
    say(format_args!("Listening on {url}/{{tenant}}"));
    if let Some(command) = sample {
        say("The database is new, and has the tenant demo. Post a signed sample event:");
        say("");
        say(command);
        say("");
    }
    tokio::select! {
        result = axum::serve(listener, app).with_graceful_shutdown(stopped) => result?,
        () = forget(&tenants, hangups) => {}
        () = grace_over => {}
    }
    Ok(())
}

/// Gets here only with a body that the tenant's sender signed.
async fn receive(Verified(body): Verified) -> Json<Answer> {
    Json(Answer {
        status: "success",
        key: body.key().map(str::to_owned),
    })
}

#[derive(Serialize)]
struct Answer {
    status: &'static str,
    /// The label of the secret that signed.
    key: Option<String>,
}

/// Looks everything up anew after each SIGHUP.
async fn forget(tenants: &Tenants, mut hangups: Hangups) {
    loop {
        hangups.next().await;
        tenants.forget();
        say("Forgot the secrets that were cached");
    }
}

/// Adds a tenant whose secret nobody else knows; a command that posts to it.
async fn demonstration(store: &Store, url: &str) -> anyhow::Result<String> {
    let secret = random_secret()?;
    store.add("demo", "first", &secret, 0).await?;
    Ok(curl(&format!("{url}/demo"), &SigningSecret::new(&secret)?))
}

async fn add(store: &Store, tenant: &str, label: &str, hours: u32) -> anyhow::Result<()> {
    let mut secret = String::new();
    stdin().read_to_string(&mut secret).context("the secret on stdin")?;
    let secret = secret.strip_suffix('\n').unwrap_or(&secret);
    let secret = secret.strip_suffix('\r').unwrap_or(secret);
    SigningSecret::new(secret).context("the secret on stdin")?;

    let before = store.add(tenant, label, secret, hours).await?;
    say(format_args!("Added {label} to {tenant}"));
    if before > 0 {
        say(format_args!(
            "What {tenant} had before is accepted for {hours} more hours"
        ));
    }
    Ok(())
}
