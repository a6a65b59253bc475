//! Tests of the repository itself: that its documents, manifests, comments and imports agree with each other.

mod cargo;
mod ci;
mod comments;
mod dependencies;
mod documents;
mod imports;
mod manifests;
mod schemes;
mod security;

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The text of a file, given by its path from the root of the repository.
fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The entries of a folder, as paths from the root, in order.
fn list(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    let folder = folder.as_ref();
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| folder.join(entry.unwrap().file_name())).collect();
    paths.sort();
    paths
}

/// The files with this extension in a folder and below it, except in folders of build products and installed packages.
fn files(folder: impl AsRef<Path>, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in list(folder) {
        if root().join(&path).is_dir() {
            let skipped = path.ends_with("target") || path.ends_with("node_modules") || path.starts_with(".git");
            if !skipped {
                found.extend(files(&path, extension));
            }
        } else if path.extension().is_some_and(|of_path| of_path == extension) {
            found.push(path);
        }
    }
    found
}

/// The Rust files of the packages in a folder, without those outside of `src`.
fn sources_of_packages(folder: &str) -> Vec<PathBuf> {
    let packages = list(folder);
    packages
        .iter()
        .flat_map(|package| files(package.join("src"), "rs"))
        .collect()
}

/// The code of a file that ships: without comments, and without the tests at its end or in a `tests.rs`.
fn code(path: &Path) -> String {
    if path.ends_with("tests.rs") {
        return String::new();
    }
    let text = read(path);
    let ends = ["\n#[cfg(test)]\nmod ", "\n#[cfg(all(test,"];
    let shipped = ends.iter().fold(&*text, |text, end| text.split(end).next().unwrap());
    let lines = shipped.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}
