//! How much memory the changed bodies take: one of them lives at a time, beside the body that is held.

use std::fs;
use std::process::Command;

use super::*;

const LENGTH: usize = 4 << 20;
/// For what is not a body.
const SLACK: usize = 1 << 20;
const ALONE: &str = "EXPLAIN_MEMORY_ALONE";
const NAME: &str = "command::explain::tests::memory::one_changed_body_lives_at_a_time";

/// A body for each way in which accidents change bodies.
fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let filled = |start: &str, part: &str, end: &str| {
        let inside = part.repeat((LENGTH - start.len() - end.len()) / part.len());
        [start, &inside, end].concat().into_bytes()
    };
    let utf16 = || filled("", "x", "").into_iter().flat_map(|letter| [letter, 0]).collect();
    vec![
        ("text", filled("", "x", "")),
        ("lines", filled(" ", "abcdefg\r\n", "\0")),
        ("form", filled("a=", "b+%7e", "&b=1")),
        // JSON that is cut: the tree of a whole one is larger than its text.
        ("JSON", filled("{\"a\":\"", "x y/", "")),
        ("base64", filled("", "QUJD", "")),
        ("Latin-1", filled("", "é€", "")),
        ("UTF-16", utf16()),
        ("chunks", filled("5\r\nabcde\r\n", "5\r\nabcde\r\n", "0\r\n\r\n")),
        ("Python", filled("b'", "\\x41", "'")),
    ]
}

/// A number of bytes from the status of this process.
fn status(name: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    digits.parse::<usize>().unwrap() * 1024
}

/// Other tests take memory, too, so it is a process of its own that is measured.
#[test]
fn one_changed_body_lives_at_a_time() {
    if std::env::var_os(ALONE).is_none() {
        let mut alone = Command::new(std::env::current_exe().unwrap());
        // Large blocks go back to the system at once.
        alone
            .args([NAME, "--exact"])
            .envs([(ALONE, "1"), ("MALLOC_MMAP_THRESHOLD_", "65536")]);
        let output = alone.output().unwrap();
        let printed = [output.stdout, output.stderr]
            .map(|text| String::from_utf8(text).unwrap())
            .concat();
        assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
        return;
    }
    let scheme = KNOWN[0].chosen().scheme;
    for (about, body) in bodies() {
        let case = signed_body(&scheme, "unrelated").with_body(body);
        // The fields of a form are decoded each before they are written as JSON, up to a limit.
        for accident in ACCIDENTS.iter().filter(|accident| accident.name != "form_as_json") {
            let before = status("VmRSS:");
            // The highest amount from here on. Some sandboxes do not have it.
            if fs::write("/proc/self/clear_refs", "5").is_err() {
                return;
            }
            let lengths = (accident.trials)(&case).map(|trial| trial.case.body.len());
            let longest = lengths.max().unwrap_or_default();
            let taken = status("VmHWM:").saturating_sub(before);
            // A buffer that grows is moved by the system, without a copy.
            assert!(
                taken <= longest.max(LENGTH) + SLACK,
                "{about}, {}: {} KiB for {} KiB",
                accident.name,
                taken >> 10,
                longest >> 10
            );
        }
    }
}
