//! The example `inbox` in a process of its own, and posts to it.

use std::collections::HashMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use tower_webhook_inbox::Delivery;

use crate::receivers::child::{Receiver, build};
use crate::sockets::client::Protocol;
use crate::support::{SECRET, SIGNATURE, signature, signed, verifier};

/// How long a test waits for an event. The tasks of a killed process are taken over after about 12 s.
pub(super) const PATIENCE: Duration = Duration::from_secs(90);

static BUILT: LazyLock<PathBuf> = LazyLock::new(|| build("inbox"));

/// How to start a process: with this database, this file of effects and these variables.
#[derive(Clone)]
pub(super) struct Inbox {
    pub(super) database: String,
    pub(super) effects: PathBuf,
    pub(super) variables: Vec<(&'static str, String)>,
}

impl Inbox {
    pub(super) fn new(database: &str, folder: &Path) -> Self {
        Self {
            database: database.to_owned(),
            effects: folder.join("effects"),
            variables: Vec::new(),
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: u32) -> Self {
        self.variables.push((name, value.to_string()));
        self
    }

    /// Makes this share of the attempts fail, unlogged. All attempts of a delivery are made within a few seconds.
    pub(super) fn failing(mut self, share: f64) -> Self {
        self.variables.push(("FAIL_RATE", share.to_string()));
        self.variables.push(("RUST_LOG", "off".to_owned()));
        self.with("RETRY_MS", 20)
    }

    pub(super) fn start(&self) -> Receiver {
        Receiver::start(self.command())
    }

    /// A command that starts the example on free ports.
    pub(super) fn command(&self) -> Command {
        self.prepared(Command::new(&*BUILT))
    }

    /// The same, as the last argument of another command.
    pub(super) fn command_after(&self, mut command: Command) -> Command {
        command.arg(&*BUILT);
        self.prepared(command)
    }

    fn prepared(&self, mut command: Command) -> Command {
        command
            .env("PORT", "0")
            .env("KNOWRITHM_WEBHOOK_SECRET", SECRET)
            .env("DATABASE_URL", &self.database)
            .env("EFFECTS", &self.effects)
            .envs(self.variables.iter().cloned());
        command
    }

    /// Counts the effects of each delivery, by its key.
    pub(super) fn effects(&self) -> HashMap<String, usize> {
        let text = fs::read_to_string(&self.effects).unwrap_or_default();
        let mut effects = HashMap::new();
        for line in text.lines() {
            let (key, name) = line.split_once(' ').expect(line);
            assert_eq!((key.len(), name), (64, "lead.created"), "{line}");
            *effects.entry(key.to_owned()).or_default() += 1;
        }
        effects
    }

    /// Waits until this many deliveries took effect.
    pub(super) async fn wait_for(&self, deliveries: usize) -> HashMap<String, usize> {
        let start = Instant::now();
        loop {
            let effects = self.effects();
            if effects.len() >= deliveries {
                return effects;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "{} of {deliveries} took effect",
                effects.len()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// The body of the delivery of this number.
pub(super) fn delivery(number: usize) -> String {
    format!(r#"{{"event":"lead.created","data":{{"id":"lead_{number}"}}}}"#)
}

/// The key of the delivery with this body, as text.
pub(super) fn key(body: &str) -> String {
    let mut headers = http::HeaderMap::new();
    headers.insert(SIGNATURE, signature(body));
    let verified = verifier().verify(&headers, body.to_owned()).unwrap();
    Delivery::new(&verified).key().to_string()
}

/// Posts a signed body once. It is an error when the process is not there, or dies.
pub(super) async fn post(address: SocketAddr, body: &str) -> Result<Response<Bytes>, ()> {
    let request = signed(body, Full::<Bytes>::from(body.to_owned()));
    Protocol::Http1.send(address, request).await.map_err(drop)
}

/// Posts a signed body until it is acknowledged, as a provider does.
pub(super) async fn deliver(address: SocketAddr, body: &str) {
    let start = Instant::now();
    loop {
        match post(address, body).await {
            Ok(response) if response.status() == 200 => return,
            Ok(response) => assert_eq!(response.status(), 503),
            Err(()) => {}
        }
        assert!(start.elapsed() < PATIENCE, "it is not acknowledged");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
