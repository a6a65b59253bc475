//! What a connection is waiting for, and since when.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The requests in progress of one connection, and the progress of its writes.
///
/// Its parts only note times. The connection asks [`check`](Self::check) when the earliest deadline may have passed, so
/// that a request costs no timer.
#[derive(Debug)]
pub(crate) struct Activity(Mutex<State>);

#[derive(Debug)]
struct State {
    exchanges: Vec<Progress>,
    next: u64,
    /// When the last request was done with, or the connection began.
    idle_since: Instant,
    /// Since when the socket has taken nothing of the bytes that are to be written.
    blocked_since: Option<Instant>,
}

/// The answer to one request.
#[derive(Debug)]
struct Progress {
    number: u64,
    /// Whether the peer is to take the next part of the body.
    ready: bool,
    /// Whether the peer has been given all of the answer.
    answered: bool,
    /// Whether the rest of the request's body is being discarded.
    discarding: bool,
    /// The parts of the body that the peer has not taken entirely.
    chunks: usize,
    /// When it last made progress.
    since: Instant,
}

/// How long each state of a connection may last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) idle: Duration,
    pub(crate) write: Duration,
    /// Whether the connection was asked to end, so that bodies are no longer discarded.
    pub(crate) stopping: bool,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    /// No limit passes before this moment.
    Until(Instant),
    /// There was no request in progress for too long.
    Idle,
    /// The peer has taken nothing of an answer for too long.
    Stalled,
}

impl Activity {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            exchanges: Vec::new(),
            next: 0,
            idle_since: Instant::now(),
            blocked_since: None,
        })))
    }

    pub(crate) fn check(&self, now: Instant, limits: Limits) -> Verdict {
        let state = self.state();
        let stalled = state.exchanges.iter().filter(|it| it.ready || it.chunks > 0);
        let stalled = stalled.map(|it| it.since).chain(state.blocked_since).min();
        if stalled.is_some_and(|since| since + limits.write <= now) {
            return Verdict::Stalled;
        }
        // A state that begins later than now passes its limit later than this.
        let mut until = now + limits.write.min(limits.idle);
        if let Some(since) = stalled {
            until = until.min(since + limits.write);
        }
        let idle_since = if limits.stopping {
            state.dispensable_since()
        } else {
            state.idle_since()
        };
        if let Some(since) = idle_since {
            if since + limits.idle <= now {
                return Verdict::Idle;
            }
            until = until.min(since + limits.idle);
        }
        Verdict::Until(until)
    }

    /// Since when there has been nothing to do but to discard bodies.
    pub(crate) fn dispensable_since(&self) -> Option<Instant> {
        self.state().dispensable_since()
    }

    /// Notes that the socket takes nothing.
    pub(crate) fn block(&self) {
        self.state().blocked_since.get_or_insert_with(Instant::now);
    }

    /// Notes that the socket has taken bytes.
    pub(crate) fn unblock(&self) {
        let mut state = self.state();
        if state.blocked_since.take().is_some() && state.exchanges.is_empty() {
            state.idle_since = Instant::now();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn idle_since(&self) -> Option<Instant> {
        (self.exchanges.is_empty() && self.blocked_since.is_none()).then_some(self.idle_since)
    }

    fn dispensable_since(&self) -> Option<Instant> {
        let dispensable = self
            .exchanges
            .iter()
            .all(|it| it.discarding && it.answered && it.chunks == 0);
        let since = self.exchanges.iter().map(|it| it.since).min();
        (dispensable && self.blocked_since.is_none()).then_some(since.unwrap_or(self.idle_since))
    }
}

/// A request in progress, from its head until its body, its answer and all their parts are dropped.
#[derive(Debug)]
pub(crate) struct Exchange {
    number: u64,
    activity: Arc<Activity>,
}

impl Exchange {
    pub(crate) fn begin(activity: &Arc<Activity>) -> Arc<Self> {
        let mut state = activity.state();
        let number = state.next;
        state.next += 1;
        state.exchanges.push(Progress {
            number,
            ready: false,
            answered: false,
            discarding: false,
            chunks: 0,
            since: Instant::now(),
        });
        drop(state);
        let activity = activity.clone();
        Arc::new(Self { number, activity })
    }

    /// Notes whether the peer is to take the next part of the answer, or the service to make it.
    pub(crate) fn set_ready(&self, ready: bool) {
        self.progress(|progress| progress.ready = ready);
    }

    /// Notes that there is no more of the answer.
    pub(crate) fn end_answer(&self) {
        self.progress(|progress| {
            progress.ready = false;
            progress.answered = true;
        });
    }

    /// Notes that the rest of the request's body is discarded.
    pub(crate) fn discard(&self) {
        self.progress(|progress| progress.discarding = true);
    }

    pub(crate) fn begin_chunk(&self) {
        self.progress(|progress| progress.chunks += 1);
    }

    pub(crate) fn end_chunk(&self) {
        self.progress(|progress| progress.chunks -= 1);
    }

    /// Notes that the peer has taken a part of a chunk.
    pub(crate) fn advance(&self) {
        self.progress(|_| {});
    }

    fn progress(&self, change: impl FnOnce(&mut Progress)) {
        let mut state = self.activity.state();
        let progress = state.exchanges.iter_mut().find(|it| it.number == self.number);
        let progress = progress.expect("an exchange is in the list until it is dropped");
        progress.since = Instant::now();
        change(progress);
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let mut state = self.activity.state();
        state.exchanges.retain(|it| it.number != self.number);
        if state.exchanges.is_empty() {
            state.idle_since = Instant::now();
        }
    }
}
