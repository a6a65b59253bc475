//! Receives Knowrithm webhooks on axum: `cargo run -p axum-receiver`.
//!
//! It listens on 127.0.0.1, on the port in `PORT` (5000). Without `KNOWRITHM_WEBHOOK_SECRET` it makes a secret for this
//! run, and prints a `curl` command that posts a signed event. It prints the reason when it refuses a request.
//!
//! For production, add TLS, as `https-receiver` does, and move slow work to a queue, as `inbox` does.

use std::env;
use std::io::{Write, stderr, stdout};

use anyhow::Context;
use axum::{Json, Router, middleware::map_response, response::Response, routing::post};
use knowrithm_events::{Event, Kind, samples};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower_webhook::{ConfigError, Rejection, SigningSecret, Verifier, VerifyLayer, scheme::Knowrithm, sign::Signer};
use tower_webhook_axum::VerifiedJson;
use tower_webhook_server::{Server, stop_signal};
use tracing_subscriber::filter::LevelFilter;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Warnings, such as the server's of too many open files. Internal errors would be a panic if stderr is closed.
    tracing_subscriber::fmt()
        .with_writer(stderr)
        .log_internal_errors(false)
        .with_max_level(LevelFilter::WARN)
        .init();
    let port = env::var("PORT").map_or(Ok(5000), |port| port.parse());
    let listener = TcpListener::bind(("127.0.0.1", port.context("PORT is not a port number")?)).await?;
    let url = format!("http://{}/webhooks/knowrithm", listener.local_addr()?);
    let secret = match SigningSecret::from_env("KNOWRITHM_WEBHOOK_SECRET") {
        Err(ConfigError::MissingVariable { .. }) => sample_secret(&url)?,
        secret => secret?,
    };
    let verify = VerifyLayer::new(Verifier::knowrithm(secret));
    let receive = post(receive).route_layer(verify).layer(map_response(print_refusal));
    let app = Router::new().route("/webhooks/knowrithm", receive);

    let _ = writeln!(stdout(), "Listening on {url}");
    tokio::select! {
        () = Server::new(listener).serve(app, stop_signal()) => {}
        // A second signal stops at once.
        () = async { stop_signal().await; stop_signal().await } => {}
    }
    Ok(())
}

/// Handles an event. Only bodies that Knowrithm signed get here.
async fn receive(event: VerifiedJson<Event>) -> Json<Value> {
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
    Json(json!({ "status": "success" }))
}

/// Prints the reason of a refusal. It is in the response's extensions, so the sender does not see it.
async fn print_refusal(response: Response) -> Response {
    if let Some(rejection) = response.extensions().get::<Rejection>() {
        let _ = writeln!(stdout(), "refused: {}", rejection.code());
    }
    response
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
