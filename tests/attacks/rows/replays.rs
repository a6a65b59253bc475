//! One recorded delivery of the largest size, sent again and again to the inbox, many at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;

use super::memory::{Afterwards, afterwards};
use super::mib;
use crate::build::Built;
use crate::child::Receiver;
use crate::form::Form;
use crate::post::{event, head, post_with, signature};
use crate::process;
use crate::reach::{BESIDE, BODY, BUDGET, PER_CENT_STORED};
use crate::server::Settings;
use crate::table::Finding;

/// How long the answer to a replay may take. The inbox gives its backend 5 s.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) async fn measure(form: &Form, built: &Built, left: &mut Vec<Afterwards>) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let at_a_time = form.pick(64, 256);
    let under_a_budget = Receiver::start(built, "inbox").await?;
    let idle = under_a_budget.warm_up().await?;
    let (grown, outcome) = replay(&under_a_budget, at_a_time, form.pick(2, 5), idle).await?;
    left.push(afterwards(form, under_a_budget, idle));
    // What is stored is held once as it arrived, and in the form of the backend.
    let reach = BUDGET * PER_CENT_STORED / 100 + BESIDE;
    let row = format!("{at_a_time} replays at a time");
    findings.push(Finding::new(
        &row,
        "inbox",
        format!("+{}, {outcome}", mib(grown)),
        format!("+{}", mib(reach)),
        grown <= reach,
    ));

    let unlimited = Settings::inbox_without_a_budget().start().await?;
    let idle = unlimited.warm_up().await?;
    let (grown, outcome) = replay(&unlimited, at_a_time, 1, idle).await?;
    let sent = (at_a_time * BODY) as u64;
    let per_cent = grown * 100 / sent;
    findings.push(Finding::new(
        format!("{row}, no budget"),
        unlimited.name,
        format!("+{} of {} sent, {per_cent} %, {outcome}", mib(grown), mib(sent)),
        format!("{PER_CENT_STORED} %"),
        per_cent <= PER_CENT_STORED,
    ));
    Ok(findings)
}

/// Delivers once, then sends that delivery again so many times, and returns the growth of the memory.
async fn replay(receiver: &Receiver, at_a_time: usize, rounds: usize, idle: u64) -> anyhow::Result<(u64, String)> {
    let body: Arc<[u8]> = event(BODY).into();
    let head: Arc<str> = head(receiver.route(), &signature(&body)?, body.len()).into();
    let first = post_with(receiver.address, &head, &body, PATIENCE).await?;
    anyhow::ensure!(first.status == 200, "the delivery is answered with {}", first.status);
    process::forget_peak(receiver.id())?;

    let [stored, refused, failed] = [0; 3].map(|_| Arc::new(AtomicUsize::new(0)));
    let mut replayers = JoinSet::new();
    for _ in 0..at_a_time {
        let (body, head, to) = (body.clone(), head.clone(), receiver.address);
        let (stored, refused, failed) = (stored.clone(), refused.clone(), failed.clone());
        replayers.spawn(async move {
            for _ in 0..rounds {
                let count = match post_with(to, &head, &body, PATIENCE).await {
                    Ok(answer) if answer.status == 200 => &stored,
                    Ok(answer) if answer.status == 503 => &refused,
                    _ => &failed,
                };
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    replayers.join_all().await;
    let grown = process::peak(receiver.id())?.saturating_sub(idle);
    let [stored, refused, failed] = [stored, refused, failed].map(|count| count.load(Ordering::Relaxed));
    Ok((
        grown,
        format!("{stored} answered with 200, {refused} with 503, {failed} not"),
    ))
}
