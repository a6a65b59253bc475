//! Accepts connections, as many as there are slots.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::activity::Activity;
use crate::connection::Connection;
use crate::outage::Outage;

/// How long to wait after an error, most often of too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a connection has no request in progress before it makes room for another, when no slot is free.
const YIELDS_AFTER: Duration = Duration::from_secs(1);

pub(crate) struct Accept {
    listener: TcpListener,
    size: usize,
    slots: Arc<Semaphore>,
    stop: CancellationToken,
    open: Vec<Open>,
    /// A connection that was accepted, and waits for a slot.
    waiting: Option<(TcpStream, SocketAddr)>,
    /// When to look for room, if no slot becomes free before.
    look: Option<Instant>,
    full: Outage,
    failing: Outage,
}

/// A connection that may be asked to make room.
struct Open {
    activity: Weak<Activity>,
    stop: CancellationToken,
}

impl Accept {
    pub(crate) fn new(listener: TcpListener, size: usize, stop: CancellationToken) -> Self {
        Self {
            listener,
            size,
            slots: Arc::new(Semaphore::new(size)),
            stop,
            open: Vec::new(),
            waiting: None,
            look: None,
            full: Outage::default(),
            failing: Outage::default(),
        }
    }

    /// The next connection, and the slot that it takes. Nothing is lost when the future is dropped.
    pub(crate) async fn next(&mut self) -> (Connection, OwnedSemaphorePermit) {
        // Accepted first: slots that nobody waits for are no reason to close idle connections.
        if self.waiting.is_none() {
            self.waiting = Some(self.accept().await);
        }
        let slot = self.slot().await;
        let (stream, peer) = self.waiting.take().expect("it was accepted above");
        let (activity, stop) = (Activity::new(), self.stop.child_token());
        // Half of a long list is of connections that have ended.
        if self.open.len() >= 2 * (self.size - self.slots.available_permits()).max(64) {
            self.open.retain(|open| open.activity.strong_count() > 0);
        }
        self.open.push(Open {
            activity: Arc::downgrade(&activity),
            stop: stop.clone(),
        });
        let connection = Connection {
            stream,
            peer,
            activity,
            stop,
        };
        (connection, slot)
    }

    async fn slot(&mut self) -> OwnedSemaphorePermit {
        loop {
            // Kept when this future is dropped: others that end must not put off the search for room.
            let look = *self.look.get_or_insert_with(|| Instant::now() + PAUSE);
            let slot = timeout_at(look, self.slots.clone().acquire_owned()).await;
            self.look = None;
            if let Ok(slot) = slot {
                return slot.expect("the semaphore is never closed");
            }
            if self.full.begins() {
                warn_full(self.size);
            }
            self.make_room();
        }
    }

    /// Asks some of the connections to end: those that have had no request in progress, or nothing but a body that is
    /// discarded, for the longest time.
    fn make_room(&mut self) {
        let now = Instant::now();
        let open = self.open.iter().filter(|open| !open.stop.is_cancelled());
        let idle = open.filter_map(|open| Some((open.activity.upgrade()?.dispensable_since()?, &open.stop)));
        let mut idle: Vec<_> = idle.filter(|(since, _)| *since + YIELDS_AFTER <= now).collect();
        idle.sort_by_key(|(since, _)| *since);
        for (_, stop) in idle.into_iter().take(1 + self.size / 64) {
            stop.cancel();
        }
    }

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok(accepted) => return accepted,
                Err(error) if is_of_the_peer(&error) => {}
                Err(error) => {
                    if self.failing.begins() {
                        warn_failing(&error);
                    }
                    self.make_room();
                    sleep(PAUSE).await;
                }
            }
        }
    }
}

fn is_of_the_peer(error: &io::Error) -> bool {
    let kinds = [
        ErrorKind::ConnectionAborted,
        ErrorKind::ConnectionRefused,
        ErrorKind::ConnectionReset,
    ];
    kinds.contains(&error.kind())
}

#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is no log"))]
fn warn_full(size: usize) {
    #[cfg(feature = "tracing")]
    tracing::warn!(connections = size, "all connections are in use, so new ones wait");
}

#[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "there is no log"))]
fn warn_failing(error: &io::Error) {
    #[cfg(feature = "tracing")]
    tracing::warn!(%error, "cannot accept connections");
}
