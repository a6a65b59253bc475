//! `--repeat` and `--duplicate`: many requests, some at a time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use indicatif::ProgressBar;
use tokio::task::JoinSet;

use super::post::{Post, Signed};
use super::report::{Ended, Report};
use crate::outcome::{Failure, Outcome, Result};
use crate::progress;

/// A receiver that has answered nothing is given up after this many failures, or one for each request at a time.
const GIVE_UP: u64 = 10;

#[derive(Clone, Copy)]
pub(super) struct Plan {
    pub(super) requests: u64,
    pub(super) at_a_time: u64,
    /// Whether all have the same headers, or each is signed again.
    pub(super) same: bool,
}

/// Sends them all, or those that can be sent until Ctrl-C or a failure, and prints what was measured in any case.
pub(super) async fn run(post: Arc<Post>, plan: Plan, json: bool) -> Result<Outcome> {
    let same = if plan.same { Some(post.sign().await?) } else { None };
    let load = Arc::new(Load {
        post,
        plan,
        same,
        begun: AtomicU64::new(0),
        report: Mutex::new(Report::new(plan.requests)),
        bar: progress::requests(plan.requests),
    });
    let start = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..plan.at_a_time.min(plan.requests) {
        workers.spawn(Arc::clone(&load).work());
    }
    let ended = tokio::select! {
        ended = join(&mut workers) => ended,
        _ = tokio::signal::ctrl_c() => Ok(Ended::Interrupted),
    };
    workers.abort_all();
    load.bar.finish_and_clear();
    let report = load.report.lock().unwrap_or_else(PoisonError::into_inner);
    let shown = *ended.as_ref().unwrap_or(&Ended::Failed);
    report.print(start.elapsed(), shown, json)?;
    ended?;
    report.outcome()
}

/// Waits for all workers, or for the first that gives up or fails.
async fn join(workers: &mut JoinSet<Result<Ended>>) -> Result<Ended> {
    while let Some(worker) = workers.join_next().await {
        match worker.map_err(|error| Failure::usage(format_args!("a request: {error}")))?? {
            Ended::Completed => {}
            ended => return Ok(ended),
        }
    }
    Ok(Ended::Completed)
}

struct Load {
    post: Arc<Post>,
    plan: Plan,
    same: Option<Signed>,
    begun: AtomicU64,
    report: Mutex<Report>,
    bar: ProgressBar,
}

impl Load {
    /// Sends one request after the other, until all have begun or there is no hope.
    async fn work(self: Arc<Self>) -> Result<Ended> {
        loop {
            let number = self.begun.fetch_add(1, Ordering::Relaxed);
            if number >= self.plan.requests {
                return Ok(Ended::Completed);
            }
            let signed = match &self.same {
                Some(signed) => signed.clone(),
                None => self.post.sign().await?,
            };
            let result = match self.post.send(signed).await {
                Ok(answer) => Ok(answer),
                Err(Failure::Unreachable(error)) => Err(error),
                Err(failure) => return Err(failure),
            };
            self.bar.inc(1);
            let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
            report.add(number, result);
            if report.is_hopeless(GIVE_UP.max(self.plan.at_a_time)) {
                return Ok(Ended::GaveUp);
            }
        }
    }
}
