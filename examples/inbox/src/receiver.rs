//! Start, stop and output of the receiver.

use std::env::{self, VarError};
use std::fmt::Display;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail};
use knowrithm_events::{Event, Kind, samples};
use tokio::time::sleep;
use tower_webhook::SigningSecret;
use tower_webhook::scheme::Knowrithm;
use tower_webhook::sign::Signer;

const SECRET: &str = "KNOWRITHM_WEBHOOK_SECRET";

/// How long requests in progress may take after a signal. `docker stop` kills after 10 s.
const GRACE: Duration = Duration::from_secs(8);

/// The environment of a receiver.
pub(crate) struct Setup {
    /// `KNOWRITHM_WEBHOOK_SECRET`, or a random secret if it is not set.
    pub(crate) secret: SigningSecret,
    /// 127.0.0.1, and the port in `PORT` (5000).
    pub(crate) address: SocketAddr,
    is_random: bool,
}

impl Setup {
    pub(crate) fn from_env() -> anyhow::Result<Self> {
        let port = match env::var("PORT") {
            Err(VarError::NotPresent) => 5000,
            Ok(port) => port.parse().context("PORT is not a port number")?,
            Err(VarError::NotUnicode(_)) => bail!("PORT is not a port number"),
        };
        let is_random = env::var_os(SECRET).is_none();
        let secret = if is_random {
            let mut random = [0; 32];
            getrandom::fill(&mut random)?;
            SigningSecret::new(random)?
        } else {
            SigningSecret::from_env(SECRET)?
        };
        let address = (Ipv4Addr::LOCALHOST, port).into();
        Ok(Self {
            secret,
            address,
            is_random,
        })
    }

    /// Prints the URL and, for a random secret, a command that posts a signed event.
    pub(crate) fn greet(&self, address: SocketAddr) -> anyhow::Result<()> {
        let url = format!("http://{address}/webhooks/knowrithm");
        say(format_args!("Listening on {url}"));
        if self.is_random {
            let sample = samples().iter().find(|sample| sample.name == "lead.created");
            let body = sample.context("there is no sample of this event")?.json;
            let headers = Signer::new(Knowrithm, &self.secret).headers(body);
            let signature = headers["x-knowrithm-signature"].to_str()?;
            let json = "-H 'Content-Type: application/json'";
            let curl = format!("curl -i '{url}' {json} -H 'X-Knowrithm-Signature: {signature}' -d '{body}'");
            say(format_args!("Post a signed event:\n\n{curl}\n"));
        }
        Ok(())
    }
}

/// Prints an event, as the vendor's sample listener does.
pub(crate) fn announce(event: &Event) {
    let text = |text: Option<&str>| on_a_line(text.unwrap_or("-"));
    say(format_args!("Received valid webhook event: {}", text(event.name())));
    match &event.kind {
        Kind::LeadCreated(lead) => {
            let [first, last, email] = [&lead.first_name, &lead.last_name, &lead.email].map(|it| text(it.as_deref()));
            say(format_args!("  -> New lead received: {first} {last} ({email})"));
        }
        Kind::ConversationEnded(ended) if ended.rating().is_none_or(|rating| rating <= 2.0) => {
            let id = text(ended.id.as_deref());
            say(format_args!(
                "  -> Low rating received for conversation {id}. Notifying support."
            ));
        }
        _ => {}
    }
}

/// Escapes control characters, so that a name in a payload cannot control the terminal.
pub(crate) fn on_a_line(text: &str) -> String {
    text.escape_debug().to_string()
}

/// Prints a line. Unlike `println!`, it does not panic if stdout is closed.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Prints a line to stderr, if it is open.
pub(crate) fn complain(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Two futures. The first completes at SIGINT or SIGTERM, the second 8 s later or at a second signal.
pub(crate) fn shutdown() -> anyhow::Result<(impl Future<Output = ()>, impl Future<Output = ()>)> {
    let (mut first, mut both) = (Signals::new()?, Signals::new()?);
    let stopped = async move { first.next().await };
    let grace_over = async move {
        both.next().await;
        tokio::select! { () = sleep(GRACE) => {}, () = both.next() => {} }
    };
    Ok((stopped, grace_over))
}

/// SIGINT and SIGTERM. They are caught from the creation of this value on.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! { _ = self.interrupt.recv() => {}, _ = self.terminate.recv() => {} }
    }
}

/// Ctrl-C.
#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) {
        self.0.recv().await;
    }
}
