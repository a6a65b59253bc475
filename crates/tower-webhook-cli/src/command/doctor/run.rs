//! Carries the rows out, one after the other: some receivers serve one connection at a time.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::time::{Instant, sleep, sleep_until};

use super::draft::Draft;
use super::effects::Effects;
use super::first::advice;
use super::judge::{Finding, Verdict, judge};
use super::plan::Plan;
use super::probe::{self, FEWER, Repeated};
use super::report::Report;
use super::row::{Probe, Row};
use super::sender::Sender;
use super::target::Target;
use super::wire::{Came, Exchange, exchange};
use crate::outcome::Result;
use crate::scheme::Chosen;

/// How long a receiver that has ended is given to start again.
const RESTART: Duration = Duration::from_secs(5);

pub(super) struct Examination<'a> {
    pub(super) target: Arc<Target>,
    pub(super) sender: &'a Sender,
    pub(super) chosen: &'a Chosen,
    pub(super) effects: Option<Effects<'a>>,
    /// How long an answer may take.
    pub(super) patience: Duration,
}

/// Why an examination ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum End {
    Complete,
    /// The valid request was not accepted.
    NotValid,
    /// The receiver has ended.
    Gone,
    /// The time is up.
    TimeUp,
    /// Ctrl-C.
    Interrupted,
}

impl Examination<'_> {
    /// Carries out the plan, until its time is up, or somebody presses Ctrl-C.
    pub(super) async fn carry_out(&self, plan: &Plan, report: &mut Report) -> Result<End> {
        let up = Instant::now() + plan.time;
        let end = tokio::select! {
            end = self.all(plan, report) => end?,
            () = sleep_until(up) => End::TimeUp,
            interrupt = tokio::signal::ctrl_c() => {
                // Without a handler for it, the examination goes on to the end of its time.
                if interrupt.is_err() {
                    sleep_until(up).await;
                }
                End::Interrupted
            }
        };
        if matches!(end, End::TimeUp | End::Gone) {
            let reason = match end {
                End::Gone => "the receiver has ended",
                _ => "the time is up: --max-time gives more",
            };
            for row in &plan.rows {
                if !report.has(row) {
                    report.add(row, Finding::note(Verdict::Warn, "not checked").remarked(reason))?;
                }
            }
        }
        Ok(end)
    }

    async fn all(&self, plan: &Plan, report: &mut Report) -> Result<End> {
        let mut was_closed = false;
        for (index, row) in plan.rows.iter().enumerate() {
            let finding = match row.probe {
                Probe::Once(make) => {
                    let Some(draft) = make(self.sender) else { continue };
                    let exchange = self.exchange(row, &draft).await;
                    let finding = judge(row, &exchange, draft.must_not_say.as_deref());
                    if index == 0 && finding.verdict != Verdict::Pass {
                        report.add(row, finding.remarked(advice(&exchange.came, self.chosen)))?;
                        return Ok(End::NotValid);
                    }
                    if let Came::NotConnected(_) = exchange.came {
                        // When a row has failed, that is how the receiver ended.
                        if !report.has_failed() {
                            report.add(row, finding)?;
                        }
                        return Ok(End::Gone);
                    }
                    let is_closed = exchange.came == Came::Closed;
                    // A process that ends may still take the next connection, and is not at fault for that one.
                    if is_closed && was_closed && self.has_ended().await {
                        return Ok(End::Gone);
                    }
                    was_closed = is_closed;
                    finding
                }
                Probe::Repeat {
                    times,
                    at_once,
                    effects,
                } => self.repeat(row, (times, at_once), effects).await,
                Probe::Timing { pairs } => probe::timing(pairs, &self.target, self.sender, self.patience).await,
            };
            report.add(row, finding)?;
            if index == 0
                && plan.counts_effects()
                && let Some(effects) = &self.effects
            {
                effects.measure().await;
            }
        }
        Ok(End::Complete)
    }

    /// Sends a request, once more if the receiver is just being started again.
    async fn exchange(&self, row: &Row, draft: &Draft) -> Exchange {
        let patience = row.expect.patience(self.patience);
        let start = Instant::now();
        loop {
            let exchange = exchange(&self.target, "POST", draft, patience).await;
            if !matches!(exchange.came, Came::NotConnected(_)) || start.elapsed() > RESTART {
                return exchange;
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// Whether nobody listens any more, nor starts to.
    async fn has_ended(&self) -> bool {
        let start = Instant::now();
        while self.target.connect().await.is_err() {
            if start.elapsed() > RESTART {
                return true;
            }
            sleep(Duration::from_millis(200)).await;
        }
        false
    }

    /// Sends duplicates; when there were too many at once for the connections of the receiver, fewer ones again.
    async fn repeat(&self, row: &Row, (times, at_once): (u32, bool), counts: bool) -> Finding {
        let first = self.repeat_once(row, (times, at_once), counts).await;
        if !first.is_crowded {
            return first.finding;
        }
        let fewer = self.repeat_once(row, (FEWER, at_once), counts).await;
        probe::with_fewer(first.finding, fewer.finding)
    }

    async fn repeat_once(&self, row: &Row, how: (u32, bool), counts: bool) -> Repeated {
        let draft = self.sender.signed_event().draft();
        match (counts, &self.effects) {
            (false, _) => probe::repeat(row, how, &self.target, &draft, self.patience).await,
            (true, Some(effects)) => {
                let earlier = self.sender.signed_event().draft();
                probe::effects(row, how, &self.target, [&earlier, &draft], effects).await
            }
            (true, None) => {
                let remark = "effects cannot be seen from outside: see --effects";
                Finding::note(Verdict::Info, "not checked").remarked(remark).into()
            }
        }
    }
}
