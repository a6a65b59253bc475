//! What a search may still cost: bytes that are read, written and hashed, and time.

use std::cell::Cell;
use std::time::Instant;

/// How much work a search has done, and when it has to end. All cases of a search share it.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    /// In bytes that are hashed.
    max_work: u64,
    spent: Cell<u64>,
    deadline: Option<Instant>,
}

impl Budget {
    pub(super) fn new(max_work: u64) -> Self {
        Self {
            max_work,
            spent: Cell::new(0),
            deadline: None,
        }
    }

    pub(super) fn unlimited() -> Self {
        Self::new(u64::MAX)
    }

    /// A budget that is used up at this moment, if not before.
    pub(super) fn until(self, deadline: Instant) -> Self {
        Self {
            deadline: Some(deadline),
            ..self
        }
    }

    /// Counts work that is done, and says whether there is more to spend.
    pub(super) fn take(&self, work: u64) -> bool {
        self.spent.set(self.spent.get().saturating_add(work));
        !self.is_spent()
    }

    /// Whether that much work is left, and time.
    pub(super) fn affords(&self, work: u64) -> bool {
        self.spent.get().saturating_add(work) <= self.max_work && !self.is_late()
    }

    pub(super) fn is_spent(&self) -> bool {
        !self.affords(0)
    }

    /// Whether the time is over.
    pub(super) fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    #[cfg(test)]
    pub(super) fn spent(&self) -> u64 {
        self.spent.get()
    }
}
