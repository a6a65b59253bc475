//! Deliveries in this process's memory, for tests and demonstrations. **Everything is gone when the process ends**: the
//! deliveries that were answered with 200, the running ones, the dead letters, and the keys of those that are done.
//!
//! A 200 means that the delivery is in this process's queue. The newest 100 000 keys are remembered, and the newest
//! 1000 dead letters. The bodies that wait count towards the verifier's [`Budget`](tower_webhook::Budget), so a long
//! queue of large ones makes it refuse more.
//!
//! ```
//! use tower_webhook_inbox::{Inbox, Stored, memory::MemoryStore};
//! # use tower_webhook::{SigningSecret, Verifier, scheme::Knowrithm, sign::Signer};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = SigningSecret::new("whk_demo")?;
//! # let headers = Signer::new(Knowrithm, &secret).headers("{}");
//! # let body = Verifier::knowrithm(secret).verify(&headers, "{}")?;
//! let inbox = Inbox::new(MemoryStore::new(1000));
//! assert_eq!(inbox.put(&body, &headers).await?, Stored::New);
//! assert_eq!(inbox.put(&body, &headers).await?, Stored::Duplicate);
//! # Ok(())
//! # }
//! ```

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use apalis_core::task::Task;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::Instant;
use tower_webhook::DeliveryKey;

use crate::delivery::Delivery;
use crate::queue::{DeadLetter, InOrder, Queue, Stats};
use crate::store::{Store, Stored};

mod lease;

pub use lease::MemoryLease;

/// How many keys are remembered. They take about 10 MB.
const KEYS: usize = 100_000;

/// A store in this process's memory. Clones share it.
#[derive(Clone)]
pub struct MemoryStore {
    shared: Arc<Mutex<Shared>>,
    stored: Arc<Notify>,
}

struct Shared {
    capacity: usize,
    keys: HashSet<String>,
    by_age: VecDeque<String>,
    arrived: u64,
    /// By the order of arrival.
    waiting: BTreeMap<u64, Waiting>,
    /// By the id. With the name of the worker.
    running: HashMap<String, (String, Waiting)>,
    dead: VecDeque<(u64, DeadLetter)>,
    done: u64,
    newest: HashMap<String, Timestamp>,
}

struct Waiting {
    arrival: u64,
    delivery: Delivery,
    attempts: u32,
    due: Instant,
}

/// Why a delivery was not stored in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The queue holds as many deliveries as it may.
    #[error("the queue in memory is full")]
    Full,
}

impl MemoryStore {
    /// Makes a store in which at most this many deliveries may wait or run.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        let shared = Shared {
            capacity,
            keys: HashSet::new(),
            by_age: VecDeque::new(),
            arrived: 0,
            waiting: BTreeMap::new(),
            running: HashMap::new(),
            dead: VecDeque::new(),
            done: 0,
            newest: HashMap::new(),
        };
        Self {
            shared: Arc::new(Mutex::new(shared)),
            stored: Arc::new(Notify::new()),
        }
    }

    /// Puts the dead letter that is asked for back, and returns whether there is one.
    fn retry_where(&self, is_it: impl Fn(&DeadLetter) -> bool) -> bool {
        let mut shared = self.shared();
        let index = shared.dead.iter().position(|(_, letter)| is_it(letter));
        let Some(letter) = index.and_then(|index| shared.dead.remove(index)) else {
            return false;
        };
        shared.revive(letter);
        drop(shared);
        self.stored.notify_one();
        true
    }

    /// A panic with the lock held, which only a lack of memory can cause, leaves a key too many at most.
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl Store for MemoryStore {
    type Error = Error;

    async fn is_stored(&self, key: DeliveryKey) -> Result<bool, Error> {
        Ok(self.shared().keys.contains(&key.to_string()))
    }

    async fn retry_dead(&self, key: DeliveryKey) -> Result<bool, Error> {
        Ok(self.retry_where(|letter| letter.delivery().is_some_and(|delivery| delivery.key() == key)))
    }

    async fn store(&self, task: Task<Delivery>) -> Result<Stored, Error> {
        let mut shared = self.shared();
        let key = task.idempotency_key().unwrap_or_default().to_owned();
        if shared.keys.contains(&key) {
            return Ok(Stored::Duplicate);
        }
        if shared.waiting.len() + shared.running.len() >= shared.capacity {
            return Err(Error::Full);
        }
        shared.keys.insert(key.clone());
        shared.by_age.push_back(key);
        if shared.by_age.len() > KEYS
            && let Some(oldest) = shared.by_age.pop_front()
        {
            shared.keys.remove(&oldest);
        }
        shared.arrived += 1;
        let waiting = Waiting {
            arrival: shared.arrived,
            delivery: task.args,
            attempts: 0,
            due: Instant::now(),
        };
        shared.wait(waiting);
        drop(shared);
        self.stored.notify_one();
        Ok(Stored::New)
    }
}

impl Shared {
    fn wait(&mut self, waiting: Waiting) {
        self.waiting.insert(waiting.arrival, waiting);
    }

    fn revive(&mut self, (arrival, letter): (u64, DeadLetter)) {
        let Some(delivery) = letter.delivery else { return };
        self.wait(Waiting {
            arrival,
            delivery,
            attempts: 0,
            due: Instant::now(),
        });
    }

    /// Puts all that this worker holds back, with this many more attempts.
    fn put_back(&mut self, worker: &str, attempts: u32) {
        let held: Vec<_> = self.running.extract_if(|_, (by, _)| by == worker).collect();
        for (_, (_, mut waiting)) in held {
            waiting.attempts += attempts;
            self.wait(waiting);
        }
    }
}

impl Queue for MemoryStore {
    async fn stats(&self) -> Result<Stats, Error> {
        let (shared, now) = (self.shared(), Instant::now());
        let due = shared
            .waiting
            .values()
            .filter_map(|waiting| now.checked_duration_since(waiting.due));
        Ok(Stats {
            waiting: shared.waiting.len() as u64,
            running: shared.running.len() as u64,
            done: shared.done,
            dead: shared.dead.len() as u64,
            oldest: due.max(),
        })
    }

    async fn dead_letters(&self, at_most: u32) -> Result<Vec<DeadLetter>, Error> {
        let shared = self.shared();
        let latest = shared.dead.iter().rev().take(at_most as usize);
        Ok(latest.map(|(_, letter)| letter.clone()).collect())
    }

    async fn retry(&self, id: &str) -> Result<bool, Error> {
        Ok(self.retry_where(|letter| letter.id == id))
    }

    async fn retry_all(&self) -> Result<u64, Error> {
        let mut shared = self.shared();
        let dead = std::mem::take(&mut shared.dead);
        let count = dead.len() as u64;
        for letter in dead {
            shared.revive(letter);
        }
        drop(shared);
        self.stored.notify_one();
        Ok(count)
    }
}

impl InOrder for MemoryStore {
    async fn newest(&self, entity: &str) -> Result<Option<Timestamp>, Error> {
        Ok(self.shared().newest.get(entity).copied())
    }

    async fn advance(&self, entity: &str, at: Timestamp) -> Result<(), Error> {
        let mut shared = self.shared();
        let newest = shared.newest.entry(entity.to_owned()).or_insert(at);
        *newest = at.max(*newest);
        Ok(())
    }
}
