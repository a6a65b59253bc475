//! The doctor, and so every other subcommand, knows the schemes of the library.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The whole words of a text.
fn words(text: &str) -> BTreeSet<&str> {
    text.split(|letter: char| !letter.is_alphanumeric()).collect()
}

#[test]
fn every_scheme_of_the_library_has_a_name_in_the_command() {
    let read = |path: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates").join(path);
        fs::read_to_string(path).unwrap()
    };
    let index = read("tower-webhook/src/scheme/mod.rs");
    let named = read("tower-webhook-cli/src/scheme/known.rs") + &read("tower-webhook-cli/src/scheme/mod.rs");
    let rows = index.lines().filter(|line| line.starts_with("//! | "));
    let listed = rows.flat_map(|row| row.split("[`").skip(1).filter_map(|rest| rest.split("`]").next()));
    let listed: BTreeSet<_> = listed.collect();
    assert!(listed.len() > 40, "{listed:?}");
    let missing: Vec<_> = listed.difference(&words(&named)).copied().collect();
    assert!(missing.is_empty(), "the command does not know {missing:?}");
}
