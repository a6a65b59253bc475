//! The doctor, and so every other subcommand, knows the schemes of the library.

use std::collections::BTreeSet;

use crate::support::{listed_schemes, source_text};

/// The whole words of a text.
fn words(text: &str) -> BTreeSet<&str> {
    text.split(|letter: char| !letter.is_alphanumeric()).collect()
}

#[test]
fn every_scheme_of_the_library_has_a_name_in_the_command() {
    let named =
        source_text("tower-webhook-cli/src/scheme/known.rs") + &source_text("tower-webhook-cli/src/scheme/args.rs");
    let (listed, named) = (listed_schemes(), words(&named));
    let missing: Vec<_> = listed.iter().filter(|name| !named.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "the command does not know {missing:?}");
}
