//! The workers: how they run, and how they stop.

use std::process;
use std::sync::LazyLock;
use std::time::Duration;

use apalis::prelude::Monitor;
use futures_util::FutureExt;
use tokio::time::{sleep, timeout};
use tower_webhook_inbox::Drain;

use crate::receiver::complain;

/// How often an idle worker looks for tasks.
pub(crate) const POLL: Duration = Duration::from_millis(200);
/// How long a worker may send no heartbeat, because its backend is silent, before it is started again.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// How many deliveries are worked on at a time.
pub(crate) const CONCURRENCY: usize = 16;
/// How long the workers may take to close their backend after the 8 s of grace. With [`HAND_BACK`], that makes the ten
/// seconds after which `docker stop` kills.
const CUT_OFF: Duration = Duration::from_secs(1);
/// How long it may take to hand back the tasks that the workers then still hold.
const HAND_BACK: Duration = Duration::from_secs(1);
/// For how many predecessors of a restarted worker tasks are handed back too. A successor starts a second after its
/// predecessor, and after 12 s other workers have taken over the tasks of the older ones.
const PREDECESSORS: usize = 12;

pub(crate) struct Workers<H> {
    pub(crate) monitor: Monitor,
    pub(crate) drain: Drain,
    /// Hands back the tasks of the worker with this name.
    pub(crate) hand_back: H,
}

impl<H: AsyncFn(String) -> anyhow::Result<u64>> Workers<H> {
    /// Works until `stopped`, then until the tasks at hand have ended or `grace_over`. Hands back the remaining tasks.
    pub(crate) async fn run(
        self,
        stopped: impl Future<Output = ()> + Send,
        grace_over: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let grace_over = grace_over.shared();
        let cut_off = grace_over.clone().then(|()| sleep(CUT_OFF));
        let drained = async {
            stopped.await;
            // Not stopped before the tasks have ended, because a stopped worker sends no heartbeat.
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
            // Otherwise another process takes them over after the missed heartbeats.
            match timeout(HAND_BACK, hand_back).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => complain(format_args!("unfinished deliveries are not handed back: {error:#}")),
                Err(_) => complain("unfinished deliveries are not handed back in time"),
            }
        }
        Ok(())
    }
}

/// The name of this process's worker after this many restarts. Each restart needs a new name, because the backend
/// refuses a worker whose name belongs to one that it believes alive.
pub(crate) fn worker_name(restarts: usize) -> String {
    static RANDOM: LazyLock<u32> = LazyLock::new(|| {
        let mut random = [0; 4];
        // Without randomness, the process id still distinguishes processes of one machine.
        let _ = getrandom::fill(&mut random);
        u32::from_ne_bytes(random)
    });
    format!("inbox-{}-{:08x}-{restarts}", process::id(), *RANDOM)
}

/// Waits 1 s before a worker that failed starts again.
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
    async fn the_tasks_of_predecessors_are_handed_back_too() {
        static STARTED: Notify = Notify::const_new();
        let monitor = Monitor::new().register(|restarts| {
            let backend = MemoryStorage::<u8>::new().before_start(move |_| async move {
                assert_eq!(restarts, 2, "this one ends at once");
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
