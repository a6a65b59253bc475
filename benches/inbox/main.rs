//! Measures the inbox with its worker running, beside the plain speed of its database and other queues on the same
//! server.
//!
//! ```sh
//! cargo run --release -p tower-webhook-benches --example throughput -- sqlite postgres redis nats
//! ```
//!
//! measures each backend that is named, five times, and prints medians. README.md in this folder says what is measured.

mod baselines;
mod child;
mod load;
mod memory;
mod peers;
mod receiver;
mod rows;
mod servers;
mod table;

use std::env;

use anyhow::{Context, bail};

use crate::rows::Backend;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["receiver", url, work, expected] = arguments[..] {
        let expected = expected.parse().context("a number of deliveries")?;
        return receiver::run(url, work, expected).await;
    }
    let (mut runs, mut backends, mut with_peers, mut with_memory) = (5, Vec::new(), true, true);
    for argument in arguments {
        match argument {
            "--no-peers" => with_peers = false,
            "--no-memory" => with_memory = false,
            argument => match (argument.strip_prefix("--runs="), Backend::named(argument)) {
                (Some(number), _) => runs = number.parse().context("--runs=<number>")?,
                (None, Some(backend)) => backends.push(backend),
                (None, None) => bail!("{argument}? [--runs=5] [--no-peers] [--no-memory] sqlite postgres redis nats"),
            },
        }
    }
    for backend in backends {
        let rows = rows::measure(backend, runs, with_peers).await?;
        table::print(&rows);
        if with_memory {
            table::print(&memory::measure(backend).await?);
        }
    }
    Ok(())
}
