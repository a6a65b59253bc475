//! `events`.

use crate::process::{only_error, run, stdout};

#[test]
fn every_event_of_the_list_can_be_printed_in_full() {
    let list = stdout(&run(&["events"]));
    let documents: Vec<serde_json::Value> = serde_json::from_slice(&run(&["events", "--json"]).stdout).unwrap();
    assert_eq!(list.lines().count(), documents.len());
    for (line, document) in list.lines().zip(documents) {
        let name = line.split_whitespace().next().unwrap();
        assert_eq!(document["event"], name);
        let full = stdout(&run(&["events", name]));
        let payload: serde_json::Value = serde_json::from_str(full.strip_suffix('\n').unwrap()).unwrap();
        assert_eq!(document["payload"], payload);
    }
    let error = only_error(&run(&["events", "a\u{1b}b"]), 2);
    assert!(
        error.starts_with(r"there is no sample of `a\u{1b}b`: choose one of "),
        "{error}"
    );
}
