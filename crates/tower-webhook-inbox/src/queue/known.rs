//! What a worker knows that it holds. A take whose answer was lost may have taken more.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::lease::{Settled, Taken};

/// The ids of the tasks that were handed to the worker, and that it did not settle.
///
/// A backend may do what it was asked after the worker has given up to wait. The tasks of such a take would be held for
/// as long as the worker lives, so each heartbeat puts back what the worker does not know of.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// With the attempts that were made before.
    ids: Mutex<HashMap<String, u32>>,
    /// Locked while tasks are being taken.
    taking: tokio::sync::Mutex<()>,
}

/// While this lives, no tasks are taken.
#[derive(Debug)]
pub(crate) struct Idle<'a> {
    known: &'a Known,
    _taking: tokio::sync::MutexGuard<'a, ()>,
}

impl Known {
    /// Takes tasks, one take at a time.
    pub(crate) async fn take<E>(&self, take: impl Future<Output = Result<Vec<Taken>, E>>) -> Result<Vec<Taken>, E> {
        let _taking = self.taking.lock().await;
        let taken = take.await?;
        self.ids()
            .extend(taken.iter().map(|taken| (taken.id.clone(), taken.attempts)));
        Ok(taken)
    }

    /// Forgets the tasks whose attempts ended. One that was taken again since, before its result was known to be
    /// recorded, is still held.
    pub(crate) fn settle(&self, settled: &[Settled]) {
        let mut ids = self.ids();
        for settled in settled {
            if ids.get(&settled.id).is_some_and(|attempts| settled.follows(*attempts)) {
                ids.remove(&settled.id);
            }
        }
    }

    /// None while tasks are being taken. A heartbeat does not wait for that.
    pub(crate) fn idle(&self) -> Option<Idle<'_>> {
        let taking = self.taking.try_lock().ok()?;
        Some(Idle {
            known: self,
            _taking: taking,
        })
    }

    /// Each change of the set is complete before anything can panic.
    fn ids(&self) -> MutexGuard<'_, HashMap<String, u32>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Idle<'_> {
    pub(crate) fn ids(&self) -> Vec<String> {
        self.known.ids().keys().cloned().collect()
    }
}
