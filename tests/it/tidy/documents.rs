//! The documents: their versions, commands, examples and links are those of the repository.

use std::path::Path;

use super::cargo::ours;
use super::manifests::workspace_package;
use super::{list, read, root};

#[test]
fn the_readme_names_the_rust_version() {
    let readme = read("README.md");
    let mentions: Vec<_> = readme
        .split("Rust ")
        .skip(1)
        .filter_map(|after| after.split([' ', ',', '\n']).next())
        .filter(|word| word.starts_with("1."))
        .collect();
    assert!(!mentions.is_empty());
    for mention in mentions {
        assert_eq!(mention, workspace_package("rust-version"));
    }
}

#[test]
fn the_readme_depends_on_what_the_workspace_depends_on() {
    let manifest = read("Cargo.toml");
    let readme = read("README.md");
    let block = readme.split("```toml\n[dependencies]\n").nth(1).unwrap();
    let block = block.split("```").next().unwrap();
    let version = workspace_package("version");
    for line in block.lines() {
        let (name, requirement) = line.split_once(" = ").unwrap();
        let wanted = requirement.split('"').nth(1).unwrap();
        if ours().any(|package| package.name() == name) {
            assert!(version.starts_with(&format!("{wanted}.")), "{line}");
        } else {
            let declared = manifest
                .lines()
                .find(|declared| declared.starts_with(&format!("{name} = ")));
            let declared = declared.unwrap_or_else(|| panic!("the workspace has no {name}"));
            assert!(declared.contains(&format!("\"{wanted}\"")), "{line}, but {declared}");
        }
    }
}

#[test]
fn the_readme_names_the_versions_of_the_frameworks() {
    let (manifest, readme) = (read("Cargo.toml"), read("README.md"));
    for name in ["axum", "warp", "hyper"] {
        let declared = manifest
            .lines()
            .find(|line| line.starts_with(&format!("{name} = ")))
            .unwrap();
        let version = declared.split('"').nth(1).unwrap();
        assert!(readme.contains(&format!("| {name} {version} ")), "{name} {version}");
    }
}

#[test]
fn the_two_commands_are_there_and_can_be_run() {
    let readme = read("README.md");
    for command in ["cargo run -p axum-receiver", "cargo test --workspace"] {
        assert!(readme.contains(&format!("```sh\n{command}\n```")), "{command}");
    }
    for path in [
        "README.md",
        "CONTRIBUTING.md",
        "BENCHMARKS.md",
        "CHANGELOG.md",
        "ARCHITECTURE.md",
    ] {
        let text = read(path);
        for mention in text.split("cargo ").skip(1) {
            let line = mention.lines().next().unwrap();
            let Some((subcommand, rest)) = line.split_once(" -p ") else {
                continue;
            };
            let name = rest.split([' ', '`']).next().unwrap();
            let package = ours().find(|package| package.name() == name);
            let package = package.unwrap_or_else(|| panic!("{path} names a package {name}"));
            assert!(subcommand != "run" || package.has_binary(), "{path}: {line}");
        }
    }
}

#[test]
fn ci_runs_the_readmes_test_command() {
    assert!(read(".ci/run").contains("cargo test --workspace"));
    let workflow = list(".github/workflows");
    assert!(workflow.iter().any(|path| read(path).contains(".ci/run")));
}

#[test]
fn every_example_and_every_crate_is_in_the_readme() {
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
fn links_within_the_repository_lead_somewhere() {
    let documents = list(".").into_iter().chain(["tests/vectors/README.md".into()]);
    for path in documents.filter(|path| path.extension().is_some_and(|extension| extension == "md")) {
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
