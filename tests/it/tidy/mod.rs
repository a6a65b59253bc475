//! The repository checks itself: what is said in one place is true in the others.

mod cargo;
mod documents;
mod imports;
mod manifests;

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A file of the repository, by its path from the root.
fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The paths, from the root, of what is in a folder.
fn list(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let mut paths: Vec<_> = entries
        .map(|entry| Path::new(folder).join(entry.unwrap().file_name()))
        .collect();
    paths.sort();
    paths
}

/// The Rust files in a folder and in those below it.
fn sources(folder: &str) -> Vec<PathBuf> {
    let mut sources = Vec::new();
    for path in list(folder) {
        if root().join(&path).is_dir() {
            sources.extend(sources_in(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push(path);
        }
    }
    sources
}

fn sources_in(folder: &Path) -> Vec<PathBuf> {
    sources(folder.to_str().expect("our paths are ASCII"))
}

/// The sources of each package in a folder, with the folder's name.
fn sources_of_packages(folder: &str) -> Vec<PathBuf> {
    list(folder)
        .iter()
        .flat_map(|package| sources_in(&package.join("src")))
        .collect()
}

/// What of a file is code that ships: comments are left out, and tests at its end or in a file of their own.
fn code(path: &Path) -> String {
    let text = if path.ends_with("tests.rs") {
        String::new()
    } else {
        read(path)
    };
    let shipped = text.split("\n#[cfg(test)]").next().unwrap();
    let lines = shipped.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}
