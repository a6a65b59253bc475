//! Clients that pipeline requests and never read the answers: the server closes them.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::seconds;
use crate::build::{Built, RECEIVERS};
use crate::child::Receiver;
use crate::form::Form;
use crate::process::{sockets, unacknowledged};
use crate::reach::{SLACK, WRITE};
use crate::server::Settings;
use crate::strangers::deaf;
use crate::table::Finding;

const CLIENTS: usize = 20;

/// The deadline of the program's own server.
const SHORT: Duration = Duration::from_secs(3);

/// The longest that the server may need to fill the buffers of the system with answers, after which nothing moves.
const FILLING: Duration = Duration::from_secs(30);

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
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (to, path) = (receiver.address, receiver.route());
        clients.spawn(async move { deaf(to, path).await });
    }
    sleep(Duration::from_millis(200)).await;
    let mut stalls = Stalls::default();
    let start = Instant::now();
    // A client that is cut off may not notice, so the sockets of the server are counted.
    let mut open = sockets(receiver.id())?.saturating_sub(before);
    while open > 0 && start.elapsed() < deadline + FILLING {
        stalls.note(&unacknowledged(receiver.address.port())?);
        sleep(Duration::from_millis(100)).await;
        open = sockets(receiver.id())?.saturating_sub(before);
    }
    stalls.note(&HashMap::new());
    let reach = deadline + SLACK;
    let figure = format!("{} of {CLIENTS} closed", CLIENTS.saturating_sub(open));
    Ok(Finding::new(
        format!("pipelining, never reading, deadline {}", seconds(deadline)),
        receiver.name,
        format!("{figure}, {} after the last byte of an answer", seconds(stalls.longest)),
        seconds(reach),
        open == 0 && stalls.seen >= CLIENTS && stalls.longest <= reach,
    ))
}

/// How long connections stayed open after the system took the last byte of an answer.
///
/// The server cannot know earlier that a client does not read. Until then it works off the requests that have arrived,
/// which takes as long as the machine needs.
#[derive(Debug, Default)]
struct Stalls {
    /// By the port of the client, the bytes that wait for it and since when there are as many.
    open: HashMap<u16, (u64, Instant)>,
    seen: usize,
    longest: Duration,
}

impl Stalls {
    /// Takes what waits for each client now. Who is not among them was cut off.
    fn note(&mut self, waiting: &HashMap<u16, u64>) {
        let now = Instant::now();
        self.open.retain(|client, (_, since)| {
            let is_open = waiting.contains_key(client);
            if !is_open {
                self.longest = self.longest.max(now - *since);
            }
            is_open
        });
        for (&client, &bytes) in waiting {
            let (last, since) = self.open.entry(client).or_insert_with(|| {
                self.seen += 1;
                (bytes, now)
            });
            if *last != bytes {
                (*last, *since) = (bytes, now);
            }
        }
    }
}
