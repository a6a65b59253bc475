//! The last requests, for the page: bounded in number and in bytes, whatever strangers send.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::received::Received;

/// How many requests a share has, and how many bytes.
const MAX_REQUESTS: usize = 100;
const MAX_BYTES: usize = 16 << 20;

/// The last requests. Genuine and refused ones have a share each: a flood of forgeries pushes out no genuine request.
pub(super) struct Kept {
    requests: Mutex<Requests>,
    /// The number of the newest one.
    newest: watch::Sender<u64>,
}

#[derive(Default)]
struct Requests {
    genuine: Share,
    refused: Share,
    count: u64,
}

/// The last requests of one kind, by their numbers.
#[derive(Default)]
struct Share {
    last: VecDeque<Arc<Received>>,
    bytes: usize,
}

impl Kept {
    pub(super) fn new() -> Self {
        Self {
            requests: Mutex::default(),
            newest: watch::Sender::new(0),
        }
    }

    /// Gives a request its number, and keeps it in place of the oldest ones of its kind.
    pub(super) fn add(&self, mut received: Received) -> Arc<Received> {
        if received.cost() > MAX_BYTES {
            received.cut_body();
        }
        let mut requests = self.lock();
        requests.count += 1;
        received.number = requests.count;
        let received = Arc::new(received);
        let share = if received.verdict.is_genuine() {
            &mut requests.genuine
        } else {
            &mut requests.refused
        };
        share.add(received.clone());
        self.newest.send_replace(received.number);
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
        let next = [&requests.genuine, &requests.refused].map(|share| share.next_after(number));
        next.into_iter().flatten().min_by_key(|received| received.number)
    }

    /// Tells of each newer request.
    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    fn add(&mut self, received: Arc<Received>) {
        self.bytes += received.cost();
        self.last.push_back(received);
        while self.last.len() > MAX_REQUESTS || self.bytes > MAX_BYTES {
            let Some(oldest) = self.last.pop_front() else { break };
            self.bytes -= oldest.cost();
        }
    }

    fn next_after(&self, number: u64) -> Option<Arc<Received>> {
        let index = self.last.partition_point(|received| received.number <= number);
        self.last.get(index).cloned()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Request;
    use tower_webhook::RejectionKind;

    use super::*;
    use crate::command::listen::hidden::Hidden;
    use crate::verdict::Verdict;

    fn genuine(size: usize) -> Received {
        received(size, Verdict::genuine(None))
    }

    fn refused(size: usize) -> Received {
        received(size, Verdict::from(&RejectionKind::SignatureMismatch.into()))
    }

    fn received(size: usize, verdict: Verdict) -> Received {
        let head = Request::post("/").body(()).unwrap().into_parts().0;
        let body = Bytes::from(vec![b'a'; size]);
        Received::new(head, body, true, verdict, &Hidden::new(&[]))
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
            kept.add(genuine(10));
        }
        assert_eq!(numbers(&kept), (151..=250).collect::<Vec<_>>());
        assert!(kept.get(150).is_none() && kept.get(0).is_none() && kept.get(251).is_none());
        assert_eq!(kept.get(151).unwrap().number, 151);
    }

    #[test]
    fn a_flood_of_forgeries_pushes_out_no_genuine_request() {
        let kept = Kept::new();
        kept.add(genuine(10));
        for _ in 0..50 {
            kept.add(refused(1 << 20));
        }
        kept.add(genuine(10));
        for _ in 0..200 {
            kept.add(refused(10));
        }
        let expected: Vec<_> = [1, 52].into_iter().chain(153..=252).collect();
        assert_eq!(numbers(&kept), expected);
    }

    #[test]
    fn large_ones_push_out_others_and_too_large_ones_are_cut() {
        let kept = Kept::new();
        for _ in 0..10 {
            kept.add(genuine(5 << 20));
        }
        assert_eq!(numbers(&kept), [8, 9, 10]);
        assert!(kept.lock().genuine.bytes <= MAX_BYTES);
        let cut = kept.add(genuine(20 << 20));
        assert_eq!((cut.body.len(), cut.size, cut.is_whole), (65536, 20 << 20, false));
        assert_eq!(numbers(&kept), [8, 9, 10, 11]);
    }
}
