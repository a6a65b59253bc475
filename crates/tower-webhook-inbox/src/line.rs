//! The line of those who store: while one commit runs the next ones gather, and then share a commit.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError};

use futures_util::FutureExt;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::{Mutex, oneshot};

/// How many are gathered at most.
const AT_ONCE: usize = 64;

/// Hands what is to be stored to the committers, and their answers back. Clones share the committers, which end with
/// the last of them.
#[derive(Debug)]
pub(crate) struct Line<T, R> {
    sender: Sender<Waiting<T, R>>,
}

/// One that waits, and where its answer goes.
#[derive(Debug)]
struct Waiting<T, R> {
    slot: Slot<T>,
    answer: oneshot::Sender<R>,
}

/// Holds an item until a committer takes it, or its sender leaves the line.
#[derive(Debug)]
struct Slot<T>(Arc<std::sync::Mutex<Option<T>>>);

impl<T> Slot<T> {
    fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A sender. It takes its item along when it leaves: while the backend hangs, what nobody waits for takes no memory.
#[derive(Debug)]
struct Place<T>(Slot<T>);

impl<T> Drop for Place<T> {
    fn drop(&mut self) {
        self.0.take();
    }
}

impl<T, R> Clone for Line<T, R> {
    fn clone(&self) -> Self {
        let sender = self.sender.clone();
        Self { sender }
    }
}

impl<T: Send + 'static, R: Send + 'static> Line<T, R> {
    /// Starts this many committers. `commit` stores all that have gathered, and returns one answer for each, in their
    /// order. No time is added: a committer that is idle takes what is there.
    ///
    /// # Panics
    ///
    /// When there is no tokio runtime.
    pub(crate) fn new<C, F>(committers: usize, commit: C) -> Self
    where
        C: Fn(Vec<T>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Vec<R>> + Send + 'static,
    {
        let (sender, receiver) = channel(AT_ONCE);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..committers {
            tokio::spawn(serve(Arc::clone(&receiver), commit.clone()));
        }
        Self { sender }
    }

    /// Waits for the answer. None when the runtime of the committers has shut down, or a commit panicked.
    ///
    /// When this future is dropped, the item leaves the line, or is being committed and is stored nevertheless.
    pub(crate) async fn put(&self, item: T) -> Option<R> {
        let item = Arc::new(std::sync::Mutex::new(Some(item)));
        let (slot, _place) = (Slot(Arc::clone(&item)), Place(Slot(item)));
        let (answer, answered) = oneshot::channel();
        self.sender.send(Waiting { slot, answer }).await.ok()?;
        answered.await.ok()
    }
}

async fn serve<T, R, C, F>(receiver: Arc<Mutex<Receiver<Waiting<T, R>>>>, commit: C)
where
    C: Fn(Vec<T>) -> F,
    F: Future<Output = Vec<R>>,
{
    let mut gathered = Vec::new();
    loop {
        // Only one committer waits for more. The lock is free while a commit runs.
        if receiver.lock().await.recv_many(&mut gathered, AT_ONCE).await == 0 {
            return;
        }
        let waiting = gathered.drain(..).filter_map(|it| Some((it.slot.take()?, it.answer)));
        let (items, answers): (Vec<_>, Vec<_>) = waiting.unzip();
        if items.is_empty() {
            continue;
        }
        // A panic costs these items their answers, and not the committer its life.
        let committed = AssertUnwindSafe(commit(items)).catch_unwind().await;
        for (answer, result) in answers.into_iter().zip(committed.unwrap_or_default()) {
            // A sender that hung up does not want it.
            let _ = answer.send(result);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use tokio::time::{Instant, sleep};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_gathers_during_a_commit_shares_the_next_one_and_each_has_its_own_answer() {
        let commits = Arc::new(Mutex::new(Vec::new()));
        let log = commits.clone();
        let line = Line::new(1, move |items: Vec<u32>| {
            log.lock().unwrap().push(items.len());
            async move {
                sleep(Duration::from_secs(1)).await;
                items.iter().map(|item| item * 2).collect()
            }
        });
        let start = Instant::now();
        let put = |item| {
            tokio::spawn({
                let line = line.clone();
                async move { line.put(item).await }
            })
        };
        let first = put(0);
        sleep(Duration::from_millis(1)).await;
        let rest: Vec<_> = (1..=10).map(put).collect();
        assert_eq!(first.await.unwrap(), Some(0));
        for (put, item) in rest.into_iter().zip(1..) {
            assert_eq!(put.await.unwrap(), Some(item * 2));
        }
        assert_eq!(start.elapsed().as_secs(), 2);
        assert_eq!(*commits.lock().unwrap(), [1, 10]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_item_whose_sender_leaves_is_stored_if_its_commit_has_begun_and_costs_nothing_otherwise() {
        let commits = Arc::new(Mutex::new(Vec::new()));
        let log = commits.clone();
        let line = Line::new(1, move |items: Vec<Arc<u32>>| {
            let log = log.clone();
            async move {
                sleep(Duration::from_secs(1)).await;
                log.lock().unwrap().extend(items.iter().map(|item| **item));
                items
            }
        });
        let items = [1, 2, 3].map(Arc::new);
        let [first, second, third] = items.clone().map(|item| {
            let line = line.clone();
            tokio::spawn(async move { line.put(item).await })
        });
        sleep(Duration::from_millis(1)).await;
        assert_eq!(*items[1], 2);
        first.abort();
        sleep(Duration::from_millis(1)).await;
        let fourth = Arc::new(4);
        let late = tokio::spawn({
            let (line, item) = (line.clone(), fourth.clone());
            async move { line.put(item).await }
        });
        sleep(Duration::from_millis(1)).await;
        assert_eq!(Arc::strong_count(&fourth), 2);
        late.abort();
        sleep(Duration::from_millis(1)).await;
        assert_eq!(Arc::strong_count(&fourth), 1, "it has left the line");
        assert_eq!(second.await.unwrap().as_deref(), Some(&2));
        assert_eq!(third.await.unwrap().as_deref(), Some(&3));
        sleep(Duration::from_secs(3)).await;
        assert_eq!(*commits.lock().unwrap(), [1, 2, 3]);
    }
}
