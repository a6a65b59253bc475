//! Receives Knowrithm webhooks over HTTPS, on axum: `cargo run -p https-receiver`.
//!
//! It listens on 127.0.0.1, on the port in `PORT` (5000). `TLS_CERTIFICATE_FILE` and `TLS_KEY_FILE` name PEM files: the
//! certificate with those that lead from it to a root, and its private key. It reads them again at SIGHUP, as after a
//! renewal. When they cannot be used, it says so and keeps the certificate that it has. Without these variables it
//! makes a certificate for this run, in a folder of its own.
//!
//! Without `KNOWRITHM_WEBHOOK_SECRET` it makes a secret, too, and prints a `curl` command that posts a signed event and
//! checks the certificate.
//!
//! A proxy that ends TLS makes all this unnecessary: use `axum-receiver` behind it, where no one else can reach it.

use std::io::{Write, stderr, stdout};
use std::path::{Path, PathBuf};
use std::{env, fs, future::pending};

use anyhow::{Context, bail};
use axum::{Json, Router, routing::post};
use knowrithm_events::Event;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};
use tower_webhook::{ConfigError, SigningSecret, Verifier, VerifyLayer, scheme::Knowrithm, sign::Signer};
use tower_webhook_axum::VerifiedJson;
use tower_webhook_server::{Server, stop_signal, tls::PemFiles};
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
    let url = format!("https://{}/webhooks/knowrithm", listener.local_addr()?);

    let folder = tempfile::tempdir()?;
    let (certificate, key) = files(&folder)?;
    let pem = PemFiles::new(&certificate, key)?;
    let secret = match SigningSecret::from_env("KNOWRITHM_WEBHOOK_SECRET") {
        Err(ConfigError::MissingVariable { .. }) => sample_secret(&url, &certificate)?,
        secret => secret?,
    };
    let verify = VerifyLayer::new(Verifier::knowrithm(secret));
    let app = Router::new().route("/webhooks/knowrithm", post(receive).route_layer(verify));

    #[cfg(unix)]
    let mut hangups = signal(SignalKind::hangup())?;
    let reload = async {
        #[cfg(unix)]
        while hangups.recv().await.is_some() {
            reload(&pem);
        }
        pending::<()>().await;
    };
    let _ = writeln!(stdout(), "Listening on {url}");
    tokio::select! {
        () = Server::new(listener).tls(&pem).serve(app, stop_signal()) => {}
        () = reload => {}
        // A second signal stops at once.
        () = async { stop_signal().await; stop_signal().await } => {}
    }
    Ok(())
}

/// Handles an event. Only bodies that Knowrithm signed get here.
async fn receive(event: VerifiedJson<Event>) -> Json<Value> {
    // Escaped, so that a name cannot control the terminal.
    let name = event.name().unwrap_or("-").escape_debug();
    let _ = writeln!(stdout(), "Received valid webhook event: {name}");
    Json(json!({ "status": "success" }))
}

/// The files of the certificate and of its key, which are made if the environment names none.
fn files(folder: &TempDir) -> anyhow::Result<(PathBuf, PathBuf)> {
    match ["TLS_CERTIFICATE_FILE", "TLS_KEY_FILE"].map(env::var_os) {
        [Some(certificate), Some(key)] => Ok((certificate.into(), key.into())),
        [None, None] => {
            let [certificate, key] = ["certificate.pem", "key.pem"].map(|name| folder.path().join(name));
            let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
            fs::write(&certificate, made.cert.pem())?;
            // Only this user can open the folder.
            fs::write(&key, made.signing_key.serialize_pem())?;
            Ok((certificate, key))
        }
        _ => bail!("set both TLS_CERTIFICATE_FILE and TLS_KEY_FILE, or neither"),
    }
}

/// Reads the files of the certificate again, and prints the outcome.
fn reload(pem: &PemFiles) {
    let _ = match pem.reload().context("kept the certificate it has") {
        Ok(()) => writeln!(stdout(), "Took the certificate from its files"),
        Err(error) => writeln!(stderr(), "{error:#}"),
    };
}

/// Makes a random secret, and prints a command that posts an event signed with it.
fn sample_secret(url: &str, certificate: &Path) -> anyhow::Result<SigningSecret> {
    let mut random = [0; 32];
    getrandom::fill(&mut random)?;
    let secret = SigningSecret::new(random)?;
    let body = r#"{"event":"lead.created","data":{"first_name":"John"}}"#;
    let headers = Signer::new(Knowrithm, &secret).headers(body);
    let signature = headers["x-knowrithm-signature"].to_str()?;
    let trusted = certificate.display();
    let curl = format!("curl -i --cacert '{trusted}' '{url}' -H 'X-Knowrithm-Signature: {signature}' -d '{body}'");
    let _ = writeln!(stdout(), "Post a signed event:\n\n{curl}\n");
    Ok(secret)
}
