//! SIGTERM while strangers hold connections: the receiver ends within its grace.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::seconds;
use crate::build::{ALL, Built};
use crate::child::Receiver;
use crate::process::signal;
use crate::reach::{GRACE, SLACK};
use crate::strangers::Stranger;
use crate::table::Finding;

const PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn measure(built: &Built) -> anyhow::Result<Vec<Finding>> {
    let stops = ALL.into_iter().map(|name| stop(built, name));
    futures_util::future::join_all(stops).await.into_iter().collect()
}

async fn stop(built: &Built, name: &'static str) -> anyhow::Result<Finding> {
    let mut receiver = Receiver::start(built, name).await?;
    let mut strangers = JoinSet::new();
    for stranger in Stranger::IDLE.into_iter().chain([Stranger::HeldBody, Stranger::Deaf]) {
        let (to, path) = (receiver.address, receiver.route());
        strangers.spawn(async move { stranger.stay(to, path, PATIENCE * 2).await });
    }
    sleep(Duration::from_secs(1)).await;
    signal(receiver.id(), "TERM")?;
    let ended = receiver.ends_within(PATIENCE).await?;
    let figure = ended.map_or_else(|| format!("not after {}", seconds(PATIENCE)), seconds);
    let reach = GRACE + SLACK;
    let is_within = ended.is_some_and(|after| after <= reach);
    let row = "SIGTERM while strangers hold connections";
    Ok(Finding::new(row, name, figure, seconds(reach), is_within))
}
