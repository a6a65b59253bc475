//! Bytes in use, counted without a lock.

use super::atomic::{AtomicUsize, Ordering};

/// A number that many threads raise and lower, and that never passes a ceiling.
///
/// The order of other memory does not depend on it, so every access is relaxed.
#[derive(Debug)]
pub(super) struct Counter(AtomicUsize);

impl Counter {
    pub(super) fn new() -> Self {
        Self(AtomicUsize::new(0))
    }

    pub(super) fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Adds so many if the sum is at most the ceiling, and tells whether it did.
    pub(super) fn add(&self, bytes: usize, ceiling: usize) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(bytes).filter(|sum| *sum <= ceiling)
            })
            .is_ok()
    }

    /// Takes away so many, which were added before.
    pub(super) fn subtract(&self, bytes: usize) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }
}
