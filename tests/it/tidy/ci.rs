//! Continuous integration: it runs the command of the README and every check, and no action of it can be changed later.

use super::{files, list, read};

#[test]
fn ci_runs_the_test_command_of_the_readme() {
    let command = "cargo test --workspace";
    assert!(read("README.md").contains(&format!("```sh\n{command}\n```")));
    assert!(read(".ci/run").contains(command));
    assert!(read(".github/workflows/ci.yml").contains("- run: .ci/run\n"));
}

#[test]
fn every_script_of_ci_is_called() {
    let run = read(".ci/run");
    for path in list(".ci").into_iter().filter(|path| !path.ends_with("run")) {
        let name = path.display().to_string();
        assert!(
            run.lines().any(|line| line.trim_start_matches(". ").starts_with(&name)),
            "{name}"
        );
    }
}

#[test]
fn every_action_is_pinned_to_a_commit_and_names_its_version() {
    let workflows = files(".github", "yml");
    assert!(!workflows.is_empty());
    for path in workflows {
        for line in read(&path).lines().filter(|line| line.contains("uses:")) {
            let (_, pinned) = line.split_once('@').expect("an action of another repository");
            let (commit, version) = pinned.split_once(" # v").expect("the version, in a comment");
            let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(
                is_commit && version.starts_with(|first: char| first.is_ascii_digit()),
                "{line}"
            );
        }
    }
}

#[test]
fn every_published_crate_has_a_list_of_external_types() {
    let lists = files(".ci/external-types", "toml");
    for folder in list("crates") {
        let name = folder.file_name().unwrap();
        assert!(
            lists.iter().any(|path| path.file_stem() == Some(name)),
            "{}",
            folder.display()
        );
    }
    assert_eq!(lists.len(), list("crates").len());
}
