//! The doctor is stopped: by its time, by Ctrl-C, or because nobody reads its output. And what it leaves in files.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use super::{answering, doctor, document, text};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// Answers the first request, and no other.
fn silent_soon() -> SocketAddr {
    answering(|number| (number == 0).then_some(OK))
}

#[test]
fn when_the_time_is_up_the_rest_is_not_checked() {
    let arguments = ["--json", "--max-time", "1", "--skip", "limits"];
    let output = doctor(&format!("http://{}/", silent_soon()), &arguments)
        .output()
        .unwrap();
    let document = document(&output);
    assert_eq!((output.status.code(), &document["end"]), (Some(1), &"time_up".into()));
    let count = &document["count"];
    assert_eq!((&count["passed"], &count["failures"]), (&1.into(), &0.into()));
    assert!(count["warnings"].as_u64().unwrap() > 50, "{count}");
}

#[test]
fn ctrl_c_prints_the_table_so_far() {
    let mut command = doctor(&format!("http://{}/", silent_soon()), &[]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.starts_with("pass  valid ")));
    let kill = format!("kill -INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let rest: Vec<_> = lines.collect();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(rest[rest.len() - 2], "Interrupted: the other rows were not checked.");
    assert_eq!(rest[rest.len() - 1], "1 passed, 0 failures, 0 warnings, 0 notes");
}

#[test]
fn a_closed_output_ends_it_quietly() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("doctor.xml");
    std::fs::write(&file, "an earlier one").unwrap();
    let url = format!("http://{}/", answering(|_| Some(OK)));
    let mut command = doctor(&url, &["--junit", file.to_str().unwrap()]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), &*text(&output.stderr)), (Some(141), ""));
    // No empty one takes its place.
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "an earlier one");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn the_results_are_written_for_ci() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("doctor.xml");
    // It accepts all.
    let url = format!("http://{}/", answering(|_| Some(OK)));
    let arguments = ["--only", "missing", "doubled", "--junit", file.to_str().unwrap()];
    let output = doctor(&url, &arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let xml = std::fs::read_to_string(&file).unwrap();
    assert!(
        xml.contains(r#"tests="3" failures="1" errors="0" skipped="0""#),
        "{xml}"
    );
    assert!(
        xml.contains(r#"<testcase classname="doctor.signature" name="missing""#),
        "{xml}"
    );
    assert!(xml.contains(r#"<failure message="a forgery was accepted">"#), "{xml}");
    assert_eq!(xml.matches("<testcase").count(), xml.matches("</testcase>").count());

    let missing = folder.path().join("no/such/folder.xml");
    let arguments = ["--junit", missing.to_str().unwrap()];
    let output = doctor(&url, &arguments).output().unwrap();
    assert_eq!((output.status.code(), &*text(&output.stdout)), (Some(2), ""));
}

#[test]
fn a_warning_is_a_failure_only_when_it_is_strict() {
    for (arguments, code) in [(&["--only", "doubled"][..], 0), (&["--strict", "--only", "doubled"], 1)] {
        let output = doctor(&format!("http://{}/", answering(|_| Some(OK))), arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", text(&output.stdout));
        assert!(text(&output.stdout).ends_with("1 passed, 0 failures, 1 warning, 0 notes\n"));
    }
}
