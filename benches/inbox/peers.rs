//! Other queues on the same server, driven by Node.js.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;
use tokio::process::Command;

use crate::baselines::output;

/// What a second a queue did.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Peer {
    /// Added, while they were worked off.
    pub(crate) added: f64,
    /// Worked off, from the first that was added to the last.
    pub(crate) both: f64,
    /// Worked off, of those that waited.
    pub(crate) waiting: f64,
}

/// Installs them, from the versions in `peers/package.json`, into the folder for what is built.
pub(crate) async fn install() -> anyhow::Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("../target/peers");
    std::fs::create_dir_all(&folder)?;
    for name in ["package.json", "graphile.js", "bullmq.js"] {
        std::fs::copy(root.join("inbox/peers").join(name), folder.join(name))?;
    }
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--silent"])
        .current_dir(&folder);
    output(&mut npm).await.context("the other queues need npm")?;
    Ok(folder)
}

/// graphile-worker as it is installed.
pub(crate) async fn graphile(folder: &Path, url: &str, jobs: usize) -> anyhow::Result<Peer> {
    measure(folder, &["graphile.js", url, "plain", &jobs.to_string()]).await
}

/// graphile-worker with its local queue and batched completion.
pub(crate) async fn graphile_batched(folder: &Path, url: &str, jobs: usize) -> anyhow::Result<Peer> {
    measure(folder, &["graphile.js", url, "batched", &jobs.to_string()]).await
}

pub(crate) async fn bullmq(folder: &Path, url: &str, jobs: usize) -> anyhow::Result<Peer> {
    measure(folder, &["bullmq.js", url, &jobs.to_string()]).await
}

async fn measure(folder: &Path, arguments: &[&str]) -> anyhow::Result<Peer> {
    let printed = output(Command::new("node").args(arguments).current_dir(folder)).await?;
    let last = printed.lines().last().context("it prints nothing")?;
    Ok(serde_json::from_str(last)?)
}
