//! How NATS is opened.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_nats::{Client, ConnectOptions};
use tokio::sync::Notify;

use super::message::is_token;
use super::streams::{Names, ensure};
use super::{Error, NatsStore, Shared};
use crate::QUEUE;

/// How long the server knows the ids of messages, unless [`Options::duplicate_window`] sets another time: an hour.
pub const DUPLICATE_WINDOW: Duration = Duration::from_hours(1);

/// How long a delivery key is remembered, unless [`Options::key_ttl`] sets another time: 30 days.
pub const KEY_TTL: Duration = Duration::from_hours(30 * 24);

/// How often a silent server is asked whether it is there. After three questions the connection is replaced.
const PING: Duration = Duration::from_secs(2);
/// The longest pause before another attempt to connect.
const PAUSE: Duration = Duration::from_secs(1);

const MINUTE: Duration = Duration::from_mins(1);
const WEEK: Duration = Duration::from_hours(7 * 24);

/// Options for opening a [`NatsStore`]. [`NatsStore::options`] returns the defaults.
///
/// Settings of streams that are not set here are left as they are in streams that exist.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Options {
    queue: Option<String>,
    pub(super) replicas: Option<usize>,
    pub(super) duplicate_window: Option<Duration>,
    pub(super) key_ttl: Option<Duration>,
    pub(super) max_bytes: Option<u64>,
}

impl Options {
    /// Sets the name of the queue: 1 to 100 ASCII letters, digits, `-` and `_`. The default is the path of the URL, as
    /// in `nats://localhost:4222/payments`, and [`QUEUE`] when it has none.
    ///
    /// Stores with different queues can share a server. They share neither keys nor tasks.
    pub fn queue(mut self, name: impl Into<String>) -> Self {
        self.queue = Some(name.into());
        self
    }

    /// Sets on how many servers each stream is, from 1 to 5. The default is 1. Choose 3 in a cluster: with 1, no
    /// delivery is accepted or worked off while that server is down.
    pub fn replicas(mut self, servers: usize) -> Self {
        self.replicas = Some(servers);
        self
    }

    /// Sets how long the server knows the id of a message, from a minute to a week. The default is
    /// [`DUPLICATE_WINDOW`].
    ///
    /// It covers the time from when a delivery is stored until its key is stored too: usually a millisecond, and until
    /// its sender tries again when the receiver died in between. An id takes about 330 bytes of the server's memory.
    pub fn duplicate_window(mut self, window: Duration) -> Self {
        self.duplicate_window = Some(window);
        self
    }

    /// Sets how long a delivery key is remembered, at least for the duplicate window. The default is [`KEY_TTL`].
    ///
    /// A delivery that is sent again after that time is done again. A recorded delivery is genuine for as long as its
    /// secret is. A key takes about 250 bytes of the server's memory, so 100,000 deliveries a day take 0.8 GB in 30
    /// days.
    pub fn key_ttl(mut self, ttl: Duration) -> Self {
        self.key_ttl = Some(ttl);
        self
    }

    /// Sets how many bytes the deliveries that are not done may take on the server. Further ones are not stored, and
    /// answered with 503. By default the limits of the server and the account apply.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// Connects to the server of a `nats://` URL, and makes the streams of the queue if they are missing. The URL may
    /// have a user and a password, or a token.
    ///
    /// The connection is replaced when the server says nothing for 6 to 8 s. For TLS, depend on async-nats with its
    /// feature `ring` or `aws-lc-rs`, and write `tls://`.
    ///
    /// # Errors
    ///
    /// [`Error::Server`] when the URL is malformed, when the server refuses, cannot be reached or has no JetStream. The
    /// other errors when an option is out of its bounds, and [`Error::NoWorkQueue`] when there is a stream of the name
    /// that serves something else.
    pub async fn open(mut self, url: &str) -> Result<NatsStore, Error> {
        let (server, path) = split(url);
        if self.queue.is_none() && !path.is_empty() {
            self.queue = Some(path.to_owned());
        }
        self.check()?;
        let connect = ConnectOptions::new()
            .name("tower-webhook-inbox")
            .ping_interval(PING)
            .reconnect_delay_callback(|attempts| {
                PAUSE.min(Duration::from_millis(50) * attempts.try_into().unwrap_or(100))
            });
        let client = connect.connect(server).await.map_err(Error::server)?;
        self.open_on(client).await
    }

    /// As [`open`](Self::open), on a connection that is made already: with credentials of your own, several servers, or
    /// certificates.
    ///
    /// Give it a `ping_interval` of 2 s. async-nats's default of a minute leaves a silent connection unnoticed for
    /// three. The type of the connection belongs to async-nats, whose version is therefore part of this method's
    /// promise.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub async fn open_on(self, client: Client) -> Result<NatsStore, Error> {
        self.check()?;
        let jetstream = async_nats::jetstream::new(client.clone());
        let names = Names {
            queue: self.queue_name().to_owned(),
        };
        ensure(&jetstream, &names, &self).await?;
        let stream = async |kind| {
            let stream = jetstream.get_stream_no_info(names.stream(kind)).await;
            stream.map_err(Error::server)
        };
        let (tasks, dead) = (stream("tasks").await?, stream("dead").await?);
        let (keys, state) = (stream("keys").await?, stream("state").await?);
        let shared = Shared {
            tasks,
            dead,
            keys,
            state,
            client,
            jetstream,
            names,
            stored: Notify::new(),
            workers: Mutex::new(HashMap::new()),
        };
        Ok(NatsStore {
            shared: Arc::new(shared),
        })
    }

    fn queue_name(&self) -> &str {
        self.queue.as_deref().unwrap_or(QUEUE)
    }

    pub(super) fn window(&self) -> Duration {
        self.duplicate_window.unwrap_or(DUPLICATE_WINDOW)
    }

    pub(super) fn remembered(&self) -> Duration {
        self.key_ttl.unwrap_or(KEY_TTL)
    }

    fn check(&self) -> Result<(), Error> {
        let queue = self.queue_name();
        if !is_token(queue) {
            return Err(Error::QueueName(queue.to_owned()));
        }
        if let Some(replicas) = self.replicas.filter(|servers| !(1..=5).contains(servers)) {
            return Err(Error::Replicas(replicas));
        }
        if !(MINUTE..=WEEK).contains(&self.window()) {
            return Err(Error::DuplicateWindow(self.window()));
        }
        if self.remembered() < self.window() {
            return Err(Error::ForgetsKeys(self.remembered()));
        }
        Ok(())
    }
}

/// Splits the path off a URL, without its slashes.
fn split(url: &str) -> (&str, &str) {
    let host = url.find("://").map_or(0, |scheme| scheme + 3);
    match url[host..].find('/') {
        Some(slash) => (&url[..host + slash], url[host + slash..].trim_matches('/')),
        None => (url, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn options_out_of_their_bounds_are_refused() {
        // Refused before the connection is made, so that no server is needed.
        let open = async |options: Options| options.open("nats://127.0.0.1:1").await;
        let options = NatsStore::options;
        let refused = open(options().queue("a.b")).await;
        assert!(matches!(refused, Err(Error::QueueName(_))), "{refused:?}");
        let refused = options().open("nats://127.0.0.1:1/a/b").await;
        assert!(matches!(refused, Err(Error::QueueName(_))), "{refused:?}");
        for replicas in [0, 6] {
            let refused = open(options().replicas(replicas)).await;
            assert!(matches!(refused, Err(Error::Replicas(_))), "{refused:?}");
        }
        for seconds in [0, 59, 7 * 24 * 3600 + 1] {
            let refused = open(options().duplicate_window(Duration::from_secs(seconds))).await;
            assert!(matches!(refused, Err(Error::DuplicateWindow(_))), "{refused:?}");
        }
        let refused = open(options().key_ttl(DUPLICATE_WINDOW.saturating_sub(Duration::from_secs(1)))).await;
        assert!(matches!(refused, Err(Error::ForgetsKeys(_))), "{refused:?}");
        let refused = open(options().queue("a-b_c").key_ttl(DUPLICATE_WINDOW)).await;
        assert!(matches!(refused, Err(Error::Server(_))), "{refused:?}");
    }

    #[test]
    fn the_path_of_a_url_is_split_off() {
        assert_eq!(split("nats://user:pass@host:4222"), ("nats://user:pass@host:4222", ""));
        assert_eq!(split("nats://host/"), ("nats://host", ""));
        assert_eq!(split("tls://host/payments"), ("tls://host", "payments"));
        assert_eq!(split("host:4222/payments"), ("host:4222", "payments"));
    }
}
