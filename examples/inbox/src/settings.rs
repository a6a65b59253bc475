//! The environment of the example.

use std::env::{self, VarError};
use std::fs::OpenOptions;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use knowrithm_events::samples;
use tower_webhook::{ConfigError, SigningSecret, scheme::Knowrithm, sign::Signer};

use crate::say;
use crate::work::Todo;

/// The variables that README.md describes. Not printable, because a URL may hold a password.
pub(crate) struct Settings {
    pub(crate) address: SocketAddr,
    pub(crate) board: SocketAddr,
    pub(crate) secret: SigningSecret,
    is_random: bool,
    pub(crate) database: String,
    pub(crate) retry: Duration,
    pub(crate) keep: Duration,
    pub(crate) remember: Duration,
    pub(crate) todo: Arc<Todo>,
}

impl Settings {
    pub(crate) fn from_env() -> anyhow::Result<Self> {
        let port: u16 = setting("PORT", "a port number", |_| true)?.unwrap_or(5000);
        let board_port = if port == 0 { 0 } else { port.wrapping_add(1) };
        let board = setting("BOARD", "an address and port", |_| true)?;
        let (secret, is_random) = match SigningSecret::from_env("KNOWRITHM_WEBHOOK_SECRET") {
            Err(ConfigError::MissingVariable { .. }) => {
                let mut random = [0; 32];
                getrandom::fill(&mut random)?;
                (SigningSecret::new(random)?, true)
            }
            secret => (secret?, false),
        };
        let milliseconds = |name| setting(name, "a number of milliseconds", |_| true);
        // A provider may retry for a week.
        let keep: u32 = setting("KEEP_DAYS", "a number of days, 7 or more", |days| *days >= 7)?.unwrap_or(30);
        let remember = setting("REMEMBER_DAYS", "a number of days, KEEP_DAYS or more", |days| {
            *days >= keep
        })?;
        let days = |days: u32| Duration::from_hours(24 * u64::from(days));
        let effects = setting::<String>("EFFECTS", "a path", |_| true)?.map(|path| {
            let file = OpenOptions::new().create(true).append(true).open(&path);
            file.with_context(|| format!("EFFECTS is {path:?}, which cannot be appended to"))
        });
        Ok(Self {
            address: (Ipv4Addr::LOCALHOST, port).into(),
            board: board.unwrap_or((Ipv4Addr::LOCALHOST, board_port).into()),
            secret,
            is_random,
            database: setting("DATABASE_URL", "a URL", |_| true)?.unwrap_or_else(|| "sqlite://inbox.db".to_owned()),
            retry: Duration::from_millis(milliseconds("RETRY_MS")?.unwrap_or(1000)),
            keep: days(keep),
            remember: days(remember.unwrap_or(365.max(keep))),
            todo: Arc::new(Todo {
                takes: Duration::from_millis(milliseconds("WORK_MS")?.unwrap_or(0)),
                fail_rate: setting("FAIL_RATE", "a number from 0 to 1", |rate| (0.0..=1.0).contains(rate))?
                    .unwrap_or(0.0),
                effects: effects.transpose()?,
            }),
        })
    }

    /// Prints a command that posts a signed event, if the secret is a random one.
    pub(crate) fn say_curl(&self, url: &str) -> anyhow::Result<()> {
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

/// A variable, if it is set.
fn setting<T: FromStr>(name: &str, kind: &str, fits: impl Fn(&T) -> bool) -> anyhow::Result<Option<T>> {
    let value = match env::var(name) {
        Err(VarError::NotPresent) => return Ok(None),
        value => value.ok().and_then(|value| value.parse().ok()),
    };
    match value {
        Some(value) if fits(&value) => Ok(Some(value)),
        // The value is not printed: it may be a secret in the wrong variable.
        _ => bail!("{name} is not {kind}"),
    }
}
