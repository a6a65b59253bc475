//! One peer that holds the whole budget: how genuine requests fare meanwhile, and afterwards.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::seconds;
use crate::build::{Built, RECEIVERS};
use crate::child::Receiver;
use crate::form::Form;
use crate::held::Held;
use crate::post::{event, post};
use crate::reach::{AT_ONCE, READ, SLACK};
use crate::table::Finding;

const PATIENCE: Duration = Duration::from_secs(10);
const SIZES: [(&str, usize); 3] = [("2 KiB", 2 << 10), ("100 KiB", 100 << 10), ("1 MiB", 1 << 20)];

/// The peer's connections of HTTP/2. With 16 streams each, they hold twice the budget.
const CONNECTIONS: usize = 4;

pub(super) async fn measure(form: &Form, built: &Built) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for name in RECEIVERS.into_iter().take(form.pick(1, 3)) {
        let receiver = Receiver::start(built, name).await?;
        receiver.warm_up().await?;
        // It tries again whenever it is refused, so that it gets what others give back.
        let (held, _) = Held::http2(&receiver, CONNECTIONS, Some(1000)).await?;
        held.settle(&receiver).await?;
        let genuine = Genuine::post(&receiver).await;
        let row = "genuine requests while one peer holds the budget";
        findings.push(Finding::new(
            row,
            name,
            genuine.figure,
            "all answered",
            genuine.is_answered,
        ));

        held.leave().await;
        let after = served_again(receiver.address, receiver.route(), AT_ONCE * 5).await;
        let genuine = Genuine::post(&receiver).await;
        findings.push(Finding::new(
            "genuine requests after it left",
            name,
            format!("after {}, {}", seconds(after), genuine.figure),
            seconds(AT_ONCE),
            after <= AT_ONCE && genuine.is_served,
        ));
    }
    if !form.small {
        findings.push(locked_out(built).await?);
    }
    Ok(findings)
}

/// How genuine requests of each size fared.
struct Genuine {
    figure: String,
    /// All had an answer, be it a 503.
    is_answered: bool,
    /// All had a 200.
    is_served: bool,
}

impl Genuine {
    /// Posts them, one after another.
    async fn post(receiver: &Receiver) -> Self {
        const EACH: usize = 20;
        let (mut figures, mut is_answered, mut is_served) = (Vec::new(), true, true);
        for (size, bytes) in SIZES {
            let (body, mut served, mut refused) = (event(bytes), Vec::new(), 0);
            for _ in 0..EACH {
                match post(receiver.address, receiver.route(), &body, PATIENCE).await {
                    Ok(answer) if answer.status == 200 => served.push(answer.after),
                    Ok(answer) if answer.status == 503 => refused += 1,
                    _ => is_answered = false,
                }
            }
            served.sort();
            is_served &= served.len() == EACH;
            let median = served
                .get(served.len() / 2)
                .map_or(String::new(), |after| format!(" in {after:.1?}"));
            let refused = if refused == 0 {
                String::new()
            } else {
                format!(" and {refused} x 503")
            };
            figures.push(format!("{size} {}/{EACH}{median}{refused}", served.len()));
        }
        Self {
            figure: figures.join(", "),
            is_answered,
            is_served,
        }
    }
}

/// How long it takes until a large genuine request is served.
async fn served_again(to: SocketAddr, path: &str, patience: Duration) -> Duration {
    let (start, body) = (Instant::now(), event(1 << 20));
    while start.elapsed() < patience {
        match post(to, path, &body, PATIENCE).await {
            Ok(answer) if answer.status == 200 => break,
            _ => sleep(Duration::from_millis(20)).await,
        }
    }
    start.elapsed()
}

/// How long a peer that holds the budget once keeps others out.
async fn locked_out(built: &Built) -> anyhow::Result<Finding> {
    let receiver = Receiver::start(built, "hyper-receiver").await?;
    receiver.warm_up().await?;
    let start = Instant::now();
    let (held, _) = Held::http2(&receiver, CONNECTIONS, Some(1)).await?;
    held.settle(&receiver).await?;
    served_again(receiver.address, receiver.route(), READ * 2).await;
    let after = start.elapsed();
    held.leave().await;
    let row = "genuine requests kept out by one peer that holds the budget once";
    let reach = READ + SLACK;
    Ok(Finding::new(
        row,
        receiver.name,
        seconds(after),
        seconds(reach),
        after <= reach,
    ))
}
