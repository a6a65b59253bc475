//! Another provider is one file: nothing else in the core names its type, so nothing else has to change.

use std::path::{Path, PathBuf};

use super::imports::{CORE, module_of};
use super::{code, files, read};

/// The modules that may name a provider as well. Knowrithm has a constructor of its own.
const ALSO_NAMED_IN: [(&str, &str); 1] = [("Knowrithm", "verifier")];

/// A type that implements `Scheme`, and the module that it has to itself: a file, or a folder.
struct Provider {
    name: String,
    module: PathBuf,
}

fn index() -> PathBuf {
    Path::new(CORE).join("scheme/mod.rs")
}

fn providers() -> Vec<Provider> {
    let mut providers = Vec::new();
    for path in files(Path::new(CORE).join("scheme"), "rs") {
        // A scheme that is data is what providers are made of.
        if path == index() || path.ends_with("hmac_scheme/mod.rs") || path.ends_with("scheme/token.rs") {
            continue;
        }
        let code = code(&path);
        let by_code = code.split("impl Scheme for ").skip(1);
        let by_data = code.split("impl Provider for ").skip(1);
        let by_macro = ["\nprovider!("].into_iter().flat_map(|call| code.split(call).skip(1));
        for after in by_code.chain(by_data).chain(by_macro) {
            let name: String = after.chars().take_while(|letter| letter.is_alphanumeric()).collect();
            let is_folder = path.ends_with("mod.rs");
            let module = if is_folder { path.parent().unwrap() } else { &path };
            providers.push(Provider {
                name,
                module: module.to_owned(),
            });
        }
    }
    assert!(providers.len() >= 40, "only {} providers were found", providers.len());
    providers
}

/// The lines that contain a name as a whole word.
fn lines_naming<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let names = |line: &&str| line.split(|letter| !is_word(letter)).any(|word| word == name);
    text.lines().filter(names).collect()
}

#[test]
fn each_provider_has_a_module_of_its_own() {
    let providers = providers();
    for Provider { name, module } in &providers {
        let here = providers.iter().filter(|other| other.module == *module).count();
        assert_eq!(here, 1, "{name} shares {}", module.display());
    }
}

#[test]
fn no_other_module_of_the_core_names_a_provider() {
    for Provider { name, module } in providers() {
        let elsewhere = |path: &PathBuf| !path.starts_with(&module) && *path != index();
        for path in files(CORE, "rs").into_iter().filter(elsewhere) {
            let is_allowed = ALSO_NAMED_IN.contains(&(&name, &module_of(&path)));
            let code = code(&path);
            let lines = lines_naming(&code, &name);
            assert!(
                is_allowed || lines.is_empty(),
                "{} names {name}: {lines:?}",
                path.display()
            );
        }
    }
}

#[test]
fn the_list_of_schemes_has_a_mod_line_and_a_use_line_for_each_provider() {
    let index = code(&index());
    for Provider { name, module } in providers() {
        let module = module.file_stem().unwrap().to_str().unwrap();
        let lines = lines_naming(&index, module);
        let [declared, exported] = lines[..] else {
            panic!("scheme/mod.rs names {module} in {lines:?}");
        };
        assert_eq!(declared, format!("mod {module};"));
        assert!(exported.starts_with("pub use "), "{exported}");
        assert_eq!(lines_naming(&index, &name), [exported]);
    }
}

/// What is in the table has rows in the contract, as `contract/table.rs` checks.
#[test]
fn every_provider_is_in_the_documents() {
    let index = read(index());
    let guide = read(Path::new(CORE).join("_guide/providers.rs"));
    for Provider { name, .. } in providers() {
        assert!(
            index.contains(&format!("[`{name}`]")),
            "scheme/mod.rs has no {name} in its table"
        );
        let row = format!(" | [`{name}`](crate::scheme::{name}) | ");
        assert!(guide.contains(&row), "the guide has no row of {name}");
    }
}
