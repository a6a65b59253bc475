//! The manifests: one version, one true rust-version, the same lints everywhere, and few dependencies.

use std::path::{Path, PathBuf};

use super::cargo::{Package, cargo, minor, ours, packages};
use super::{list, read, root, sources, sources_of_packages};

/// A value that the root manifest gives to all packages.
pub(super) fn workspace_package(key: &str) -> String {
    let manifest = read("Cargo.toml");
    let section = manifest.split("[workspace.package]").nth(1).unwrap();
    let line = section.lines().find_map(|line| line.strip_prefix(&format!("{key} = ")));
    line.expect(key).trim_matches('"').to_owned()
}

#[test]
fn every_package_has_the_version_of_the_workspace() {
    let version = workspace_package("version");
    for package in ours() {
        assert_eq!(package.version(), version, "{}", package.name());
    }
}

#[test]
fn the_rust_version_is_the_highest_that_a_dependency_asks_for() {
    let declared = minor(&workspace_package("rust-version"));
    let others = packages().iter().filter(|package| !package.is_ours());
    let highest = others.max_by_key(|package| package.rust_minor()).unwrap();
    assert_eq!(
        declared,
        highest.rust_minor().max(85),
        "{} {} asks for the most",
        highest.name(),
        highest.version()
    );
    for package in ours() {
        assert_eq!(package.rust_minor(), declared, "{}", package.name());
    }
}

#[test]
fn every_package_has_the_lints_of_the_workspace() {
    let mut folders = [list("crates"), list("examples")].concat();
    folders.extend(["tests".into(), "benches".into()]);
    assert_eq!(folders.len(), ours().count(), "a package in an unknown place");
    for folder in folders {
        let manifest = read(folder.join("Cargo.toml"));
        assert!(
            manifest.contains("\n[lints]\nworkspace = true\n"),
            "{}",
            folder.display()
        );
    }
}

#[test]
fn every_crate_ships_both_licences() {
    for (name, begins) in [
        ("LICENSE-MIT", "Permission is hereby granted"),
        ("LICENSE-APACHE", "Apache License"),
    ] {
        let licence = read(name);
        assert!(licence.trim_start().starts_with(begins), "{name}");
        for folder in list("crates") {
            let path = folder.join(name);
            assert!(read(&path) == licence, "{} is not the root's", path.display());
        }
    }
}

#[test]
fn a_crate_includes_no_file_that_is_not_packaged_with_it() {
    for path in sources_of_packages("crates") {
        let text = read(&path);
        for included in text
            .split("include_")
            .skip(1)
            .filter_map(|after| after.split('"').nth(1))
        {
            let file = root().join(&path).parent().unwrap().join(included);
            let inside = file.canonicalize().unwrap().starts_with(crate_of(&path));
            assert!(inside, "{} includes {included}", path.display());
        }
    }
}

fn crate_of(path: &Path) -> PathBuf {
    let folder: PathBuf = path.components().take(2).collect();
    root().join(folder).canonicalize().unwrap()
}

#[test]
fn an_adapter_takes_of_the_core_what_it_uses() {
    for (adapter, more, features) in [
        ("tower-webhook-axum", &[][..], ""),
        ("tower-webhook-warp", &[], "layer,timeout"),
        ("tower-webhook-hyper", &[], "layer,timeout"),
        ("tower-webhook-hyper", &["--no-default-features"], "layer"),
        ("core-only", &[], ""),
    ] {
        let lines = tree(adapter, "{lib} {f}", more);
        let of_the_core: Vec<_> = lines
            .iter()
            .filter_map(|line| line.strip_prefix("tower_webhook "))
            .collect();
        assert_eq!(of_the_core, [features], "{adapter} {more:?}");
    }
}

#[test]
fn the_core_has_few_dependencies() {
    let lines = tree("tower-webhook", "{p}", &[]);
    assert!(lines.len() <= 26, "{}:\n{}", lines.len(), lines.join("\n"));
}

#[test]
fn without_its_features_the_core_knows_no_body_no_tower_and_no_runtime() {
    let lines = tree("tower-webhook", "{p}", &["--no-default-features"]);
    for name in [
        "http-body",
        "pin-project-lite",
        "tokio",
        "tower-layer",
        "tower-service",
        "tracing",
    ] {
        assert!(
            !lines.iter().any(|line| line.starts_with(&format!("{name} "))),
            "{name} is there:\n{}",
            lines.join("\n")
        );
    }
}

/// What is built for a package, one line each, in this format of cargo's.
fn tree(package: &str, format: &str, more: &[&str]) -> Vec<String> {
    let arguments = ["tree", "--offline", "--locked", "-p", package, "-e", "normal"];
    let format = ["--prefix", "none", "--no-dedupe", "-f", format];
    let output = cargo(&[&arguments, &format[..], more].concat());
    let mut lines: Vec<_> = output.lines().map(str::to_owned).collect();
    lines.sort();
    lines.dedup();
    lines
}

#[test]
fn dependencies_point_one_way() {
    for package in ours() {
        let dependencies = package.dependencies();
        let ours: Vec<_> = ours().map(Package::name).collect();
        let used: Vec<_> = ours.into_iter().filter(|name| dependencies.contains(name)).collect();
        match package.name() {
            "tower-webhook" => assert_eq!(used, [""; 0]),
            // Data only; the last of them for those who ask for it.
            "knowrithm-events" => assert_eq!(dependencies, ["jiff", "serde", "serde_json", "tower-webhook"]),
            name @ ("tower-webhook-axum" | "tower-webhook-warp" | "tower-webhook-hyper" | "tower-webhook-inbox") => {
                assert_eq!(used, ["tower-webhook"], "{name}");
            }
            _ => {}
        }
        let measures = matches!(package.name(), "tower-webhook" | "tower-webhook-benches");
        for crypto in ["hmac", "sha2", "subtle"] {
            assert!(
                measures || !dependencies.contains(&crypto),
                "{} uses {crypto}",
                package.name()
            );
        }
    }
}

#[test]
fn files_are_of_a_size_to_be_read() {
    for path in [
        sources_of_packages("crates"),
        sources_of_packages("examples"),
        sources("tests/it"),
    ]
    .concat()
    {
        let lines = read(&path).lines().count();
        assert!(lines <= 400, "{}: {lines} lines", path.display());
    }
}

#[test]
fn the_lock_file_is_part_of_the_repository() {
    assert!(root().join("Cargo.lock").is_file());
    assert!(!read(".gitignore").contains("Cargo.lock"));
}
