//! Deliveries in this process's memory. **Everything is gone when the process ends**, however it ends: what was answered
//! with 200, what is being worked on, and the memory of what was done.
//!
//! It is for tests and demonstrations. It promises no more than that a delivery is in this process's queue, and that the
//! newest of its keys are remembered for as long as the process lives. A task that fails is not kept.
//!
//! ```
//! use tower_webhook_inbox::memory::MemoryStore;
//! use tower_webhook_inbox::{Inbox, Stored};
//! # use tower_webhook::{SigningSecret, Verifier, sign::Signer};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = SigningSecret::new("whk_demo")?;
//! # let headers = Signer::knowrithm(&secret).headers("{}");
//! # let body = Verifier::knowrithm(secret).verify(&headers, "{}")?;
//! let (store, worker_backend) = MemoryStore::new(1000);
//! let inbox = Inbox::new(store);
//! assert_eq!(inbox.put(&body, &headers).await?, Stored::New);
//! assert_eq!(inbox.put(&body, &headers).await?, Stored::Duplicate);
//! # drop(worker_backend);
//! # Ok(())
//! # }
//! ```

use std::collections::{HashSet, VecDeque};
use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use apalis_core::backend::memory::{MemorySink, MemoryStorage};
use apalis_core::task::Task;
use futures_channel::mpsc::{Sender, channel};
use futures_util::{SinkExt, StreamExt, sink};

use crate::delivery::Delivery;
use crate::store::{Store, Stored};

/// How many keys are remembered: some 10 MB of them.
const KEYS: usize = 100_000;

/// A store in this process's memory. Clones share it.
#[derive(Clone)]
pub struct MemoryStore {
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    sender: Sender<Task<Delivery>>,
    keys: HashSet<String>,
    by_age: VecDeque<String>,
}

/// Why memory did not store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// As many tasks wait as may.
    #[error("the queue in memory is full")]
    Full,
    /// The worker's backend was dropped.
    #[error("nobody works on the queue in memory any more")]
    Closed,
}

impl MemoryStore {
    /// A store in which at most about this many tasks wait, and apalis's backend for the one worker that takes them out.
    #[must_use]
    pub fn new(capacity: usize) -> (Self, MemoryStorage<Delivery>) {
        let (sender, receiver) = channel(capacity);
        let shared = Shared {
            sender,
            keys: HashSet::new(),
            by_age: VecDeque::new(),
        };
        let store = Self {
            shared: Arc::new(Mutex::new(shared)),
        };
        // apalis's own sink panics when two tasks are pushed at the same moment, and is not bounded. The worker has one
        // for nothing.
        let unused = sink::drain().sink_map_err(|never: Infallible| match never {});
        let unused = MemorySink::new(Arc::new(futures_util::lock::Mutex::new(Box::new(unused))));
        (store, MemoryStorage::new_with(unused, receiver.boxed()))
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl Store for MemoryStore {
    type Error = Error;

    async fn store(&self, task: Task<Delivery>) -> Result<Stored, Error> {
        // Whoever panicked with the lock left nothing half done that matters: a key too many at most.
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let key = task.idempotency_key().unwrap_or_default().to_owned();
        if shared.keys.contains(&key) {
            return Ok(Stored::Duplicate);
        }
        match shared.sender.try_send(task) {
            Ok(()) => {}
            Err(error) if error.is_full() => return Err(Error::Full),
            Err(_) => return Err(Error::Closed),
        }
        if shared.by_age.len() == KEYS
            && let Some(oldest) = shared.by_age.pop_front()
        {
            shared.keys.remove(&oldest);
        }
        shared.by_age.push_back(key.clone());
        shared.keys.insert(key);
        Ok(Stored::New)
    }
}

#[cfg(test)]
mod tests {
    use apalis_core::task::builder::TaskBuilder;
    use tower_webhook::sign::Signer;
    use tower_webhook::{SigningSecret, Verifier};

    use super::*;

    #[tokio::test]
    async fn the_oldest_key_is_forgotten_when_there_are_too_many() {
        let secret = SigningSecret::new("whk_test").unwrap();
        let headers = Signer::knowrithm(&secret).headers("{}");
        let body = Verifier::knowrithm(secret).verify(&headers, "{}").unwrap();
        let delivery = Delivery::new(&body);
        let (store, _worker_backend) = MemoryStore::new(2 * KEYS);
        let put = |number: usize| {
            let task = TaskBuilder::new(delivery.clone()).idempotency_key(number.to_string());
            store.store(task.build())
        };
        for number in 0..=KEYS {
            assert_eq!(put(number).await.unwrap(), Stored::New);
        }
        assert_eq!(put(1).await.unwrap(), Stored::Duplicate);
        assert_eq!(put(0).await.unwrap(), Stored::New, "it was the oldest");
        let shared = store.shared.lock().unwrap();
        assert_eq!((shared.keys.len(), shared.by_age.len()), (KEYS, KEYS));
    }
}
