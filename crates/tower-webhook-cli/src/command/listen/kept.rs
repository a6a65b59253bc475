//! The last requests, for the page: bounded in number and in bytes, whatever strangers send.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::received::Received;

const MAX_REQUESTS: usize = 100;
const MAX_BYTES: usize = 32 << 20;

/// The last requests.
pub(super) struct Kept {
    requests: Mutex<Requests>,
    /// The number of the newest one.
    newest: watch::Sender<u64>,
}

#[derive(Default)]
struct Requests {
    last: VecDeque<Arc<Received>>,
    bytes: usize,
    count: u64,
}

impl Kept {
    pub(super) fn new() -> Self {
        Self {
            requests: Mutex::default(),
            newest: watch::Sender::new(0),
        }
    }

    /// Gives a request its number, and keeps it in place of the oldest ones.
    pub(super) fn add(&self, mut received: Received) -> Arc<Received> {
        let mut requests = self.lock();
        if received.cost() > MAX_BYTES {
            received.cut_body();
        }
        requests.count += 1;
        received.number = requests.count;
        requests.bytes += received.cost();
        let received = Arc::new(received);
        requests.last.push_back(received.clone());
        while requests.last.len() > MAX_REQUESTS || requests.bytes > MAX_BYTES {
            let Some(oldest) = requests.last.pop_front() else { break };
            requests.bytes -= oldest.cost();
        }
        self.newest.send_replace(requests.count);
        received
    }

    /// The request with this number, if it is still kept.
    pub(super) fn get(&self, number: u64) -> Option<Arc<Received>> {
        self.next_after(number.checked_sub(1)?)
            .filter(|found| found.number == number)
    }

    /// The oldest request that is newer than the one with this number.
    pub(super) fn next_after(&self, number: u64) -> Option<Arc<Received>> {
        let requests = self.lock();
        let index = requests.last.partition_point(|received| received.number <= number);
        requests.last.get(index).cloned()
    }

    /// Tells of each newer request.
    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Request;

    use super::*;
    use crate::command::listen::hidden::Hidden;
    use crate::verdict::Verdict;

    fn received(size: usize) -> Received {
        let head = Request::post("/").body(()).unwrap().into_parts().0;
        let body = Bytes::from(vec![b'a'; size]);
        Received::new(head, body, true, Verdict::genuine(None), &Hidden::new(&[]))
    }

    fn numbers(kept: &Kept) -> Vec<u64> {
        let mut numbers = Vec::new();
        while let Some(next) = kept.next_after(numbers.last().copied().unwrap_or(0)) {
            numbers.push(next.number);
        }
        numbers
    }

    #[test]
    fn the_last_hundred_are_kept() {
        let kept = Kept::new();
        for _ in 0..250 {
            kept.add(received(10));
        }
        assert_eq!(numbers(&kept), (151..=250).collect::<Vec<_>>());
        assert!(kept.get(150).is_none() && kept.get(0).is_none() && kept.get(251).is_none());
        assert_eq!(kept.get(151).unwrap().number, 151);
    }

    #[test]
    fn large_ones_push_out_others_and_too_large_ones_are_cut() {
        let kept = Kept::new();
        for _ in 0..10 {
            kept.add(received(8 << 20));
        }
        assert_eq!(numbers(&kept), [8, 9, 10]);
        assert!(kept.lock().bytes <= MAX_BYTES);
        let cut = kept.add(received(40 << 20));
        assert_eq!((cut.body.len(), cut.size, cut.is_whole), (65536, 40 << 20, false));
        assert_eq!(numbers(&kept), [8, 9, 10, 11]);
    }
}
