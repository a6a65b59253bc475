//! Clients that pipeline requests and never read the answers: the server closes them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::seconds;
use crate::build::{Built, RECEIVERS};
use crate::child::Receiver;
use crate::form::Form;
use crate::process::sockets;
use crate::reach::{SLACK, WRITE};
use crate::server::Settings;
use crate::strangers::{Progress, deaf};
use crate::table::Finding;

const CLIENTS: usize = 20;

/// The deadline of the program's own server.
const SHORT: Duration = Duration::from_secs(3);

/// The longest that the clients may need to fill the buffers of the system, after which nothing moves.
const FILLING: Duration = Duration::from_secs(15);

pub(super) async fn measure(form: &Form, built: &Built) -> anyhow::Result<Vec<Finding>> {
    let own = Settings::with_write_timeout(SHORT).start().await?;
    let mut finding = never_read(&own, SHORT).await?;
    // A busy machine adds to so short a time, and nothing takes away from it.
    for _ in 0..2 {
        if !finding.is_within {
            finding = never_read(&own, SHORT).await?;
        }
    }
    let mut findings = vec![finding];
    if !form.small {
        let mut receivers = Vec::new();
        for name in RECEIVERS {
            receivers.push(Receiver::start(built, name).await?);
        }
        let measured = receivers.iter().map(|receiver| never_read(receiver, WRITE));
        for finding in futures_util::future::join_all(measured).await {
            findings.push(finding?);
        }
    }
    Ok(findings)
}

async fn never_read(receiver: &Receiver, deadline: Duration) -> anyhow::Result<Finding> {
    let before = sockets(receiver.id())?;
    let progress = Arc::new(Progress::default());
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (to, path, progress) = (receiver.address, receiver.route(), Arc::clone(&progress));
        clients.spawn(async move { deaf(to, path, &progress).await });
    }
    sleep(Duration::from_millis(200)).await;
    let start = Instant::now();
    // A client that is cut off may not notice, so the sockets of the server are counted.
    let mut open = sockets(receiver.id())?.saturating_sub(before);
    while open > 0 && start.elapsed() < deadline + FILLING {
        sleep(Duration::from_millis(100)).await;
        open = sockets(receiver.id())?.saturating_sub(before);
    }
    let (after, reach) = (progress.since(), deadline + SLACK);
    let figure = format!("{} of {CLIENTS} closed", CLIENTS.saturating_sub(open));
    Ok(Finding::new(
        format!("pipelining, never reading, deadline {}", seconds(deadline)),
        receiver.name,
        format!("{figure}, {} after the last byte went", seconds(after)),
        seconds(reach),
        open == 0 && after <= reach,
    ))
}
