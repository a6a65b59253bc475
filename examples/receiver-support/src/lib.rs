//! What the receivers share besides their framework: set-up, a signed sample to paste, what they print, and when they
//! stop.

use std::env::{self, VarError};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Map, Value};
use tower_webhook::SigningSecret;
use tower_webhook::sign::Signer;

const SECRET: &str = "KNOWRITHM_WEBHOOK_SECRET";
const SAMPLE: &str = r#"{"event":"lead.created","timestamp":"2024-05-21T10:30:00Z","data":{"id":"lead_123abc","first_name":"John","last_name":"Doe","email":"john.doe@example.com","phone":"+1234567890","source":"website_chat","company_id":"company_456def"}}"#;

/// How a receiver was started.
#[derive(Debug)]
pub struct Setup {
    /// What Knowrithm signs with.
    pub secret: SigningSecret,
    /// Where to listen: 127.0.0.1, and the port that `PORT` names; 5000 by default.
    pub address: SocketAddr,
    made_up: Option<String>,
}

impl Setup {
    /// Reads `PORT` and `KNOWRITHM_WEBHOOK_SECRET`; makes a random secret when there is none.
    ///
    /// # Errors
    ///
    /// When either is set to something that cannot be one.
    pub fn from_env() -> anyhow::Result<Self> {
        let port = match env::var("PORT") {
            Ok(port) => port
                .parse()
                .with_context(|| format!("PORT is {port:?}, which is no port"))?,
            Err(VarError::NotPresent) => 5000,
            Err(VarError::NotUnicode(_)) => bail!("PORT is not a number"),
        };
        let made_up = env::var_os(SECRET).is_none().then(random_secret).transpose()?;
        let secret = match &made_up {
            Some(secret) => SigningSecret::new(secret)?,
            None => SigningSecret::from_env(SECRET)?,
        };
        Ok(Self {
            secret,
            address: (Ipv4Addr::LOCALHOST, port).into(),
            made_up,
        })
    }

    /// Says where the receiver listens, and how to send it something when nobody else knows its secret.
    pub fn greet(self, address: SocketAddr) {
        let url = format!("http://{address}/webhooks/knowrithm");
        println!("Listening on {url}");
        if let Some(secret) = self.made_up {
            println!("{SECRET} is not set; this run's secret is {secret}");
            println!("Post a signed sample event:");
            println!();
            println!("{}", curl(&url, &Signer::knowrithm(&self.secret)));
            println!();
        }
    }
}

/// Prints what the vendor's sample listener prints of an event.
pub fn announce(event: &Map<String, Value>) {
    let kind = text(event.get("event"));
    println!("Received valid webhook event: {kind}");

    let data = |name: &str| event.get("data").and_then(|data| data.get(name));
    match kind.as_str() {
        "lead.created" => {
            let [first, last, email] = ["first_name", "last_name", "email"].map(|name| text(data(name)));
            println!("  -> New lead received: {first} {last} ({email})");
            // Add your logic here: add to CRM, send an email, etc.
        }
        // As in the vendor's sample, a conversation without a rating counts as one with the lowest.
        "conversation.ended"
            if data("rating")
                .map_or(Some(0.0), Value::as_f64)
                .is_some_and(|rating| rating <= 2.0) =>
        {
            println!(
                "  -> Low rating received for conversation {}. Notifying support.",
                text(data("id"))
            );
            // Add your logic here: create a support ticket, send a Slack message, etc.
        }
        _ => {}
    }
}

/// Two futures: one ends at SIGINT or SIGTERM, the other as long after it as requests under way are given to finish,
/// which is 10 s. The signals are caught from this call on.
///
/// # Errors
///
/// When the handlers of those signals cannot be set.
pub fn shutdown() -> anyhow::Result<(impl Future<Output = ()>, impl Future<Output = ()>)> {
    let (stopped, grace) = (stop_signal()?, stop_signal()?);
    let grace_over = async {
        grace.await;
        tokio::time::sleep(Duration::from_secs(10)).await;
    };
    Ok((stopped, grace_over))
}

#[cfg(unix)]
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(windows)]
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}

fn random_secret() -> anyhow::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
    Ok(format!("whk_{}", bytes.map(|byte| format!("{byte:02x}")).concat()))
}

/// A command that posts the sample, signed, from any shell that knows single quotes.
fn curl(url: &str, signer: &Signer) -> String {
    let headers = signer.headers(SAMPLE);
    let signature = headers["x-knowrithm-signature"].to_str().expect("a signature is ASCII");
    format!("curl -i '{url}' -H 'Content-Type: application/json' -H 'X-Knowrithm-Signature: {signature}' -d '{SAMPLE}'")
}

/// A value as a line of text can show it: whoever fills in a lead's name writes to this terminal.
fn text(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    text.replace(char::is_control, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_can_be_quoted_and_is_an_event() {
        assert!(!SAMPLE.contains('\''));
        let event: Map<String, Value> = serde_json::from_str(SAMPLE).unwrap();
        assert_eq!(event["event"], "lead.created");
    }

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        let name = Value::from("\u{1b}[2JJohn\n\u{9b}31m");
        assert_eq!(text(Some(&name)), "\u{fffd}[2JJohn\u{fffd}\u{fffd}31m");
    }
}
