//! Deliveries in this process's memory, for tests and demonstrations. **Everything is gone when the process ends**: the
//! deliveries that were answered with 200, the running tasks, and the keys of those that are done.
//!
//! A 200 means that the delivery is in this process's queue. The newest 100 000 keys are remembered for as long as the
//! process lives. A task that fails is not kept.
//!
//! ```
//! use tower_webhook_inbox::{Inbox, Stored, memory::MemoryStore};
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

/// How many keys are remembered. They take about 10 MB.
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

/// Why a delivery was not stored in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The queue holds as many waiting tasks as it may.
    #[error("the queue in memory is full")]
    Full,
    /// The worker's backend was dropped.
    #[error("the queue in memory has no worker any more")]
    Closed,
}

impl MemoryStore {
    /// Makes a store in which about `capacity` tasks may wait, and apalis's backend for the one worker that takes them
    /// out.
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
        // apalis's own sink is unbounded, and panics when two tasks are pushed at the same moment. The worker's backend
        // must have one, and never uses this one.
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
        // A panic with the lock held leaves one key too many at most.
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
    async fn the_oldest_key_is_forgotten_when_too_many_are_remembered() {
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
