//! What a worker holds of a store in memory.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::{Error, MemoryStore, Waiting};
use crate::queue::DeadLetter;
use crate::queue::lease::{Lease, Leased, Outcome, Settled, Taken, Want};

/// How many dead letters are kept.
const DEAD: usize = 1000;
/// The pause in place of one that no clock can count: a hundred years.
const LONGEST: Duration = Duration::from_hours(100 * 365 * 24);

impl Leased for MemoryStore {
    type Error = Error;
    type Lease = MemoryLease;

    async fn lease(&self, worker: &str) -> Result<MemoryLease, Error> {
        Ok(MemoryLease {
            store: self.clone(),
            worker: worker.to_owned(),
        })
    }
}

/// What a worker holds of a [`MemoryStore`]. It is put back when this is dropped.
#[derive(Debug)]
pub struct MemoryLease {
    store: MemoryStore,
    worker: String,
}

impl Lease for MemoryLease {
    type Error = Error;

    async fn take(&self, want: Want<'_>) -> Result<Vec<Taken>, Error> {
        let (mut shared, now) = (self.store.shared(), Instant::now());
        let key = |delivery| want.order.and_then(|order| order.key(delivery));
        let mut held_up: HashSet<_> = shared
            .running
            .values()
            .filter_map(|(_, task)| key(&task.delivery))
            .collect();
        let (mut chosen, mut bytes) = (Vec::new(), 0);
        for (arrival, waiting) in &shared.waiting {
            // An earlier delivery of its key holds it up, also one that is not due.
            let is_held_up = key(&waiting.delivery).is_some_and(|key| !held_up.insert(key));
            if is_held_up || waiting.due > now {
                continue;
            }
            bytes += waiting.delivery.bytes().len();
            if chosen.len() == want.tasks || (bytes > want.bytes && !chosen.is_empty()) {
                break;
            }
            chosen.push(*arrival);
        }
        let mut taken = Vec::with_capacity(chosen.len());
        for waiting in chosen
            .iter()
            .filter_map(|arrival| shared.waiting.remove(arrival))
            .collect::<Vec<_>>()
        {
            let id = waiting.arrival.to_string();
            taken.push(Taken {
                id: id.clone(),
                attempts: waiting.attempts,
                bytes: waiting.delivery.bytes().len(),
                delivery: Ok(waiting.delivery.clone()),
            });
            shared.running.insert(id, (self.worker.clone(), waiting));
        }
        Ok(taken)
    }

    async fn settle(&self, settled: &[Settled]) -> Result<(), Error> {
        let mut shared = self.store.shared();
        for result in settled {
            let Settled { id, attempts, outcome } = result;
            let is_held = |(by, task): &(String, Waiting)| *by == self.worker && result.follows(task.attempts);
            if !shared.running.get(id).is_some_and(is_held) {
                continue;
            }
            let Some((_, mut task)) = shared.running.remove(id) else {
                continue;
            };
            task.attempts = *attempts;
            match outcome {
                Outcome::Done => shared.done += 1,
                Outcome::Retry { after, .. } => {
                    let now = Instant::now();
                    task.due = now.checked_add(*after).unwrap_or(now + LONGEST);
                    shared.wait(task);
                }
                Outcome::Dead { error } => {
                    let letter = DeadLetter {
                        id: id.clone(),
                        delivery: Some(task.delivery),
                        attempts: *attempts,
                        error: error.clone(),
                        died_at: Timestamp::now(),
                    };
                    shared.dead.push_back((task.arrival, letter));
                    if shared.dead.len() > DEAD {
                        shared.dead.pop_front();
                    }
                }
            }
        }
        Ok(())
    }

    async fn beat(&self) -> Result<(), Error> {
        Ok(())
    }

    async fn release(&self) -> Result<(), Error> {
        self.store.shared().put_back(&self.worker, 0);
        Ok(())
    }

    async fn arrival(&self) {
        self.store.stored.notified().await;
    }
}

/// The worker's future was dropped.
impl Drop for MemoryLease {
    fn drop(&mut self) {
        self.store.shared().put_back(&self.worker, 1);
    }
}
