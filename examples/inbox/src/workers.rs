//! The workers, from their start to what they leave behind.

use std::time::Duration;

use apalis::prelude::Monitor;
use futures_util::FutureExt;
use tokio::time::{sleep, timeout};
use tower_webhook_inbox::Drain;

use crate::work::worker_name;

/// How long workers may take to say goodbye to the backend when their time is over. With [`HAND_BACK`] and the 8 s of grace
/// that is the ten seconds after which `docker stop` kills.
const CUT_OFF: Duration = Duration::from_secs(1);
/// How long it may take to hand back what they then still hold.
const HAND_BACK: Duration = Duration::from_secs(1);

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
            // Another process takes over what is not handed back, when it misses this one.
            match timeout(HAND_BACK, (self.hand_back)(worker_name(worker.restarts()))).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => eprintln!("what was at hand is not handed back: {error:#}"),
                Err(_) => eprintln!("what was at hand is not handed back in time"),
            }
        }
        Ok(())
    }
}
