//! More connections than a process may have files: genuine requests are served all the same, and the log says so once.

use std::time::Duration;

use anyhow::Context;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::seconds;
use crate::build::{ALL, Built, RECEIVERS};
use crate::child::Receiver;
use crate::form::Form;
use crate::post::{event, post};
use crate::reach::{CROWD, FILES, HEAD, SLACK};
use crate::table::Finding;

/// How long the system may take for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// The genuine requests, one after another.
const GENUINE: usize = 10;

pub(super) async fn measure(form: &Form, built: &Built) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let receivers: &[&str] = if form.small { &RECEIVERS } else { &ALL };
    // So many crowds at a time as the files of this process suffice for.
    for several in receivers.chunks(3) {
        let crowds = several.iter().map(|name| besiege(built, name));
        for finding in futures_util::future::join_all(crowds).await {
            findings.push(finding?);
        }
    }
    Ok(findings)
}

async fn besiege(built: &Built, name: &str) -> anyhow::Result<Finding> {
    let name = ALL.into_iter().find(|known| *known == name).expect("it is one of them");
    let receiver = Receiver::start_with_files(built, name, FILES).await?;
    let mut crowd = Vec::with_capacity(CROWD);
    for index in 0..CROWD {
        let connect = timeout(PATIENCE, TcpStream::connect(receiver.address));
        let mut stream = connect.await.with_context(|| format!("connection {index}"))??;
        if index % 2 == 0 {
            stream.write_all(b"POST ").await?;
        }
        crowd.push(stream);
    }

    // Those of the crowd that wait for a place come first, and have a deadline each.
    let patience = HEAD * 2 + SLACK * 5;
    let (mut served, mut slowest) = (0, Duration::ZERO);
    for _ in 0..GENUINE {
        let Ok(answer) = post(receiver.address, receiver.route(), &event(2048), patience).await else {
            break;
        };
        slowest = slowest.max(answer.after);
        served += 1;
    }
    drop(crowd);
    let lines: Vec<_> = receiver
        .lines()
        .into_iter()
        .filter(|line| is_about_connections(line))
        .collect();
    let figure = format!(
        "{served} of {GENUINE} answered, the slowest after {}; lines: {}",
        seconds(slowest),
        lines.len()
    );
    Ok(Finding::new(
        format!("{CROWD} connections, {FILES} files"),
        name,
        figure,
        "all; lines: 1",
        served == GENUINE && lines.len() == 1,
    ))
}

/// Whether a line of the log is about the outage, as opposed to the start and to requests.
fn is_about_connections(line: &str) -> bool {
    line.contains("connection") && !line.contains("Listening")
}
