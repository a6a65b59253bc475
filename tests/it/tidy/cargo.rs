//! The workspace as cargo reports it, offline and for the platform of the test.

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

/// A package of the workspace, or one that it depends on.
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

    pub(super) fn is_published(&self) -> bool {
        self.0["publish"].is_null()
    }

    /// The file that crates.io shows, relative to the manifest.
    pub(super) fn readme(&self) -> Option<&str> {
        self.0["readme"].as_str()
    }

    /// `y` of the `1.y` in the manifest's `rust-version`.
    pub(super) fn declared_rust(&self) -> Option<u32> {
        self.0["rust_version"].as_str().map(minor)
    }

    /// `y` of the Rust 1.y that the package needs: the one that it declares, but at least that of its edition.
    pub(super) fn needed_rust(&self) -> u32 {
        let edition = match self.0["edition"].as_str().unwrap() {
            "2015" => 0,
            "2018" => 31,
            "2021" => 56,
            "2024" => 85,
            other => panic!("edition {other}"),
        };
        self.declared_rust().unwrap_or(0).max(edition)
    }

    /// The names of the packages that it needs to be built, which leaves out those for its tests.
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

/// `y` of a version 1.y of Rust.
fn minor(version: &str) -> u32 {
    let mut numbers = version.split('.');
    assert_eq!(numbers.next(), Some("1"), "{version}");
    numbers.next().unwrap().parse().unwrap()
}

pub(super) fn packages() -> &'static [Package] {
    static PACKAGES: LazyLock<Vec<Package>> = LazyLock::new(|| {
        let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
        let about = run(&rustc, &["-vV"]);
        let host = about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        // Packages for other platforms are often not downloaded, and cargo may not download them offline.
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

pub(super) fn published() -> impl Iterator<Item = &'static Package> {
    ours().filter(|package| package.is_published())
}

/// The packages that a package of ours is built from, itself included, one line each in a format of `cargo tree`.
///
/// Only the features that this package enables are on, unlike in the graph of `cargo metadata`.
pub(super) fn tree(package: &str, format: &str, more: &[&str]) -> Vec<String> {
    let arguments = [
        "tree",
        "--offline",
        "--locked",
        "-p",
        package,
        "--prefix",
        "none",
        "--no-dedupe",
        "-f",
        format,
    ];
    let output = cargo(&[&arguments, more].concat());
    let mut lines: Vec<_> = output.lines().map(str::to_owned).collect();
    lines.sort();
    lines.dedup();
    lines
}
