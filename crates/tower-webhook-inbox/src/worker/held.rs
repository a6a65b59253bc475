//! How many deliveries a worker holds, and how many more it has room for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// How far ahead of their start deliveries are taken.
const AHEAD: Duration = Duration::from_millis(50);
/// How many are taken ahead of their start at most.
const AT_MOST_AHEAD: usize = 256;

/// The deliveries that a worker has taken and not settled.
#[derive(Debug)]
pub(super) struct Held {
    concurrency: usize,
    concurrent_bytes: usize,
    count: Mutex<Count>,
    /// Woken when a delivery is settled.
    settled: Notify,
}

#[derive(Debug)]
struct Count {
    deliveries: usize,
    bytes: usize,
    /// How many ended since the last look, and when that was.
    ended: usize,
    looked: Instant,
    /// How many are taken ahead of their start.
    ahead: usize,
}

/// What a worker has room for: deliveries, and bytes of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) deliveries: usize,
    pub(super) bytes: usize,
}

/// One delivery counts until this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    held: Arc<Held>,
    bytes: usize,
}

impl Held {
    pub(super) fn new(concurrency: usize, concurrent_bytes: usize) -> Arc<Self> {
        let count = Count {
            deliveries: 0,
            bytes: 0,
            ended: 0,
            looked: Instant::now(),
            ahead: 0,
        };
        Arc::new(Self {
            concurrency,
            concurrent_bytes,
            count: Mutex::new(count),
            settled: Notify::new(),
        })
    }

    /// Waits until there is room, and returns how much.
    pub(super) async fn room(&self) -> Room {
        loop {
            let settled = self.settled.notified();
            if let Some(room) = self.look() {
                return room;
            }
            settled.await;
        }
    }

    fn look(&self) -> Option<Room> {
        let mut count = self.count();
        // Over a time that is long enough to tell a rate.
        let since = count.looked.elapsed();
        if since >= AHEAD {
            let share = AHEAD.as_secs_f64() / since.as_secs_f64();
            // Both are small enough to be exact.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_precision_loss,
                clippy::cast_sign_loss
            )]
            let soon = (count.ended as f64 * share) as usize;
            count.ahead = soon.min(AT_MOST_AHEAD);
            (count.ended, count.looked) = (0, Instant::now());
        }
        let deliveries = self
            .concurrency
            .saturating_add(count.ahead)
            .saturating_sub(count.deliveries);
        let bytes = self.concurrent_bytes.saturating_sub(count.bytes);
        // Not one at a time, as long as there are others to start.
        let is_worth_it = deliveries >= (count.ahead / 2).max(1);
        (is_worth_it && (bytes > 0 || count.deliveries == 0)).then_some(Room { deliveries, bytes })
    }

    /// Counts a delivery of this length.
    pub(super) fn place(self: &Arc<Self>, bytes: usize) -> Place {
        let mut count = self.count();
        count.deliveries += 1;
        count.bytes += bytes;
        Place {
            held: Arc::clone(self),
            bytes,
        }
    }

    /// Each change of the counts is complete before anything can panic.
    fn count(&self) -> MutexGuard<'_, Count> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut count = self.held.count();
        count.deliveries -= 1;
        count.bytes -= self.bytes;
        count.ended += 1;
        drop(count);
        self.held.settled.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;
    use tokio_test::{assert_pending, assert_ready, task};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_slow_handler_is_not_supplied_ahead() {
        let held = Held::new(2, 100);
        let room = |deliveries, bytes| Room { deliveries, bytes };
        assert_eq!(held.room().await, room(2, 100));
        let (_first, second) = (held.place(10), held.place(10));
        let mut full = task::spawn(held.room());
        assert_pending!(full.poll());
        advance(Duration::from_secs(1)).await;
        drop(second);
        assert_eq!(assert_ready!(full.poll()), room(1, 90));
    }

    #[tokio::test(start_paused = true)]
    async fn a_fast_handler_is_supplied_with_what_it_starts_within_50_ms() {
        let held = Held::new(2, 1_000_000);
        for _ in 0..1000 {
            drop(held.place(1));
        }
        advance(Duration::from_millis(500)).await;
        assert_eq!(held.room().await.deliveries, 2 + 100);
        for _ in 0..10_000 {
            drop(held.place(1));
        }
        advance(Duration::from_millis(500)).await;
        assert_eq!(held.room().await.deliveries, 2 + 256, "at most 256");
        advance(Duration::from_millis(500)).await;
        assert_eq!(held.room().await.deliveries, 2, "none ended since");
    }

    #[tokio::test(start_paused = true)]
    async fn a_fast_handler_is_supplied_with_many_at_a_time() {
        let held = Held::new(2, 1_000_000);
        for _ in 0..1000 {
            drop(held.place(1));
        }
        advance(Duration::from_millis(500)).await;
        assert_eq!(held.room().await.deliveries, 2 + 100);
        let mut places: Vec<_> = (0..102).map(|_| held.place(1)).collect();
        let mut room = task::spawn(held.room());
        places.truncate(53);
        assert_pending!(room.poll());
        places.truncate(52);
        assert_eq!(assert_ready!(room.poll()).deliveries, 50);
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_are_bounded_and_one_delivery_is_held_whatever_its_size() {
        let held = Held::new(10, 100);
        let huge = held.place(1000);
        let mut full = task::spawn(held.room());
        assert_pending!(full.poll());
        drop(huge);
        assert_ready!(full.poll());
        let exact = held.place(100);
        let mut full = task::spawn(held.room());
        assert_pending!(full.poll());
        drop(exact);
        assert_eq!(assert_ready!(full.poll()).bytes, 100);
    }
}
