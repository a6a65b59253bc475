//! The environment of the example, and its log.

use std::env::{self, VarError};
use std::fs::{File, OpenOptions};
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, bail};
use apalis_board::axum::sse::{TracingBroadcaster, TracingSubscriber};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// The events that the board's page of logs shows.
pub(crate) type Events = Arc<Mutex<TracingBroadcaster>>;

/// The variables that only this receiver reads. Not printable, because a URL may hold a password.
pub(crate) struct Options {
    /// `DATABASE_URL`: `sqlite://inbox.db` by default.
    pub(crate) database: String,
    /// `BOARD`: an address. 127.0.0.1 and the port after that of the receiver by default.
    pub(crate) board: SocketAddr,
    /// `WORK_MS`: how long a delivery takes. No time by default.
    pub(crate) work: Duration,
    /// `FAIL_RATE`: the share of attempts that fail, from 0 to 1. 0 by default.
    pub(crate) fail_rate: f64,
    /// `RETRY_MS`: the pause before the second attempt. 1 s by default.
    pub(crate) retry: Duration,
    /// `KEEP_DAYS`: how long done deliveries are kept, at least a week. 30 days by default.
    pub(crate) keep: Duration,
    /// `EFFECTS`: a file, to which each finished delivery appends a line. None by default.
    pub(crate) effects: Option<File>,
}

impl Options {
    pub(crate) fn from_env(port: u16) -> anyhow::Result<Self> {
        let board_port = if port == 0 { 0 } else { port.wrapping_add(1) };
        let fail_rate = parsed("FAIL_RATE", "a number from 0 to 1")?.unwrap_or(0.0);
        if !(0.0..=1.0).contains(&fail_rate) {
            bail!("FAIL_RATE is {fail_rate}, which is not from 0 to 1");
        }
        let keep_days: u32 = parsed("KEEP_DAYS", "a number of days")?.unwrap_or(30);
        if keep_days < 7 {
            bail!("KEEP_DAYS is {keep_days}, less than the week in which a provider may retry");
        }
        let effects = parsed::<String>("EFFECTS", "a path")?.map(|path| {
            let file = OpenOptions::new().create(true).append(true).open(&path);
            file.with_context(|| format!("EFFECTS is {path:?}, which cannot be appended to"))
        });
        Ok(Self {
            database: parsed("DATABASE_URL", "a URL")?.unwrap_or_else(|| "sqlite://inbox.db".to_owned()),
            board: parsed("BOARD", "an address and port")?.unwrap_or((Ipv4Addr::LOCALHOST, board_port).into()),
            work: Duration::from_millis(parsed("WORK_MS", "a number of milliseconds")?.unwrap_or(0)),
            fail_rate,
            retry: Duration::from_millis(parsed("RETRY_MS", "a number of milliseconds")?.unwrap_or(1000)),
            keep: Duration::from_hours(24 * u64::from(keep_days)),
            effects: effects.transpose()?,
        })
    }
}

fn parsed<T: FromStr>(name: &str, kind: &str) -> anyhow::Result<Option<T>> {
    match env::var(name) {
        Ok(value) => match value.parse() {
            Ok(value) => Ok(Some(value)),
            // The value is not printed: it may be a secret in the wrong variable.
            Err(_) => bail!("{name} is not {kind}"),
        },
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => bail!("{name} is not {kind}"),
    }
}

/// Logs to standard error, by default warnings, and sends the workers' events to the board.
pub(crate) fn log() -> Events {
    let events = TracingBroadcaster::create();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let stderr = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_filter(filter);
    let board = TracingSubscriber::new(&events)
        .layer()
        .with_filter(EnvFilter::new("apalis=info"));
    tracing_subscriber::registry().with(stderr).with(board).init();
    events
}
