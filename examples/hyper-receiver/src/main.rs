//! Receives Knowrithm webhooks on hyper, without a framework: `cargo run -p hyper-receiver`.
//!
//! It listens on 127.0.0.1, on the port in `PORT` (5000). Without `KNOWRITHM_WEBHOOK_SECRET` it makes a secret for this
//! run, and prints a `curl` command that posts a signed event. It prints the reason when it refuses a request.
//!
//! For production, add TLS, as `https-receiver` does, and move slow work to a queue, as `inbox` does.

use std::env;
use std::io::{Write, stderr, stdout};

use anyhow::Context;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::service::{Service, service_fn};
use hyper::{Method, Request, Response, header::ALLOW, header::CONTENT_TYPE};
use knowrithm_events::{Event, Kind, samples};
use tokio::net::TcpListener;
use tower_webhook::{BufferedBody, ConfigError, Rejection, SigningSecret, Verifier, scheme::Knowrithm, sign::Signer};
use tower_webhook_hyper::VerifyService;
use tower_webhook_server::{Body, Server, stop_signal};
use tracing_subscriber::filter::LevelFilter;

type Answer = Result<Response<Full<Bytes>>, hyper::http::Error>;

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
    let verifier = Verifier::knowrithm(secret);
    let service = tower::service_fn(move |request| route(verifier.clone(), request));

    let _ = writeln!(stdout(), "Listening on {url}");
    tokio::select! {
        () = Server::new(listener).serve(service, stop_signal()) => {}
        // A second signal stops at once.
        () = async { stop_signal().await; stop_signal().await } => {}
    }
    Ok(())
}

/// Verifies webhooks, and prints the reason of a refusal, which is in the response's extensions.
async fn route(verifier: Verifier, request: Request<Body>) -> Answer {
    match (request.uri().path(), request.method()) {
        ("/webhooks/knowrithm", &Method::POST) => {
            let response = VerifyService::new(service_fn(receive), verifier).call(request).await?;
            if let Some(rejection) = response.extensions().get::<Rejection>() {
                let _ = writeln!(stdout(), "refused: {}", rejection.code());
            }
            Ok(response)
        }
        ("/webhooks/knowrithm", _) => Response::builder()
            .status(405)
            .header(ALLOW, "POST")
            .body(Full::default()),
        _ => Response::builder().status(404).body(Full::default()),
    }
}

/// Handles an event. Only bodies that Knowrithm signed get here.
async fn receive(request: Request<BufferedBody>) -> Answer {
    let Ok(event) = Event::from_slice(request.body().bytes()) else {
        return Response::builder()
            .status(400)
            .body(Full::from("the body is not an event"));
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
    Response::builder()
        .header(CONTENT_TYPE, "application/json")
        .body(Full::from(r#"{"status":"success"}"#))
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
