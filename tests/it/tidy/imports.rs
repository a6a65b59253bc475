//! Who imports whom in the core: as ARCHITECTURE.md says, and nothing but `mac.rs` names a crypto crate.

use std::path::Path;

use super::{code, read, sources, sources_of_packages};

const CORE: &str = "crates/tower-webhook/src";

/// A row of ARCHITECTURE.md's table of files: a module, and what it may import.
struct Rule {
    module: String,
    may_import: Vec<String>,
}

/// The table's last column says `nothing of ours`, a list of modules, or `all above but` one of them.
fn rules() -> Vec<Rule> {
    let text = read("ARCHITECTURE.md");
    let table = text.split("| file | what it is | may import |").nth(1).unwrap();
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
    assert!(rules.len() > 10, "the table of files is there");
    rules
}

/// The module of a file of the core: a folder is one.
fn module_of(path: &Path) -> String {
    let inside = path.strip_prefix(CORE).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

#[test]
fn modules_import_what_architecture_md_lets_them() {
    let rules = rules();
    for path in sources(CORE) {
        let module = module_of(&path);
        if module == "lib" {
            continue;
        }
        let rule = rules.iter().find(|rule| rule.module == module);
        let rule = rule.unwrap_or_else(|| panic!("ARCHITECTURE.md does not know {}", path.display()));
        let code = code(&path);
        for imported in code.split("crate::").skip(1) {
            let end = imported.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
            let imported = &imported[..end.unwrap_or(imported.len())];
            assert!(!imported.is_empty(), "{}: one `use crate::` a module", path.display());
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
fn architecture_md_knows_no_modules_that_are_gone() {
    let modules: Vec<_> = sources(CORE).iter().map(|path| module_of(path)).collect();
    for rule in rules() {
        for name in rule.may_import.iter().chain([&rule.module]) {
            assert!(modules.contains(name), "{name}");
        }
    }
}

#[test]
fn only_mac_rs_names_a_crypto_crate() {
    for path in [sources_of_packages("crates"), sources_of_packages("examples")].concat() {
        let code = code(&path);
        let named = |name: &str| code.contains(&format!("use {name}::")) || code.contains(&format!("{name}::"));
        let is_mac = path == Path::new(CORE).join("mac.rs");
        for name in ["hmac", "sha2", "subtle"] {
            assert_eq!(named(name), is_mac, "{}: {name}", path.display());
        }
    }
}
