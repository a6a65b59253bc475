//! The table of SECURITY.md that says which test holds a promise: its tests exist, and so do the rows with its figures.

use super::{files, read};

/// The rows of the table: a promise, the tests that hold it, and a figure.
fn promises() -> Vec<[String; 3]> {
    let document = read("SECURITY.md");
    let section = document.split("\n## What holds the promises\n").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    let rows = rows.map(|row| {
        let cells = row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned());
        let cells: Vec<_> = cells.collect();
        cells.try_into().expect(row)
    });
    rows.collect()
}

/// The names in a cell, which are code.
fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Whether a file has a test of this name: a function with an attribute for tests at most three lines before it.
fn has_test(text: &str, name: &str) -> bool {
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let is_declared_in = |line: &str| line.split_once(&format!("fn {name}(")).is_some();
    let mut declared = (0..lines.len()).filter(|&index| is_declared_in(lines[index]));
    declared.any(|index| {
        let mut before = lines[index.saturating_sub(3)..index].iter();
        before.any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"))
    })
}

#[test]
fn every_test_that_security_md_names_exists() {
    let sources: Vec<_> = ["crates", "tests/it"]
        .iter()
        .flat_map(|folder| files(folder, "rs"))
        .map(read)
        .collect();
    let rows = promises();
    assert!(rows.len() > 20, "the table was not found");
    for [promise, tests, _] in &rows {
        assert!(names(tests).next().is_some(), "no test holds: {promise}");
        for name in names(tests) {
            assert!(
                sources.iter().any(|text| has_test(text, name)),
                "{promise}: there is no test {name}"
            );
        }
    }
}

#[test]
fn every_figure_of_security_md_is_of_a_row_of_the_attacks_and_each_row_has_one() {
    let rows = read("tests/attacks/rows/mod.rs");
    let list = rows.split("const NAMES: [&str; 8] = [").nth(1).unwrap();
    let known: Vec<_> = list.split(']').next().unwrap().split('"').skip(1).step_by(2).collect();
    assert_eq!(known.len(), 8);
    let promises = promises();
    for [promise, _, figure] in &promises {
        assert!(
            figure == "-" || names(figure).any(|name| known.contains(&name)),
            "{promise}: {figure} is of no row"
        );
    }
    for name in known {
        let mut figures = promises.iter().flat_map(|[_, _, figure]| names(figure));
        assert!(figures.any(|named| named == name), "{name} has no figure");
        assert!(
            read("tests/attacks/README.md").contains(&format!("| `{name}` |")),
            "{name}"
        );
    }
}
