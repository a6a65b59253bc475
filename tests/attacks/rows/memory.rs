//! Bodies of which the last byte is held back: the memory that they take, and that goes back to the system afterwards.

use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::mib;
use crate::build::{Built, RECEIVERS};
use crate::child::Receiver;
use crate::form::Form;
use crate::held::Held;
use crate::process;
use crate::reach::{BESIDE, BUDGET, PER_CENT_HELD, STAYS};
use crate::server::Settings;
use crate::table::Finding;

/// What is found at a receiver some time after the attackers left.
pub(super) type Afterwards = JoinHandle<anyhow::Result<Finding>>;

pub(super) async fn measure(form: &Form, built: &Built, left: &mut Vec<Afterwards>) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let many = form.pick(16, 48);
    for (name, connections) in RECEIVERS
        .map(|name| (name, 8))
        .into_iter()
        .chain([("hyper-receiver", many)])
    {
        let receiver = Receiver::start(built, name).await?;
        let idle = receiver.warm_up().await?;
        let (held, streams) = Held::http2(&receiver, connections, None).await?;
        let row = format!("{streams} bodies held back on {connections} connections, HTTP/2");
        findings.push(under_a_budget(row, &receiver, &held, idle).await?);
        held.leave().await;
        left.push(afterwards(form, receiver, idle));
    }
    let connections = form.pick(96, 256);
    for name in RECEIVERS {
        let receiver = Receiver::start(built, name).await?;
        let idle = receiver.warm_up().await?;
        let held = Held::http1(&receiver, connections, None);
        let row = format!("{connections} bodies held back, HTTP/1.1");
        findings.push(under_a_budget(row, &receiver, &held, idle).await?);
        held.leave().await;
        left.push(afterwards(form, receiver, idle));
    }
    let receiver = Settings::without_a_budget().start().await?;
    let idle = receiver.warm_up().await?;
    let held = Held::http1(&receiver, connections, None);
    findings.push(without_a_budget(connections, &receiver, &held, idle).await?);
    held.leave().await;
    left.push(afterwards(form, receiver, idle));
    Ok(findings)
}

/// Leaves a receiver alone for the time of the form, and reads its memory.
pub(super) fn afterwards(form: &Form, receiver: Receiver, idle: u64) -> Afterwards {
    let after = form.after();
    tokio::spawn(async move {
        sleep(after).await;
        let now = process::memory(receiver.id())?;
        let row = format!("{} s after the attackers left", after.as_secs());
        let reach = 2 * idle + STAYS;
        let figure = format!("{}, idle {}", mib(now), mib(idle));
        Ok(Finding::new(row, receiver.name, figure, mib(reach), now <= reach))
    })
}

async fn under_a_budget(row: String, receiver: &Receiver, held: &Held, idle: u64) -> anyhow::Result<Finding> {
    let sent = held.settle(receiver).await?;
    let grown = process::peak(receiver.id())?.saturating_sub(idle);
    let figure = format!("+{} of {} sent, {} answered", mib(grown), mib(sent), held.answered());
    let reach = format!("+{}", mib(BUDGET + BESIDE));
    Ok(Finding::new(
        row,
        receiver.name,
        figure,
        reach,
        grown <= BUDGET + BESIDE,
    ))
}

async fn without_a_budget(connections: usize, receiver: &Receiver, held: &Held, idle: u64) -> anyhow::Result<Finding> {
    let sent = held.settle(receiver).await?;
    let grown = process::peak(receiver.id())?.saturating_sub(idle);
    let per_cent = grown * 100 / sent.max(1);
    let row = format!("{connections} bodies held back, HTTP/1.1, no budget");
    let figure = format!("+{} of {} sent, {per_cent} %", mib(grown), mib(sent));
    let reach = format!("{PER_CENT_HELD} %");
    // Less than one half would mean that the bodies were not held.
    let is_within = (50..=PER_CENT_HELD).contains(&per_cent);
    Ok(Finding::new(row, receiver.name, figure, reach, is_within))
}
