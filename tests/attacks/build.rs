//! The receivers, built as their reader builds them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;

/// The receivers of Knowrithm's webhooks, one for each framework.
pub(crate) const RECEIVERS: [&str; 3] = ["axum-receiver", "warp-receiver", "hyper-receiver"];

/// All that serve strangers.
pub(crate) const ALL: [&str; 6] = [
    "axum-receiver",
    "warp-receiver",
    "hyper-receiver",
    "inbox",
    "providers",
    "tenants",
];

pub(crate) const SECRET: &str = "whk_the_secret_of_the_attacked";

/// The binaries of the receivers by name.
#[derive(Debug)]
pub(crate) struct Built(BTreeMap<&'static str, PathBuf>);

impl Built {
    /// Builds each of these packages alone. In one build with others it would have their features, too.
    pub(crate) fn new(packages: &[&'static str], release: bool) -> anyhow::Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
        let mut built = BTreeMap::new();
        for &package in packages {
            let cargo = escargot::CargoBuild::new();
            let cargo = cargo.manifest_path(&manifest).package(package).bin(package);
            let cargo = if release { cargo.release() } else { cargo };
            let binary = cargo.run().with_context(|| format!("building {package}"))?;
            built.insert(package, binary.path().to_owned());
        }
        Ok(Self(built))
    }

    /// A command that starts a receiver on free ports, with its data in this folder.
    pub(crate) fn command(&self, receiver: &str, folder: &Path) -> Command {
        let mut command = Command::new(self.path(receiver));
        prepare(&mut command, receiver, folder);
        command
    }

    /// The same, with a limit on the files that it may have open.
    pub(crate) fn command_with_files(&self, receiver: &str, folder: &Path, files: usize) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", &format!(r#"ulimit -n {files} && exec "$0""#)]);
        command.arg(self.path(receiver));
        prepare(&mut command, receiver, folder);
        command
    }

    fn path(&self, receiver: &str) -> &Path {
        self.0.get(receiver).expect("what a row attacks is built")
    }
}

/// Sets the environment of a receiver: that of this process, without its secrets and settings.
fn prepare(command: &mut Command, receiver: &str, folder: &Path) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.contains("_WEBHOOK_SECRET") || text == "RUST_LOG" {
            command.env_remove(name);
        }
    }
    command
        .env("PORT", "0")
        .env("BOARD", "127.0.0.1:0")
        .env("KNOWRITHM_WEBHOOK_SECRET", SECRET)
        .env("DATABASE_URL", format!("sqlite://{}/{receiver}.db", folder.display()))
        .current_dir(folder)
        .stdin(Stdio::null());
}

/// The path of the route that verifies Knowrithm's webhooks.
pub(crate) fn route(receiver: &str) -> &'static str {
    match receiver {
        "providers" => "/knowrithm",
        "tenants" => "/webhooks/demo",
        _ => "/webhooks/knowrithm",
    }
}
