//! Connections without a request in progress: the server closes them.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::task::JoinSet;

use super::seconds;
use crate::build::{ALL, Built};
use crate::child::Receiver;
use crate::reach::{HEAD, SLACK};
use crate::strangers::Stranger;
use crate::table::Finding;

/// The connections of each kind to each receiver.
const EACH: usize = 10;

pub(super) async fn measure(built: &Built) -> anyhow::Result<Vec<Finding>> {
    let mut receivers = Vec::new();
    for name in ALL {
        receivers.push(Receiver::start(built, name).await?);
    }
    let mut strangers = JoinSet::new();
    for (index, receiver) in receivers.iter().enumerate() {
        for (kind, stranger) in Stranger::IDLE.into_iter().enumerate() {
            for _ in 0..EACH {
                let (to, path) = (receiver.address, receiver.route());
                strangers.spawn(async move { (index, kind, stranger.stay(to, path, HEAD * 2).await) });
            }
        }
    }
    let stays = strangers.join_all().await;
    let findings = Stranger::IDLE.into_iter().enumerate().map(|(kind, stranger)| {
        let of_this = stays.iter().filter(|stay| stay.1 == kind);
        let open: BTreeSet<_> = of_this
            .clone()
            .filter(|stay| stay.2.is_none())
            .map(|stay| ALL[stay.0])
            .collect();
        let closed: Vec<Duration> = of_this.filter_map(|stay| stay.2).collect();
        let longest = closed.iter().max().copied().unwrap_or_default();
        let figure = format!(
            "{} of {} closed, after at most {}",
            closed.len(),
            ALL.len() * EACH,
            seconds(longest)
        );
        let figure = open
            .into_iter()
            .fold(figure, |figure, name| figure + ", not by " + name);
        let reach = HEAD + SLACK;
        let is_within = closed.len() == ALL.len() * EACH && longest <= reach;
        Finding::new(
            stranger.name(),
            format!("all {}", ALL.len()),
            figure,
            seconds(reach),
            is_within,
        )
    });
    Ok(findings.collect())
}
