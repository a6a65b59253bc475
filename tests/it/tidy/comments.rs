//! Comments fit the line, because rustfmt leaves them alone, and the files stay of a size to be read.

use std::path::PathBuf;

use super::{files, read, sources_of_packages};

const COLUMNS: usize = 120;
const LINES_OF_A_COMMENT: usize = 2;
const LINES_OF_A_FILE: usize = 400;

fn rust_files() -> Vec<PathBuf> {
    ["crates", "examples", "tests", "benches"]
        .iter()
        .flat_map(|folder| files(folder, "rs"))
        .collect()
}

/// Documentation is a comment too. A row of a table is left out, as it cannot be wrapped.
fn is_prose(line: &str) -> bool {
    let comment = line.trim_start().strip_prefix("//");
    let text = comment.map(|comment| comment.trim_start_matches(['/', '!']).trim_start());
    text.is_some_and(|text| !text.starts_with('|'))
}

/// A comment on the code, as opposed to documentation.
fn is_note(line: &str) -> bool {
    let comment = line.trim_start().strip_prefix("//");
    comment.is_some_and(|comment| !comment.starts_with(['/', '!']))
}

/// Panics with all that was found, so that one run shows everything there is to mend.
fn assert_none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{} {rule}:\n{}", found.len(), found.join("\n"));
}

#[test]
fn comments_fit_in_120_columns() {
    let mut found = Vec::new();
    for path in rust_files() {
        for (index, line) in read(&path).lines().enumerate() {
            let columns = line.chars().count();
            if is_prose(line) && columns > COLUMNS {
                found.push(format!("{}:{}: {columns} columns", path.display(), index + 1));
            }
        }
    }
    assert_none(&found, "comments do not fit the line");
}

#[test]
fn comments_on_code_have_at_most_two_lines() {
    let mut found = Vec::new();
    for path in rust_files() {
        let text = read(&path);
        let lines: Vec<_> = text.lines().collect();
        for (index, block) in lines.windows(LINES_OF_A_COMMENT + 1).enumerate() {
            let begins = index == 0 || !is_note(lines[index - 1]);
            if begins && block.iter().all(|line| is_note(line)) {
                found.push(format!("{}:{}", path.display(), index + 1));
            }
        }
    }
    assert_none(&found, "comments are longer than two lines");
}

#[test]
fn files_have_at_most_400_lines() {
    let mut found = Vec::new();
    for path in [
        sources_of_packages("crates"),
        sources_of_packages("examples"),
        files("tests/it", "rs"),
    ]
    .concat()
    {
        let lines = read(&path).lines().count();
        if lines > LINES_OF_A_FILE {
            found.push(format!("{}: {lines} lines", path.display()));
        }
    }
    assert_none(&found, "files are too long");
}
