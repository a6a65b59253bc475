//! The receivers of the examples have no flaw that the doctor knows.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;

use serde_json::Value;

use super::program::{doctor, examine};
use crate::receivers::child::{RECEIVERS, Receiver, with_secret};
use crate::support::PATH;

/// Rows about what Knowrithm's signature does not have: padding, a signed id and a signed time.
const NOT_OF_KNOWRITHM: [&str; 6] = [
    "unpadded",
    "changed-id",
    "stale-time",
    "rather-stale-time",
    "future-time",
    "changed-time",
];

/// The battery, as `--list` shows it.
fn list() -> Vec<Value> {
    let output = doctor(&["--list", "--json"]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_receivers_pass_every_row() {
    let listed = list();
    let examined = thread::scope(|scope| {
        let threads = RECEIVERS.map(|example| {
            scope.spawn(move || {
                let receiver = Receiver::start(with_secret(example));
                examine(receiver.address, PATH, &["--strict"])
            })
        });
        threads.map(|thread| thread.join().unwrap())
    });
    for (example, diagnosis) in RECEIVERS.into_iter().zip(examined) {
        let none = BTreeSet::new();
        assert_eq!(diagnosis.rows("fail"), none, "{example}");
        assert_eq!(diagnosis.rows("warn"), none, "{example}");
        let notes = BTreeSet::from(["acts-once", "acts-once-in-a-race", "timing"]);
        assert_eq!(diagnosis.rows("info"), notes, "{example}");
        let passed = diagnosis.rows("pass");
        for row in listed.iter().map(|row| row["name"].as_str().unwrap()) {
            let is_noted = notes.contains(row) || NOT_OF_KNOWRITHM.contains(&row);
            assert!(passed.contains(row) != is_noted, "{example}: {row}");
        }
        assert_eq!(diagnosis.code, Some(0), "{example}");
    }
}

#[test]
fn every_link_of_the_battery_leads_to_a_section_of_the_guide() {
    let rows = list();
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/tower-webhook/src/_guide");
    assert!(rows.len() > 60);
    for row in rows {
        let link = row["link"].as_str().unwrap();
        let (_, page) = link.split_once("tower_webhook/_guide/").expect(link);
        let (chapter, section) = page.split_once("/index.html").expect(link);
        let text = fs::read_to_string(guide.join(format!("{chapter}.rs"))).expect(link);
        let headings = text.lines().filter_map(|line| line.strip_prefix("//! # "));
        let mut anchors = headings.map(|heading| format!("#{}", heading.to_lowercase().replace(' ', "-")));
        assert!(section.is_empty() || anchors.any(|anchor| anchor == section), "{link}");
    }
}
