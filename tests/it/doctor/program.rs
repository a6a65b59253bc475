//! Builds and runs the doctor and its patients.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use serde_json::Value;

use crate::receivers::child::Receiver;
use crate::support::SECRET;

static DOCTOR: LazyLock<PathBuf> = LazyLock::new(|| {
    let build = build().package("tower-webhook-cli").bin("tower-webhook");
    build.run().unwrap().path().to_owned()
});

static FLAWED: LazyLock<PathBuf> = LazyLock::new(|| {
    let build = build().package("tower-webhook-tests").example("flawed");
    build.run().unwrap().path().to_owned()
});

fn build() -> escargot::CargoBuild {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    escargot::CargoBuild::new().manifest_path(workspace)
}

/// What the doctor says, in JSON.
pub(super) struct Diagnosis {
    pub(super) code: Option<i32>,
    pub(super) document: Value,
}

impl Diagnosis {
    /// The names of the rows with this verdict.
    pub(super) fn rows(&self, verdict: &str) -> BTreeSet<&str> {
        let rows = self.document["rows"].as_array().unwrap().iter();
        let rows = rows.filter(|row| row["result"] == verdict);
        rows.map(|row| row["name"].as_str().unwrap()).collect()
    }
}

/// A command that runs the doctor with these arguments, and the secret of the tests.
pub(super) fn doctor(arguments: &[&str]) -> Command {
    let mut command = Command::new(&*DOCTOR);
    command
        .env("KNOWRITHM_WEBHOOK_SECRET", SECRET)
        .arg("doctor")
        .args(arguments);
    command.stdin(Stdio::null());
    command
}

/// Has a receiver examined.
pub(super) fn examine(address: SocketAddr, path: &str, arguments: &[&str]) -> Diagnosis {
    let url = format!("http://{address}{path}");
    let output = doctor(&[&["--json", "--url", &url], arguments].concat())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let document = serde_json::from_slice(&output.stdout);
    Diagnosis {
        code: output.status.code(),
        document: document.unwrap_or_else(|error| panic!("{error}: {stderr}")),
    }
}

/// Starts the receiver with this flaw.
pub(super) fn flawed(name: &str) -> Receiver {
    Receiver::start(flawed_command(name))
}

pub(super) fn flawed_command(argument: &str) -> Command {
    let mut command = Command::new(&*FLAWED);
    command
        .arg(argument)
        .env("KNOWRITHM_WEBHOOK_SECRET", SECRET)
        .stderr(Stdio::null());
    command
}
