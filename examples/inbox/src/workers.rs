//! The workers, from their start to what they leave behind.

use std::process;
use std::sync::LazyLock;
use std::time::Duration;

use apalis::prelude::Monitor;
use futures_util::FutureExt;
use tokio::time::{sleep, timeout};
use tower_webhook_inbox::Drain;

use crate::receiver::complain;

/// How often a worker that has nothing to do looks for something.
pub(crate) const POLL: Duration = Duration::from_millis(200);
/// How long a worker may be silent, because its backend is, before it is started again on another connection.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// How many deliveries are worked on at a time.
pub(crate) const CONCURRENCY: usize = 16;
/// How long workers may take to say goodbye to the backend when their time is over. With [`HAND_BACK`] and the 8 s of grace
/// that is the ten seconds after which `docker stop` kills.
const CUT_OFF: Duration = Duration::from_secs(1);
/// How long it may take to hand back what they then still hold.
const HAND_BACK: Duration = Duration::from_secs(1);
/// Of how many predecessors of a worker that was restarted it is handed back too. Those before them are missed already: one
/// starts a second after another ends, and after 12 s others take over what that one held.
const PREDECESSORS: usize = 12;

pub(crate) struct Workers<H> {
    pub(crate) monitor: Monitor,
    pub(crate) drain: Drain,
    /// Hands back what the worker of this name holds.
    pub(crate) hand_back: H,
}

impl<H: AsyncFn(String) -> anyhow::Result<u64>> Workers<H> {
    /// Works until the signal, and then to the end of the tasks at hand, or of their time; hands back what is left of them.
    pub(crate) async fn run(
        self,
        stopped: impl Future<Output = ()> + Send,
        grace_over: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let grace_over = grace_over.shared();
        let cut_off = grace_over.clone().then(|()| sleep(CUT_OFF));
        let drained = async {
            stopped.await;
            // Until then they go on saying that they live.
            tokio::select! {
                () = self.drain.finish() => {}
                () = grace_over => {}
            }
            Ok(())
        };
        let context = self.monitor.context();
        self.monitor.with_terminator(cut_off).run_with_signal(drained).await?;
        for worker in context.workers() {
            let newest = worker.restarts();
            let names = (newest.saturating_sub(PREDECESSORS)..=newest).rev().map(worker_name);
            let hand_back = async {
                for name in names {
                    (self.hand_back)(name).await?;
                }
                anyhow::Ok(())
            };
            // Another process takes over what is not handed back, when it misses this one.
            match timeout(HAND_BACK, hand_back).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => complain(format_args!("what was at hand is not handed back: {error:#}")),
                Err(_) => complain("what was at hand is not handed back in time"),
            }
        }
        Ok(())
    }
}

/// The name of this process's worker after so many restarts. A name of its own each time: the backend knows workers by it,
/// and refuses one that it believes to live.
pub(crate) fn worker_name(restarts: usize) -> String {
    static RANDOM: LazyLock<u32> = LazyLock::new(|| {
        let mut random = [0; 4];
        // Without randomness the process id still tells processes of one machine apart.
        let _ = getrandom::fill(&mut random);
        u32::from_ne_bytes(random)
    });
    format!("inbox-{}-{:08x}-{restarts}", process::id(), *RANDOM)
}

/// Waits before a worker starts again after its backend failed: 1 s, at most.
pub(crate) async fn pause_before<E>(restarts: usize) -> Result<(), E> {
    if restarts > 0 {
        sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::pending;

    use apalis::prelude::{BackendExt, MemoryStorage, WorkerBuilder};
    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn what_its_predecessors_hold_is_handed_back_too() {
        static STARTED: Notify = Notify::const_new();
        let monitor = Monitor::new().register(|restarts| {
            let backend = MemoryStorage::<u8>::new().before_start(move |_| async move {
                assert_eq!(restarts, 2, "it ends at once");
                STARTED.notify_one();
                Ok(())
            });
            WorkerBuilder::new(worker_name(restarts))
                .backend(backend)
                .build(async |_| {})
        });
        let names = RefCell::new(Vec::new());
        let workers = Workers {
            monitor: monitor.should_restart(|_, _| true),
            drain: Drain::new(),
            hand_back: async |name| {
                names.borrow_mut().push(name);
                Ok(0)
            },
        };
        workers.run(STARTED.notified(), pending()).await.unwrap();
        assert_eq!(names.into_inner(), [2, 1, 0].map(worker_name));
    }
}
