//! The ids of tasks: ULIDs in the order of their arrival.

use std::sync::{LazyLock, Mutex, PoisonError};

use ulid::{Generator, Overflow, Ulid};

static IDS: LazyLock<Mutex<Generator>> = LazyLock::new(|| Mutex::new(Generator::new()));

/// An id that is greater than each one before it in this process, also when both are of one millisecond or the clock
/// was set back.
pub(crate) fn next() -> Ulid {
    // A panic with the lock held leaves a whole generator.
    let mut ids = IDS.lock().unwrap_or_else(PoisonError::into_inner);
    ids.generate().unwrap_or_else(Overflow::commit_overflow_increment)
}

#[cfg(test)]
mod tests {
    #[test]
    fn ids_grow_within_a_millisecond() {
        let ids: Vec<_> = (0..10_000).map(|_| super::next()).collect();
        assert!(ids.is_sorted_by(|one, next| one < next));
    }
}
