//! The imports within the core are those that ARCHITECTURE.md allows, and only `mac` names a crypto crate.

use std::path::Path;

use super::{code, files, read, sources_of_packages};

pub(super) const CORE: &str = "crates/tower-webhook/src";

/// A row of the table of files in ARCHITECTURE.md.
struct Rule {
    module: String,
    may_import: Vec<String>,
}

/// The last column of the table says `nothing of ours`, a list of modules, or `all above but` one of them.
fn rules() -> Vec<Rule> {
    let text = read("ARCHITECTURE.md");
    let table = text.split("\n| file |").nth(1).unwrap();
    let mut rules: Vec<Rule> = Vec::new();
    for row in table.lines().skip(2).take_while(|line| line.starts_with('|')) {
        let cells: Vec<_> = row.split('|').map(|cell| cell.trim().replace('`', "")).collect();
        let module = cells[1].trim_end_matches("/*").to_owned();
        let above = || rules.iter().map(|rule| rule.module.clone());
        let may_import = match cells[3].strip_prefix("all above but ") {
            Some(but) => above().filter(|name| name != but).collect(),
            None if cells[3] == "nothing of ours" => Vec::new(),
            None => cells[3].split(", ").map(str::to_owned).collect(),
        };
        rules.push(Rule { module, may_import });
    }
    assert!(rules.len() > 10, "only {} rows were found", rules.len());
    rules
}

/// The top-level module of a file of the core.
pub(super) fn module_of(path: &Path) -> String {
    let inside = path.strip_prefix(CORE).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

#[test]
fn each_module_imports_only_what_architecture_md_allows() {
    let rules = rules();
    for path in files(CORE, "rs") {
        let module = module_of(&path);
        if module == "lib" {
            continue;
        }
        let rule = rules.iter().find(|rule| rule.module == module);
        let rule = rule.unwrap_or_else(|| panic!("{} has no row in ARCHITECTURE.md", path.display()));
        let code = code(&path);
        for imported in code.split("crate::").skip(1) {
            let end = imported.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
            let imported = &imported[..end.unwrap_or(imported.len())];
            assert!(
                !imported.is_empty(),
                "{}: a `use crate::` of several modules",
                path.display()
            );
            assert!(
                imported == module || rule.may_import.iter().any(|name| name == imported),
                "{} imports {imported}, and may import {:?}",
                path.display(),
                rule.may_import
            );
        }
    }
}

#[test]
fn every_module_that_architecture_md_names_exists() {
    let modules: Vec<_> = files(CORE, "rs").iter().map(|path| module_of(path)).collect();
    for rule in rules() {
        for name in rule.may_import.iter().chain([&rule.module]) {
            assert!(modules.contains(name), "{name}");
        }
    }
}

#[test]
fn only_mac_names_a_crypto_crate() {
    let crypto = ["ed25519_dalek", "hmac", "p256", "sha1", "sha2", "subtle"];
    let named = |path: &Path| {
        let code = code(path);
        crypto.into_iter().find(|name| code.contains(&format!("{name}::")))
    };
    for path in [sources_of_packages("crates"), sources_of_packages("examples")].concat() {
        let is_mac = path.starts_with(CORE) && module_of(&path) == "mac";
        assert!(
            is_mac || named(&path).is_none(),
            "{}: {:?}",
            path.display(),
            named(&path)
        );
    }
    let of_mac = files(CORE, "rs").into_iter().filter(|path| module_of(path) == "mac");
    assert!(
        of_mac.into_iter().any(|path| named(&path).is_some()),
        "the names of the crates have changed"
    );
}
