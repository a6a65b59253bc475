//! The receivers of `tests/flawed`: the doctor finds the flaw of each, and no other.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;

use super::program::{examine, flawed, flawed_command};

/// What the doctor says of a flawed receiver.
struct Patient {
    name: &'static str,
    fails: &'static [&'static [&'static str]],
    warns: &'static [&'static [&'static str]],
    arguments: &'static [&'static str],
}

const fn patient(name: &'static str, fails: &'static [&'static [&'static str]]) -> Patient {
    Patient {
        name,
        fails,
        warns: &[],
        arguments: &[],
    }
}

impl Patient {
    const fn warns(self, warns: &'static [&'static [&'static str]]) -> Self {
        Self { warns, ..self }
    }

    const fn arguments(self, arguments: &'static [&'static str]) -> Self {
        Self { arguments, ..self }
    }
}

/// Forgeries whose signature does not have the right form.
const MALFORMED: &[&str] = &[
    "missing",
    "empty",
    "malformed",
    "no-mac",
    "truncated",
    "truncated-to-8",
    "non-ascii-header",
    "only-non-ascii",
    "another-provider",
    "in-the-json",
];

/// Forgeries whose signature has the right form.
const WELL_FORMED: &[&str] = &[
    "zeros",
    "wrong-first-digit",
    "wrong-middle-digit",
    "wrong-last-digit",
    "names-the-mac",
    "another-body",
    "changed-first-byte",
    "changed-middle-byte",
    "changed-last-byte",
    "appended",
    "cut-off",
    "reserialised-compact",
    "reserialised-spaced",
    "another-secret",
    "empty-secret",
    "secret-null",
    "secret-undefined",
    "secret-none",
    "length-too-small",
];

/// What a strict reader refuses.
const LENIENT: &[&str] = &[
    "upper-case",
    "blank-before-mac",
    "quoted",
    "no-prefix",
    "prefix-in-upper-case",
    "other-prefix",
    "too-long",
    "doubled",
    "doubled-right-first",
    "doubled-right-last",
    "joined",
];

/// Those that take longest come first.
const PATIENTS: &[Patient] = &[
    patient("waits-without-end", &[&["stalled"]]),
    patient("hangs-on-chunked", &[&["chunked", "chunks-of-one-byte"]]),
    patient("sound", &[]).arguments(&["--effects"]),
    patient("acts-twice-on-duplicates", &[&["acts-once", "acts-once-in-a-race"]]).arguments(&["--effects"]),
    patient("acts-twice-in-a-race", &[&["acts-once-in-a-race"]]).arguments(&["--effects"]),
    patient("accepts-all", &[MALFORMED, WELL_FORMED]).warns(&[LENIENT]),
    patient(
        "checks-a-prefix-of-the-mac",
        &[&["wrong-middle-digit", "wrong-last-digit", "truncated", "truncated-to-8"]],
    )
    .warns(&[&["too-long", "doubled", "doubled-right-first"]]),
    patient(
        "compares-after-reserialising",
        &[
            &["escaped-json", "odd-spacing", "odd-numbers", "unsorted-members"],
            &["appended", "reserialised-compact"],
        ],
    ),
    patient("ignores-the-body", &[WELL_FORMED]),
    patient("reads-the-signature-in-the-json", &[&["in-the-json"]]),
    patient("accepts-an-empty-secret", &[&["empty-secret"]]),
    patient("accepts-the-secret-undefined", &[&["secret-undefined"]]),
    patient("accepts-another-provider", &[&["another-provider"]]),
    patient("ignores-the-case", &[]).warns(&[&["upper-case", "prefix-in-upper-case"]]),
    patient("takes-the-first-header", &[]).warns(&[&["doubled", "doubled-right-first"]]),
    patient("ignores-a-stale-time", &[&["stale-time"]])
        .warns(&[&["rather-stale-time", "future-time"]])
        .arguments(&["--scheme", "slack", "--secret-env", "KNOWRITHM_WEBHOOK_SECRET"]),
    patient(
        "crashes-on-a-non-ascii-header",
        &[&["non-ascii-header", "only-non-ascii"]],
    ),
    patient(
        "crashes-on-a-malformed-header",
        &[
            &["empty", "malformed", "only-non-ascii"],
            &["quoted", "no-prefix", "prefix-in-upper-case", "other-prefix"],
        ],
    ),
    patient("answers-500-to-a-forgery", &[MALFORMED, WELL_FORMED, LENIENT]),
    patient("fails-on-other-json", &[&["array", "string", "null"]]),
    patient("fails-on-unknown-events", &[&["unknown-event", "empty-object"]]),
    patient("names-the-expected-mac", &[&["names-the-mac"]]),
    patient("refuses-duplicates", &[&["duplicate", "concurrent-duplicates"]]),
    patient("buffers-without-end", &[&["oversized", "endless"]]),
    patient("refuses-large-bodies", &[&["large"]]).warns(&[&["very-large"]]),
    patient(
        "hashes-the-first-piece",
        &[&["chunked", "byte-by-byte", "chunks-of-one-byte", "large"]],
    )
    .warns(&[&["very-large", "length-too-large"]]),
    patient("hashes-decoded-text", &[&["non-ascii-json"]]),
];

/// Its process ends, and what comes after is not checked.
const ENDS: &str = "ends-on-a-non-ascii-header";

#[test]
fn the_doctor_finds_the_flaw_of_each_receiver_and_no_other() {
    let waiting = Mutex::new(PATIENTS.iter());
    let found = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap().next();
                    let Some(patient) = next else { break };
                    if let Some(difference) = difference(patient) {
                        found.lock().unwrap().push(difference);
                    }
                }
            });
        }
    });
    let found = found.into_inner().unwrap();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What the doctor says, where it is not what is expected.
fn difference(patient: &Patient) -> Option<String> {
    let receiver = flawed(patient.name);
    let page = format!("http://{}/effects", receiver.address);
    let mut arguments = patient.arguments.to_vec();
    if arguments == ["--effects"] {
        arguments.push(&page);
    }
    let diagnosis = examine(receiver.address, "/", &arguments);
    let [fails, warns] = [patient.fails, patient.warns].map(|rows| rows.concat().into_iter().collect());
    let expected: [BTreeSet<&str>; 2] = [fails, warns];
    let code = i32::from(!expected[0].is_empty());
    let found = [diagnosis.rows("fail"), diagnosis.rows("warn")];
    let is_right = found == expected && diagnosis.code == Some(code);
    (!is_right).then(|| {
        let name = patient.name;
        format!(
            "{name}: exit {:?}, found {found:?}\n  expected {expected:?}",
            diagnosis.code
        )
    })
}

#[test]
fn a_receiver_that_ends_is_found_and_the_rest_is_not_checked() {
    let mut receiver = flawed(ENDS);
    let diagnosis = examine(receiver.address, "/", &[]);
    assert_eq!(receiver.end().code(), Some(1));
    assert_eq!(diagnosis.rows("fail"), BTreeSet::from(["non-ascii-header"]));
    assert_eq!(diagnosis.code, Some(1));
    assert_eq!(diagnosis.document["end"], "gone");
    let rows = diagnosis.document["rows"].as_array().unwrap();
    let unchecked = rows.iter().filter(|row| row["came"] == "not checked");
    assert_eq!(unchecked.count(), diagnosis.rows("warn").len());
    assert!(diagnosis.rows("warn").contains("timing"));
}

/// What is accepted of a signature in the body by whoever looks at none, with every scheme of that kind.
const IN_BODY: [&[&str]; 2] = [
    &[
        "missing",
        "empty",
        "malformed",
        "no-mac",
        "zeros",
        "wrong-first-digit",
        "wrong-middle-digit",
        "wrong-last-digit",
        "truncated",
        "truncated-to-8",
        "another-provider",
        "names-the-mac",
        "another-secret",
        "empty-secret",
    ],
    &[
        "quoted",
        "too-long",
        "doubled",
        "doubled-right-first",
        "doubled-right-last",
        "joined",
    ],
];

#[test]
fn a_receiver_that_accepts_all_is_found_where_the_signature_is_in_the_body() {
    const KEY: &str = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00";
    const UNSET: &[&str] = &["secret-null", "secret-undefined", "secret-none"];
    let of_mailgun = [UNSET, &["changed-id", "stale-time", "changed-time"]].concat();
    let schemes: [(&str, &[&str], &[&str]); 3] = [
        ("adyen", &["another-body"], &["unpadded"]),
        (
            "mailgun",
            &of_mailgun,
            &["upper-case", "rather-stale-time", "future-time"],
        ),
        ("microsoft-graph", UNSET, &[]),
    ];
    thread::scope(|scope| {
        for (name, fails, warns) in schemes {
            scope.spawn(move || {
                let receiver = flawed("accepts-all");
                let arguments = ["--scheme", name, "--secret", KEY, "--skip", "limits"];
                let diagnosis = examine(receiver.address, "/", &arguments);
                let expected = [[IN_BODY[0], fails].concat(), [IN_BODY[1], warns].concat()];
                let expected = expected.map(|rows| rows.into_iter().collect::<BTreeSet<_>>());
                assert_eq!([diagnosis.rows("fail"), diagnosis.rows("warn")], expected, "{name}");
            });
        }
    });
}

#[test]
fn every_flawed_receiver_is_examined() {
    let output = flawed_command("--list").output().unwrap();
    let list = String::from_utf8(output.stdout).unwrap();
    let listed: BTreeSet<_> = list.lines().map(|line| line.split(' ').next().unwrap()).collect();
    let examined: BTreeSet<_> = PATIENTS.iter().map(|patient| patient.name).chain([ENDS]).collect();
    assert_eq!(listed, examined);
}
