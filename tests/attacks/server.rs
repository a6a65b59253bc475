//! The program's own server, for the limits that the receivers do not offer: without a budget, or a short deadline.

use std::convert::Infallible;
use std::future::pending;
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tokio::net::TcpListener;
use tower::{Layer, Service};
use tower_webhook::{BufferedBody, SigningSecret, Verifier, VerifyLayer};
use tower_webhook_inbox::Inbox;
use tower_webhook_inbox::sqlite::SqliteStore;
use tower_webhook_server::{Body, Server};

use crate::build::SECRET;
use crate::child::Receiver;

/// The first argument of the program when it is this server.
pub(crate) const COMMAND: &str = "serve";

/// The limits of a server, which it gets as arguments.
#[derive(Debug)]
pub(crate) struct Settings {
    inbox: bool,
    write_timeout: Duration,
}

impl Settings {
    pub(crate) fn without_a_budget() -> Self {
        let write_timeout = crate::reach::WRITE;
        let inbox = false;
        Self { inbox, write_timeout }
    }

    pub(crate) fn inbox_without_a_budget() -> Self {
        let inbox = true;
        Self {
            inbox,
            ..Self::without_a_budget()
        }
    }

    pub(crate) fn with_write_timeout(write_timeout: Duration) -> Self {
        Self {
            write_timeout,
            ..Self::without_a_budget()
        }
    }

    /// Starts the server in a process of its own.
    pub(crate) async fn start(&self) -> anyhow::Result<Receiver> {
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(std::env::current_exe()?);
        let kind = if self.inbox { "inbox" } else { "plain" };
        let seconds = self.write_timeout.as_secs().to_string();
        command.args([COMMAND, kind, &seconds]);
        command.current_dir(folder.path()).stdin(Stdio::null());
        let name = if self.inbox { "own inbox" } else { "own server" };
        Receiver::of(name, command, folder).await
    }
}

/// Serves until the process is ended.
pub(crate) async fn serve(arguments: &[String]) -> anyhow::Result<()> {
    let [kind, write_timeout] = arguments else {
        bail!("usage: attacks {COMMAND} plain|inbox SECONDS");
    };
    let write_timeout = Duration::from_secs(write_timeout.parse()?);
    let verifier = Verifier::knowrithm(SigningSecret::new(SECRET)?).insecure_unlimited_buffers();
    let verify = VerifyLayer::new(verifier);
    if kind == "inbox" {
        let store = SqliteStore::open("sqlite://own.db")
            .await
            .context("opening the database")?;
        accept(verify.layer(Inbox::new(store).provider("knowrithm")), write_timeout).await
    } else {
        accept(verify.layer(tower::service_fn(succeed)), write_timeout).await
    }
}

async fn succeed(_: Request<BufferedBody>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::from("{}")))
}

async fn accept<S, B>(service: S, write_timeout: Duration) -> anyhow::Result<()>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("Listening on http://{}/webhooks/knowrithm", listener.local_addr()?);
    let server = Server::new(listener).write_timeout(write_timeout);
    server.serve(service, pending()).await;
    Ok(())
}
