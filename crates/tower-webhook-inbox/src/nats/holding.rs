//! The messages that a worker holds: handed out by the consumer, and not acknowledged.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_nats::Subject;
use tokio::time::Instant;

use crate::queue::lease::{Taken, Want};

/// The messages that a worker holds, by the ids of their tasks.
#[derive(Debug, Default)]
pub(super) struct Holding(Mutex<Content>);

#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) held: HashMap<String, Held>,
    /// Those of them that `take` has not returned, because its future was dropped.
    pub(super) ready: VecDeque<Taken>,
}

/// A message that a worker holds.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) reply: Subject,
    pub(super) sequence: u64,
    pub(super) delivered: u64,
    /// How many attempts were made before.
    pub(super) attempts: u32,
    pub(super) was_put_back: bool,
    /// Its result is on the way. A sign of life that the server reads after it would undo the pause of a retry.
    pub(super) ends: bool,
    /// Until when no other worker gets it.
    pub(super) alive_until: Instant,
}

impl Holding {
    /// Each change is complete before anything can panic.
    pub(super) fn content(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many messages there are.
    pub(super) fn count(&self) -> u64 {
        self.content().held.len() as u64
    }
}

impl Content {
    /// Removes what is ready, as much of it as is wanted, and one in any case.
    pub(super) fn take(&mut self, want: Want<'_>) -> Vec<Taken> {
        let (mut taken, mut bytes) = (Vec::new(), 0);
        while let Some(next) = self.ready.front() {
            bytes += next.bytes;
            if taken.len() == want.tasks || (bytes > want.bytes && !taken.is_empty()) {
                break;
            }
            taken.extend(self.ready.pop_front());
        }
        taken
    }
}
