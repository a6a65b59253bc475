//! Whole workers, on a backend without tasks.

use std::convert::Infallible;

use apalis_core::backend::finalize::Ephemeral;
use apalis_core::task::Task;
use tokio::time::{Interval, interval_at, timeout};

use super::*;

const PATIENCE: Duration = Duration::from_secs(20);

/// A backend without tasks, which is ready or silent, and may send heartbeats.
struct Idle {
    ready: Poll<Result<(), Infallible>>,
    heartbeats: Option<Interval>,
}

impl Backend for Idle {
    type Task = Task<u8>;
    type Error = Infallible;

    fn poll_ready(&mut self, cx: &mut Context<'_>, worker: &WorkerContext) -> Poll<Result<(), Infallible>> {
        if let Some(heartbeats) = &mut self.heartbeats {
            while heartbeats.poll_tick(cx).is_ready() {
                worker.heartbeat(cx);
            }
        }
        self.ready
    }

    fn poll_next(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Option<Result<Self::Task, Infallible>>> {
        Poll::Pending
    }

    fn poll_close(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
}

impl BackendConfig for Idle {
    type Args = u8;
    type Id = ();
    type Kind = Ephemeral;
    type Config = ();
    type Layer = Identity;

    fn config(&self) -> &() {
        &()
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> Identity {
        Identity::new()
    }
}

/// How long a worker runs on this backend, and why it ends; none, if it has not ended after five times its patience.
async fn run(backend: Idle) -> Option<(Duration, String)> {
    let worker = watched("inbox-1", backend, PATIENCE).build(async |_: u8| {});
    let start = Instant::now();
    let ended = timeout(5 * PATIENCE, worker.run()).await.ok()?;
    Some((start.elapsed(), ended.unwrap_err().to_string()))
}

#[tokio::test(start_paused = true)]
async fn a_worker_without_heartbeats_ends_whether_it_waits_or_fetches() {
    for ready in [Poll::Pending, Poll::Ready(Ok(()))] {
        let heartbeats = None;
        let (took, reason) = run(Idle { ready, heartbeats }).await.expect("it ends");
        assert!(
            (PATIENCE..PATIENCE + Duration::from_secs(1)).contains(&took),
            "{took:?}"
        );
        assert!(reason.contains("the backend did not answer for 20s"), "{reason}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_with_heartbeats_goes_on() {
    for ready in [Poll::Pending, Poll::Ready(Ok(()))] {
        // Each is sent when the patience is just over.
        let heartbeats = Some(interval_at(Instant::now() + PATIENCE, PATIENCE));
        assert_eq!(run(Idle { ready, heartbeats }).await, None);
    }
}
