//! The documents: the versions, commands and links that they name are those of the repository.

use std::path::{Path, PathBuf};

use super::cargo::{Package, ours, published};
use super::manifests::{requirement, workspace_package};
use super::{files, list, read, root};

/// The Markdown files of the repository.
fn documents() -> Vec<PathBuf> {
    files(".", "md")
}

/// The versions of Rust that a document mentions, as `1.88` in "Rust 1.88".
fn rust_versions(document: &str) -> Vec<&str> {
    document
        .split("Rust ")
        .skip(1)
        .filter_map(|after| {
            after
                .split(|letter: char| !letter.is_ascii_digit() && letter != '.')
                .next()
        })
        .map(|version| version.trim_end_matches('.'))
        .filter(|version| version.starts_with("1."))
        .collect()
}

#[test]
fn the_readme_mentions_the_rust_version_of_the_workspace_and_no_undeclared_one() {
    let highest = workspace_package("rust-version");
    let readme = read("README.md");
    assert!(rust_versions(&readme).contains(&&*highest), "Rust {highest}");
    let declared: Vec<_> = ours()
        .filter_map(Package::declared_rust)
        .map(|minor| format!("1.{minor}"))
        .collect();
    for path in ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"] {
        for mention in rust_versions(&read(path)) {
            assert!(
                declared.iter().any(|version| version == mention),
                "{path}: Rust {mention}"
            );
        }
    }
}

#[test]
fn the_readme_of_a_crate_mentions_no_rust_version_but_its_own() {
    for package in published() {
        let declared = format!("1.{}", package.declared_rust().unwrap());
        let path = format!("crates/{}/README.md", package.name());
        for mention in rust_versions(&read(&path)) {
            assert_eq!(mention, declared, "{path}");
        }
    }
}

#[test]
fn the_changelog_mentions_the_rust_version_of_each_crate() {
    let changelog = read("CHANGELOG.md");
    for package in published() {
        let declared = format!("1.{}", package.declared_rust().unwrap());
        let name = package.name();
        assert!(
            rust_versions(&changelog).contains(&&*declared),
            "Rust {declared}, for {name}"
        );
    }
}

#[test]
fn every_published_crate_has_a_readme_of_its_own() {
    for package in published() {
        let name = package.name();
        assert_eq!(package.readme(), Some("README.md"), "{name}");
        let readme = read(format!("crates/{name}/README.md"));
        assert!(readme.starts_with(&format!("# {name}\n")), "{name}");
        assert!(readme.contains(&format!("https://docs.rs/{name}")), "{name}");
        assert!(readme.contains("MIT") && readme.contains("Apache"), "{name}");
        assert!(readme.lines().count() <= 60, "{name}");
    }
}

#[test]
fn every_rust_example_of_a_readme_is_compiled() {
    let compiled = read("tests/src/lib.rs");
    assert!(compiled.contains("\"../../README.md\""));
    for package in published() {
        let name = package.name();
        let path = format!("crates/{name}/README.md");
        let has_example = read(&path).contains("```rust");
        let here = compiled.contains(&format!("\"../../{path}\""));
        let in_the_crate = read(format!("crates/{name}/src/lib.rs")).contains("include_str!(\"../README.md\")");
        assert!(!has_example || here || in_the_crate, "{path}");
    }
}

#[test]
fn the_dependencies_in_a_document_are_those_of_the_workspace() {
    let mut blocks = 0;
    for path in documents() {
        for block in read(&path).split("```toml\n[dependencies]\n").skip(1) {
            blocks += 1;
            for line in block.split("```").next().unwrap().lines() {
                let (name, mentioned) = line.split_once(" = ").unwrap();
                let mentioned = mentioned.split('"').nth(1).unwrap();
                // A document may require less than the workspace, as in `1` for `1.51`, and nothing else.
                let required = requirement(name);
                let is_prefix = required == mentioned || required.starts_with(&format!("{mentioned}."));
                assert!(is_prefix, "{}: {line}, but {required}", path.display());
            }
        }
    }
    assert!(blocks > 0, "the README has no dependencies");
}

#[test]
fn the_readme_mentions_the_versions_of_the_frameworks() {
    let readme = read("README.md");
    for name in ["axum", "warp", "hyper"] {
        let version = requirement(name);
        assert!(readme.contains(&format!("| {name} {version} ")), "{name} {version}");
    }
}

#[test]
fn the_readme_has_the_two_commands() {
    let readme = read("README.md");
    for command in ["cargo run -p axum-receiver", "cargo test --workspace"] {
        assert!(readme.contains(&format!("```sh\n{command}\n```")), "{command}");
    }
}

#[test]
fn the_packages_in_the_commands_of_a_document_exist() {
    for path in documents() {
        let text = read(&path);
        for mention in text.split("cargo ").skip(1) {
            let line = mention.lines().next().unwrap();
            let Some((subcommand, rest)) = line.split_once(" -p ") else {
                continue;
            };
            let name = rest.split([' ', '`']).next().unwrap();
            let package = ours().find(|package| package.name() == name);
            let package = package.unwrap_or_else(|| panic!("{}: no package {name}", path.display()));
            assert!(
                subcommand != "run" || package.has_binary(),
                "{}: {line}",
                path.display()
            );
        }
    }
}

#[test]
fn the_readme_names_every_example_and_every_crate() {
    let readme = read("README.md");
    for folder in [list("examples"), list("crates")].concat() {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let mention = if folder.starts_with("examples") {
            format!("](examples/{name})")
        } else {
            format!("`{name}`")
        };
        assert!(readme.contains(&mention), "{}", folder.display());
    }
}

#[test]
fn links_within_the_repository_lead_to_a_file() {
    for path in documents() {
        let text = read(&path);
        let folder = root().join(path.parent().unwrap_or(Path::new("")));
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|after| after.split([')', '#']).next())
        {
            let outside = link.is_empty() || link.contains("://");
            assert!(outside || folder.join(link).exists(), "{}: {link}", path.display());
        }
    }
}
