//! Requests that are refused before their body has arrived: each common client must see the status.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use tokio::process::Command;
use tokio::time::timeout;

use crate::build::{Built, RECEIVERS};
use crate::child::Receiver;
use crate::form::Form;
use crate::post::FORGED;
use crate::reach::MIB;
use crate::table::Finding;

/// The sizes of the bodies, in MiB. All are larger than a receiver takes.
const SIZES: [u64; 3] = [3, 8, 24];

const PATIENCE: Duration = Duration::from_mins(2);

/// The commands, which print the status that each of their tries saw.
const CLIENTS: [(&str, &[&str]); 3] = [
    ("curl", &["sh", "curl.sh"]),
    ("Node.js", &["node", "node.mjs"]),
    ("urllib", &["python3", "urllib.py"]),
];

pub(super) async fn measure(form: &Form, built: &Built) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let tries = form.pick(3, 20);
    for name in RECEIVERS {
        let receiver = Receiver::start(built, name).await?;
        for client in CLIENTS {
            findings.push(posts(&receiver, client, tries).await?);
        }
    }
    Ok(findings)
}

/// Posts bodies of each size without a signature, which gets 403, and with a forged one, which gets 413.
async fn posts(receiver: &Receiver, (client, command): (&str, &[&str]), tries: usize) -> anyhow::Result<Finding> {
    let url = format!("http://{}{}", receiver.address, receiver.route());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("attacks/clients");
    let (mut seen, mut unseen) = (0, Vec::new());
    for size in SIZES {
        for (signature, expected) in [("", "403"), (FORGED, "413")] {
            let mut process = Command::new(command[0]);
            process.args(&command[1..]).current_dir(&folder).kill_on_drop(true);
            process.args([&url, &(size * MIB).to_string(), &tries.to_string(), signature]);
            let output = timeout(PATIENCE, process.output()).await?.context(client.to_owned())?;
            let text = String::from_utf8_lossy(&output.stdout);
            let statuses: Vec<_> = text.lines().collect();
            anyhow::ensure!(
                statuses.len() == tries,
                "{client} printed {statuses:?}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            seen += statuses.iter().filter(|status| **status == expected).count();
            unseen.extend(
                statuses
                    .iter()
                    .filter(|status| **status != expected)
                    .map(|it| (*it).to_owned()),
            );
        }
    }
    unseen.sort();
    unseen.dedup();
    let all = tries * SIZES.len() * 2;
    let instead = if unseen.is_empty() {
        String::new()
    } else {
        format!(", others {}", unseen.join(", "))
    };
    Ok(Finding::new(
        format!("early refusals seen by {client}"),
        receiver.name,
        format!("{seen} of {all}{instead}"),
        "all",
        seen == all,
    ))
}
