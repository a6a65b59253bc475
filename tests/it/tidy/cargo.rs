//! What cargo says of the workspace; it is asked offline, for the platform of the test alone.

use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use super::root;

pub(super) fn cargo(arguments: &[&str]) -> String {
    run(env!("CARGO"), arguments)
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// A package of the graph, ours or not.
pub(super) struct Package(Value);

impl Package {
    pub(super) fn name(&self) -> &str {
        self.0["name"].as_str().unwrap()
    }

    pub(super) fn version(&self) -> &str {
        self.0["version"].as_str().unwrap()
    }

    pub(super) fn is_ours(&self) -> bool {
        self.0["source"].is_null()
    }

    /// The minor of the Rust 1 that it asks for: what it declares, or else what its edition needs.
    pub(super) fn rust_minor(&self) -> u32 {
        let declared = self.0["rust_version"].as_str().map_or(0, minor);
        let edition = match self.0["edition"].as_str().unwrap() {
            "2015" => 0,
            "2018" => 31,
            "2021" => 56,
            "2024" => 85,
            other => panic!("edition {other}"),
        };
        declared.max(edition)
    }

    /// The names of the packages that it needs to be built, and not for its tests alone.
    pub(super) fn dependencies(&self) -> Vec<&str> {
        let all = self.0["dependencies"].as_array().unwrap().iter();
        let built = all.filter(|dependency| dependency["kind"] != "dev");
        built.map(|dependency| dependency["name"].as_str().unwrap()).collect()
    }

    pub(super) fn has_binary(&self) -> bool {
        let targets = self.0["targets"].as_array().unwrap();
        targets.iter().any(|target| target["kind"][0] == "bin")
    }
}

/// The minor of a version of Rust 1.
pub(super) fn minor(version: &str) -> u32 {
    let mut numbers = version.split('.');
    assert_eq!(numbers.next(), Some("1"), "{version}");
    numbers.next().unwrap().parse().unwrap()
}

pub(super) fn packages() -> &'static [Package] {
    static PACKAGES: LazyLock<Vec<Package>> = LazyLock::new(|| {
        let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
        let about = run(&rustc, &["-vV"]);
        let host = about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        // Packages for other platforms are most often not here, and offline nor can they be.
        let metadata = cargo(&[
            "metadata",
            "--offline",
            "--locked",
            "--format-version=1",
            "--filter-platform",
            host,
        ]);
        let Value::Array(packages) = serde_json::from_str::<Value>(&metadata).unwrap()["packages"].take() else {
            panic!("cargo's metadata lists packages");
        };
        packages.into_iter().map(Package).collect()
    });
    &PACKAGES
}

pub(super) fn ours() -> impl Iterator<Item = &'static Package> {
    packages().iter().filter(|package| package.is_ours())
}
