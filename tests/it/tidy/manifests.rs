//! The manifests: versions and Rust versions of each crate, the same lints everywhere, and complete packages.

use std::path::{Path, PathBuf};

use super::cargo::{Package, ours, packages, published, tree};
use super::{list, read, root, sources_of_packages};

/// A value of `[workspace.package]`, which the unpublished packages inherit.
pub(super) fn workspace_package(key: &str) -> String {
    let manifest = read("Cargo.toml");
    let section = manifest.split("[workspace.package]").nth(1).unwrap();
    let line = section.lines().find_map(|line| line.strip_prefix(&format!("{key} = ")));
    line.expect(key).trim_matches('"').to_owned()
}

/// The version requirement of a package in `[workspace.dependencies]`.
pub(super) fn requirement(name: &str) -> String {
    let manifest = read("Cargo.toml");
    let declared = manifest
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{name} = ")));
    let declared = declared.unwrap_or_else(|| panic!("the workspace has no dependency {name}"));
    let version = declared
        .split_once("version = ")
        .map_or(declared, |(_, version)| version);
    version.split('"').nth(1).unwrap().to_owned()
}

#[test]
fn the_workspace_requires_the_version_that_each_published_crate_declares() {
    assert_eq!(published().count(), list("crates").len());
    for package in published() {
        assert_eq!(requirement(package.name()), package.version(), "{}", package.name());
    }
}

#[test]
fn each_published_crate_declares_its_own_version_and_rust_version() {
    for folder in list("crates") {
        let manifest = read(folder.join("Cargo.toml"));
        for key in ["version", "rust-version", "readme"] {
            assert!(
                manifest.contains(&format!("\n{key} = \"")),
                "{}: {key}",
                folder.display()
            );
        }
    }
}

/// `y` of the lowest Rust 1.y with which a package and its dependencies can be built, and the one that needs it.
fn lowest_rust(name: &str) -> (u32, String) {
    let built = tree(name, "{p}", &["--all-features", "-e", "normal,build"]);
    let is_built = |package: &Package| {
        let line = format!("{} v{}", package.name(), package.version());
        built
            .iter()
            .any(|built| *built == line || built.starts_with(&format!("{line} ")))
    };
    // Without the package itself, whose `rust-version` is what is being checked. All are of edition 2024.
    let dependencies = packages()
        .iter()
        .filter(|package| package.name() != name && is_built(package));
    let needs = dependencies.map(|package| (package.needed_rust(), package.name().to_owned()));
    needs.chain([(85, "edition 2024".to_owned())]).max().unwrap()
}

#[test]
fn each_published_crate_declares_the_lowest_rust_version_that_its_dependencies_allow() {
    for package in published() {
        let (lowest, by) = lowest_rust(package.name());
        assert_eq!(
            package.declared_rust(),
            Some(lowest),
            "{}, because of {by}",
            package.name()
        );
    }
}

#[test]
fn unpublished_packages_declare_the_highest_rust_version_that_another_package_needs() {
    let others = packages()
        .iter()
        .filter(|package| !package.is_ours() || package.is_published());
    let highest = others.map(Package::needed_rust).max().unwrap();
    assert_eq!(workspace_package("rust-version"), format!("1.{highest}"));
    for package in ours().filter(|package| !package.is_published()) {
        assert_eq!(package.declared_rust(), Some(highest), "{}", package.name());
        assert_eq!(package.version(), workspace_package("version"), "{}", package.name());
    }
}

#[test]
fn every_package_uses_the_lints_of_the_workspace() {
    let mut folders = [list("crates"), list("examples")].concat();
    folders.extend(["tests".into(), "benches".into()]);
    assert_eq!(folders.len(), ours().count(), "a package is in another folder");
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
fn every_published_crate_contains_both_licences() {
    for (name, begins) in [
        ("LICENSE-MIT", "Permission is hereby granted"),
        ("LICENSE-APACHE", "Apache License"),
    ] {
        let licence = read(name);
        assert!(licence.trim_start().starts_with(begins), "{name}");
        for folder in list("crates") {
            let path = folder.join(name);
            assert!(
                read(&path) == licence,
                "{} differs from the file in the root",
                path.display()
            );
        }
    }
}

#[test]
fn a_published_crate_includes_only_files_of_its_own_package() {
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
fn the_lock_file_is_committed() {
    assert!(root().join("Cargo.lock").is_file());
    assert!(!read(".gitignore").contains("Cargo.lock"));
}
