//! What the receivers share besides their framework: set-up, a signed sample to paste, what they print, and when they
//! stop.

use std::env::{self, VarError};
use std::fmt::{self, Display};
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail};
use knowrithm_events::{Conversation, Event, Kind, samples};
use tower_webhook::SigningSecret;
use tower_webhook::sign::Signer;

const SECRET: &str = "KNOWRITHM_WEBHOOK_SECRET";

/// Less than the ten seconds after which `docker stop` kills.
const GRACE: Duration = Duration::from_secs(8);

/// How a receiver was started.
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
        let address = address()?;
        let made_up = env::var_os(SECRET).is_none().then(random_secret).transpose()?;
        let secret = match &made_up {
            Some(secret) => SigningSecret::new(secret)?,
            None => SigningSecret::from_env(SECRET)?,
        };
        Ok(Self {
            secret,
            address,
            made_up,
        })
    }

    /// Says where the receiver listens, and how to send it something when nobody else knows its secret.
    pub fn greet(self, address: SocketAddr) {
        let url = format!("http://{address}/webhooks/knowrithm");
        say(format_args!("Listening on {url}"));
        if let Some(secret) = self.made_up {
            say(format_args!("{SECRET} is not set; this run's secret is {secret}"));
            say("Post a signed sample event:");
            say("");
            say(curl(&url, &self.secret));
            say("");
        }
    }
}

/// Prints neither secret; the one that was made up is printed by [`greet`](Setup::greet) alone.
impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("secret", &self.secret)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// Where to listen: 127.0.0.1, and the port that `PORT` names; 5000 by default.
///
/// # Errors
///
/// When `PORT` is set to something that is no port.
pub fn address() -> anyhow::Result<SocketAddr> {
    let port = match env::var("PORT") {
        // Not repeated: a mistake may have put anything there.
        Ok(port) => port.parse().context("PORT is no port, a number up to 65535")?,
        Err(VarError::NotPresent) => 5000,
        Err(VarError::NotUnicode(_)) => bail!("PORT is no port, a number up to 65535"),
    };
    Ok((Ipv4Addr::LOCALHOST, port).into())
}

/// Prints what the vendor's sample listener prints of an event.
pub fn announce(event: &Event) {
    say(format_args!("Received valid webhook event: {}", text(event.name())));
    match &event.kind {
        Kind::LeadCreated(lead) => {
            let [first, last, email] =
                [&lead.first_name, &lead.last_name, &lead.email].map(|field| text(field.as_deref()));
            say(format_args!("  -> New lead received: {first} {last} ({email})"));
            // Add your logic here: add to CRM, send an email, etc.
        }
        Kind::ConversationEnded(conversation) if is_rated_low(conversation) => {
            let id = text(conversation.id.as_deref());
            say(format_args!(
                "  -> Low rating received for conversation {id}. Notifying support."
            ));
            // Add your logic here: create a support ticket, send a Slack message, etc.
        }
        _ => {}
    }
}

/// Prints a line. Who reads it may be gone, as the `head` of `receiver | head` is, and that is no reason to answer a
/// webhook with anything else, nor to stop.
pub fn say(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Prints a line to stderr, if anyone reads that.
pub fn complain(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// As in the vendor's sample, a conversation without a rating counts as one with the lowest; one whose rating is no number
/// does not.
fn is_rated_low(conversation: &Conversation) -> bool {
    match conversation.rating() {
        Some(rating) => rating <= 2.0,
        None => !conversation.more.contains_key("rating"),
    }
}

/// Two futures: one ends at SIGINT or SIGTERM; the other when requests under way have had their time to finish, 8 s, or at
/// a second signal. The signals are caught from this call on.
///
/// # Errors
///
/// When the handlers of those signals cannot be set.
pub fn shutdown() -> anyhow::Result<(impl Future<Output = ()>, impl Future<Output = ()>)> {
    let (mut first, mut both) = (Signals::new()?, Signals::new()?);
    let stopped = async move { first.next().await };
    let grace_over = async move {
        both.next().await;
        tokio::select! {
            () = tokio::time::sleep(GRACE) => {}
            () = both.next() => {}
        }
    };
    Ok((stopped, grace_over))
}

/// What tells a process to stop.
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
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// What tells a process to stop.
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

/// The SIGHUPs that the process gets from the making of this on: each asks it to read anew what may have changed.
#[derive(Debug)]
pub struct Hangups {
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
}

impl Hangups {
    /// Catches them.
    ///
    /// # Errors
    ///
    /// When the handler of that signal cannot be set.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?,
        })
    }

    /// Waits for the next one; for ever where there is no such signal, as on Windows.
    pub async fn next(&mut self) {
        #[cfg(unix)]
        if self.signal.recv().await.is_some() {
            return;
        }
        std::future::pending::<()>().await;
    }
}

/// A secret that nobody has used: `whk_` and 256 random bits in hex.
///
/// # Errors
///
/// When the system has no random bytes.
pub fn random_secret() -> anyhow::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
    Ok(format!("whk_{}", bytes.map(|byte| format!("{byte:02x}")).concat()))
}

/// A command that posts a signed sample event to this URL, from any shell that knows single quotes.
#[must_use]
pub fn curl(url: &str, secret: &SigningSecret) -> String {
    let sample = sample();
    let headers = Signer::knowrithm(secret).headers(sample);
    let signature = String::from_utf8_lossy(headers["x-knowrithm-signature"].as_bytes());
    format!("curl -i '{url}' -H 'Content-Type: application/json' -H 'X-Knowrithm-Signature: {signature}' -d '{sample}'")
}

/// The vendor's example payload.
fn sample() -> &'static str {
    let sample = samples().iter().find(|sample| sample.name == "lead.created");
    sample.expect("there is one of every event").json
}

/// This text as a line of it can show it, and no more: whoever fills in a lead's name writes to this terminal. Without what
/// controls it, ends a line or turns the direction of writing.
#[must_use]
pub fn on_a_line(text: &str) -> String {
    let steers = |char: char| {
        char.is_control()
            || matches!(char, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}')
    };
    text.replace(steers, "\u{fffd}")
}

/// What a payload says, if anything.
fn text(value: Option<&str>) -> String {
    on_a_line(value.unwrap_or("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_up_prints_no_secret() {
        let setup = Setup {
            secret: SigningSecret::new("whk_made_up").unwrap(),
            address: (Ipv4Addr::LOCALHOST, 5000).into(),
            made_up: Some("whk_made_up".to_owned()),
        };
        assert_eq!(
            format!("{setup:?}"),
            "Setup { secret: SigningSecret(..), address: 127.0.0.1:5000, .. }"
        );
    }

    #[test]
    fn the_command_is_one_line_with_the_sample_between_quotes() {
        let secret = SigningSecret::new("whk_test").unwrap();
        let command = curl("http://127.0.0.1:5000/", &secret);
        assert_eq!(command.lines().count(), 1);
        assert_eq!(command.split('\'').rev().nth(1), Some(sample()));
    }

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        let name = "\u{1b}[2JJohn\n\u{9b}31m";
        assert_eq!(text(Some(name)), "\u{fffd}[2JJohn\u{fffd}\u{fffd}31m");
        for steers in [
            "\u{61c}", "\u{200e}", "\u{2028}", "\u{2029}", "\u{202a}", "\u{202e}", "\u{2066}", "\u{2069}",
        ] {
            assert_eq!(text(Some(&format!("J{steers}n"))), "J\u{fffd}n", "{steers:?}");
        }
        assert_eq!(text(Some("Zoë \u{5d0}\u{202f}x")), "Zoë \u{5d0}\u{202f}x");
    }

    #[test]
    fn what_is_no_rating_is_not_a_low_one() {
        for (data, low) in [
            ("{}", true),
            (r#"{"rating":2.0}"#, true),
            (r#"{"rating":2.01}"#, false),
            (r#"{"rating":null}"#, false),
            (r#"{"rating":"1"}"#, false),
        ] {
            let event = format!(r#"{{"event":"conversation.ended","data":{data}}}"#);
            let Kind::ConversationEnded(conversation) = Event::from_slice(event.as_bytes()).unwrap().kind else {
                panic!("it is one that ended");
            };
            assert_eq!(is_rated_low(&conversation), low, "{data}");
        }
    }
}
