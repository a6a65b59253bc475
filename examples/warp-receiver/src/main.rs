//! Receives Knowrithm webhooks on warp: `cargo run -p warp-receiver`.
//!
//! It listens on 127.0.0.1, on the port in `PORT` (5000). Without `KNOWRITHM_WEBHOOK_SECRET` it makes a secret for this
//! run, and prints a `curl` command that posts a signed event. It prints the reason when it refuses a request.
//!
//! For production, add TLS, a timeout for request heads and a limit on HTTP/2 streams: with a proxy in front, or in the
//! server, as `hyper-receiver` does the last two. Move slow work to a queue, as `inbox` does.

use std::io::{Write, stdout};
use std::{env, time::Duration};

use anyhow::Context;
use knowrithm_events::{Event, Kind, samples};
use serde_json::json;
use tokio::{net::TcpListener, signal, time::timeout};
use tower_webhook::{ConfigError, SigningSecret, VerifiedBody, Verifier, scheme::Knowrithm, sign::Signer};
use tower_webhook_warp::{Unverified, recover, verified};
use warp::reply::{self, Reply, Response};
use warp::{Filter, Rejection, http::StatusCode};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let port = env::var("PORT").map_or(Ok(5000), |port| port.parse());
    let listener = TcpListener::bind(("127.0.0.1", port.context("PORT is not a port number")?)).await?;
    let url = format!("http://{}/webhooks/knowrithm", listener.local_addr()?);
    let secret = match SigningSecret::from_env("KNOWRITHM_WEBHOOK_SECRET") {
        Err(ConfigError::MissingVariable { .. }) => sample_secret(&url)?,
        secret => secret?,
    };
    let path = warp::path!("webhooks" / "knowrithm").and(warp::post());
    let signed = path.and(verified(Verifier::knowrithm(secret)));
    let app = signed.map(|body| receive(&body)).recover(print_refusal);

    let _ = writeln!(stdout(), "Listening on {url}");
    tokio::select! {
        () = warp::serve(app).incoming(listener).graceful(stop()).run() => {}
        // Requests in progress have 8 s to finish; a second signal stops at once.
        () = async { stop().await; let _ = timeout(Duration::from_secs(8), stop()).await; } => {}
    }
    Ok(())
}

/// Handles an event. Only bodies that Knowrithm signed get here.
fn receive(body: &VerifiedBody) -> Response {
    let Ok(event) = Event::from_slice(body.bytes()) else {
        return reply::with_status("the body is not an event", StatusCode::BAD_REQUEST).into_response();
    };
    // Escaped, so that a name cannot control the terminal.
    let text = |text: Option<&str>| text.unwrap_or("-").escape_debug().to_string();
    let detail = match &event.kind {
        Kind::LeadCreated(lead) => {
            let [first, last, email] = [&lead.first_name, &lead.last_name, &lead.email].map(|it| text(it.as_deref()));
            format!("\n  -> New lead received: {first} {last} ({email})")
        }
        Kind::ConversationEnded(ended) if ended.rating().is_none_or(|rating| rating <= 2.0) => {
            let id = text(ended.id.as_deref());
            format!("\n  -> Low rating received for conversation {id}. Notifying support.")
        }
        _ => String::new(),
    };
    // `println!` would panic if stdout is closed.
    let _ = writeln!(stdout(), "Received valid webhook event: {}{detail}", text(event.name()));
    reply::json(&json!({ "status": "success" })).into_response()
}

/// Prints the reason of a refusal, and answers it with an empty 403. Other rejections stay 404 and 405.
async fn print_refusal(rejection: Rejection) -> Result<Response, Rejection> {
    if let Some(unverified) = rejection.find::<Unverified>() {
        let _ = writeln!(stdout(), "refused: {}", unverified.rejection().code());
    }
    recover(rejection).await
}

/// Makes a random secret, and prints a command that posts an event signed with it.
fn sample_secret(url: &str) -> anyhow::Result<SigningSecret> {
    let mut random = [0; 32];
    getrandom::fill(&mut random)?;
    let secret = SigningSecret::new(random)?;
    let sample = samples().iter().find(|sample| sample.name == "lead.created");
    let body = sample.context("there is no sample of this event")?.json;
    let headers = Signer::new(Knowrithm, &secret).headers(body);
    let signature = headers["x-knowrithm-signature"].to_str()?;
    let json = "-H 'Content-Type: application/json'";
    let curl = format!("curl -i '{url}' {json} -H 'X-Knowrithm-Signature: {signature}' -d '{body}'");
    let _ = writeln!(stdout(), "Post a signed event:\n\n{curl}\n");
    Ok(secret)
}

/// Completes at SIGINT or SIGTERM.
async fn stop() {
    #[cfg(unix)]
    if let Ok(mut terminate) = signal::unix::signal(signal::unix::SignalKind::terminate()) {
        tokio::select! { _ = terminate.recv() => return, _ = signal::ctrl_c() => return }
    }
    let _ = signal::ctrl_c().await;
}
