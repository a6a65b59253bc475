//! A store in memory whose answers fail, or never come, for a while.

use std::collections::VecDeque;
use std::fmt;
use std::future::pending;
use std::sync::{Arc, Mutex};

use apalis_core::task::Task;
use tower_webhook::DeliveryKey;

use crate::delivery::Delivery;
use crate::memory::{MemoryLease, MemoryStore};
use crate::queue::lease::{Lease, Leased, Settled, Taken, Want};
use crate::queue::{DeadLetter, Queue, Stats};
use crate::store::{Store, Stored};

/// What comes in place of an answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    Failure,
    /// It happens, and nobody hears of it.
    Silence,
}

/// The calls that can have a fault.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Call {
    Lease,
    Take,
    Settle,
    Release,
}

#[derive(Clone)]
pub(super) struct Flaky {
    pub(super) store: MemoryStore,
    faults: Arc<Mutex<VecDeque<(Call, Fault)>>>,
}

#[derive(Debug)]
pub(super) struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broken")
    }
}

impl std::error::Error for Broken {}

impl Flaky {
    pub(super) fn new(store: MemoryStore, faults: impl IntoIterator<Item = (Call, Fault)>) -> Self {
        let faults = Arc::new(Mutex::new(faults.into_iter().collect()));
        Self { store, faults }
    }

    /// Whether all faults have happened.
    pub(super) fn is_mended(&self) -> bool {
        self.faults.lock().unwrap().is_empty()
    }

    /// Awaits the answer, with the next fault if it is of this call.
    async fn answer<T, E: fmt::Debug>(
        &self,
        call: Call,
        answer: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Broken> {
        let fault = {
            let mut faults = self.faults.lock().unwrap();
            faults.pop_front_if(|(of, _)| *of == call).map(|(_, fault)| fault)
        };
        match fault {
            None => Ok(answer.await.unwrap()),
            Some(Fault::Failure) => Err(Broken),
            Some(Fault::Silence) => {
                let _ = answer.await;
                pending().await
            }
        }
    }
}

impl Store for Flaky {
    type Error = Broken;

    async fn retry_dead(&self, key: DeliveryKey) -> Result<bool, Broken> {
        self.store.retry_dead(key).await.map_err(|_| Broken)
    }

    async fn store(&self, task: Task<Delivery>) -> Result<Stored, Broken> {
        self.store.store(task).await.map_err(|_| Broken)
    }
}

impl Queue for Flaky {
    async fn stats(&self) -> Result<Stats, Broken> {
        self.store.stats().await.map_err(|_| Broken)
    }

    async fn dead_letters(&self, at_most: u32) -> Result<Vec<DeadLetter>, Broken> {
        self.store.dead_letters(at_most).await.map_err(|_| Broken)
    }

    async fn retry(&self, id: &str) -> Result<bool, Broken> {
        self.store.retry(id).await.map_err(|_| Broken)
    }

    async fn retry_all(&self) -> Result<u64, Broken> {
        self.store.retry_all().await.map_err(|_| Broken)
    }
}

impl Leased for Flaky {
    type Error = Broken;
    type Lease = FlakyLease;

    async fn lease(&self, worker: &str) -> Result<FlakyLease, Broken> {
        let lease = self.answer(Call::Lease, self.store.lease(worker)).await?;
        let store = self.clone();
        Ok(FlakyLease { store, lease })
    }
}

pub(super) struct FlakyLease {
    store: Flaky,
    lease: MemoryLease,
}

impl Lease for FlakyLease {
    type Error = Broken;

    async fn take(&self, want: Want<'_>) -> Result<Vec<Taken>, Broken> {
        self.store.answer(Call::Take, self.lease.take(want)).await
    }

    async fn settle(&self, settled: &[Settled]) -> Result<(), Broken> {
        self.store.answer(Call::Settle, self.lease.settle(settled)).await
    }

    async fn beat(&self) -> Result<(), Broken> {
        Ok(())
    }

    async fn release(&self) -> Result<(), Broken> {
        self.store.answer(Call::Release, self.lease.release()).await
    }

    async fn arrival(&self) {
        self.lease.arrival().await;
    }
}
