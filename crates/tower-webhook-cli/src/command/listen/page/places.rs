//! Places that are never all taken: whoever comes last takes that of the one who came first.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

/// The places that are taken, the oldest first.
pub(super) struct Places {
    number: usize,
    taken: Mutex<VecDeque<oneshot::Sender<()>>>,
}

/// A place. It completes when another one needs it, and is free when it is dropped.
pub(super) type Place = oneshot::Receiver<()>;

impl Places {
    pub(super) fn new(number: usize) -> Self {
        Self {
            number,
            taken: Mutex::default(),
        }
    }

    pub(super) fn take(&self) -> Place {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.retain(|place| !place.is_closed());
        if taken.len() == self.number
            && let Some(oldest) = taken.pop_front()
        {
            let _ = oldest.send(());
        }
        let (sender, place) = oneshot::channel();
        taken.push_back(sender);
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_place_that_is_taken_is_given_to_the_newest() {
        let places = Places::new(2);
        let mut first = places.take();
        let mut second = places.take();
        assert!(first.try_recv().is_err() && second.try_recv().is_err());
        let mut third = places.take();
        assert!(first.try_recv().is_ok() && second.try_recv().is_err());
        // One that is free is taken first.
        drop(second);
        let _fourth = places.take();
        assert!(third.try_recv().is_err());
    }
}
