//! What a worker holds.

use redis::RedisResult;

use super::{Error, RedisStore};
use crate::queue::known::Known;
use crate::queue::lease::{Lease, Leased, Settled, Taken, Want};

/// What a worker holds of a [`RedisStore`].
#[derive(Debug)]
pub struct RedisLease {
    pub(super) store: RedisStore,
    /// The name of the worker.
    pub(super) worker: String,
    /// The key of the set of the tasks that it holds.
    pub(super) held: String,
    known: Known,
}

impl Leased for RedisStore {
    type Error = Error;
    type Lease = RedisLease;

    async fn lease(&self, worker: &str) -> Result<RedisLease, Error> {
        let lease = RedisLease {
            store: self.clone(),
            worker: worker.to_owned(),
            held: format!("{}{worker}", self.keys.held),
            known: Known::default(),
        };
        lease.say_alive().await.map_err(Error::database)?;
        Ok(lease)
    }
}

impl Lease for RedisLease {
    type Error = Error;

    async fn take(&self, want: Want<'_>) -> Result<Vec<Taken>, Error> {
        let taken = self.known.take(self.take_registered(want)).await;
        taken.map_err(Error::database)
    }

    async fn settle(&self, settled: &[Settled]) -> Result<(), Error> {
        self.record(settled).await.map_err(Error::database)?;
        self.known.settle(settled);
        Ok(())
    }

    async fn beat(&self) -> Result<(), Error> {
        let beat = async {
            let may_judge = self.say_alive().await?;
            if let Some(idle) = self.known.idle() {
                self.put_unknown_back(&idle.ids()).await?;
            }
            // A worker that was silent itself, through an outage of the server, does not judge the others. They may
            // need a moment to say that they are alive.
            if may_judge {
                self.take_over().await?;
            }
            Ok(())
        };
        beat.await.map_err(Error::database)
    }

    async fn release(&self) -> Result<(), Error> {
        self.put_back().await.map_err(Error::database)
    }

    async fn arrival(&self) {
        self.store.due.notified().await;
    }
}

impl RedisLease {
    /// Registers the worker again if others found it dead, or the server has lost its data.
    async fn take_registered(&self, want: Want<'_>) -> RedisResult<Vec<Taken>> {
        if let Some(taken) = self.take_due(want).await? {
            return Ok(taken);
        }
        self.say_alive().await?;
        Ok(self.take_due(want).await?.unwrap_or_default())
    }
}
