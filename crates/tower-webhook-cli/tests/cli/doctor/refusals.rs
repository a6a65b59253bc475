//! What the doctor says when it cannot begin.

use std::net::{Ipv4Addr, TcpListener};

use super::{answering, doctor, document, text};
use crate::process::{only_error, run};

#[test]
fn when_the_valid_request_is_not_accepted_it_says_what_to_do_and_stops() {
    for (answer, advice) in [
        ("HTTP/1.1 403 Forbidden\r\n\r\n", "is the secret its own"),
        ("HTTP/1.1 401 Unauthorized\r\n\r\n", "is the secret its own"),
        ("HTTP/1.1 404 Not Found\r\n\r\n", "nothing is at this path"),
        ("HTTP/1.1 405 Method Not Allowed\r\n\r\n", "does not take POST"),
        ("HTTP/1.1 301 Moved\r\nLocation: /hook/\r\n\r\n", "use /hook/"),
        (
            "HTTP/1.1 302 Found\r\nLocation: http://e/a\\b\r\n\r\n",
            r"use http://e/a\b",
        ),
        ("HTTP/1.1 422 No\r\n\r\n", "--body FILE"),
        ("HTTP/1.1 500 No\r\n\r\n", "look into its log"),
        ("", "closed without an answer"),
        ("SSH-2.0-OpenSSH_9.2\r\n", "is this the port of the receiver"),
    ] {
        let address = answering(move |_| Some(answer));
        let output = doctor(&format!("http://{address}/hook"), &["--json"]).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{answer}");
        let document = document(&output);
        let rows = document["rows"].as_array().unwrap();
        assert_eq!((rows.len(), &document["end"]), (1, &"not_valid".into()), "{answer}");
        assert_eq!(
            (&rows[0]["name"], &rows[0]["result"]),
            (&"valid".into(), &"fail".into())
        );
        let remark = rows[0]["remark"].as_str().unwrap();
        assert!(remark.contains(advice), "{answer}: {remark}");
    }
}

#[test]
fn what_a_receiver_answers_cannot_steer_the_terminal() {
    let address = answering(|_| Some("HTTP/1.1 302 Found\r\nLocation: /a\\b\u{9b}2J\u{202e}\r\n\r\n"));
    let output = doctor(&format!("http://{address}/"), &[]).output().unwrap();
    let stdout = text(&output.stdout);
    let redirect = r"it is a redirect, which senders do not follow: use /a\\b\u{9b}2J\u{202e}";
    assert!(stdout.contains(redirect), "{stdout}");
    assert!(!stdout.contains(['\u{9b}', '\u{202e}', '\u{1b}']), "{stdout:?}");
}

#[test]
fn a_receiver_that_nobody_runs_cannot_be_reached() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let output = doctor(&format!("http://{address}/"), &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let stderr = text(&output.stderr);
    assert!(
        stderr.starts_with(&format!("error: {address}: Connection refused")),
        "{stderr}"
    );
    assert_eq!(text(&output.stdout), "");
}

#[test]
fn nothing_is_sent_to_another_machine_unless_it_is_ones_own() {
    for host in ["192.0.2.1", "[2001:db8::1]", "0.0.0.0", "[::ffff:192.0.2.1]"] {
        let output = doctor(&format!("http://{host}:9/"), &[]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{host}");
        let stderr = text(&output.stderr);
        assert!(
            stderr.contains("which is not this machine: add --i-own-this-host"),
            "{host}: {stderr}"
        );
    }
    let address = answering(|_| None);
    let page = ["--effects", "http://192.0.2.1:9/"];
    let output = doctor(&format!("http://{address}/"), &page).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_page_of_effects_without_a_number_is_an_error() {
    let address = answering(|_| Some("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmany"));
    let page = format!("http://{address}/effects");
    let output = doctor(&format!("http://{address}/"), &["--effects", &page])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stderr), "error: the page of --effects shows no number\n");
}

#[test]
fn a_body_that_is_no_object_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("event.json");
    for content in ["[]", "{}", "", "{\"a\":"] {
        std::fs::write(&file, content).unwrap();
        let arguments = ["--body", file.to_str().unwrap()];
        let output = doctor("http://127.0.0.1:9/", &arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{content}");
    }
}

#[test]
fn a_body_in_which_the_scheme_has_no_place_for_its_signature_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("event.json");
    for (scheme, body, start) in [
        ("adyen", "{\"a\":7}", "scheme adyen signs one notification item"),
        (
            "microsoft-graph",
            "{\"value\":[7]}",
            "scheme microsoft_graph shows its token in objects",
        ),
        (
            "microsoft-graph",
            "{\"value\":[]}",
            "scheme microsoft_graph shows its token in the array `value`",
        ),
    ] {
        std::fs::write(&file, body).unwrap();
        let arguments = ["--body", file.to_str().unwrap(), "--scheme", scheme];
        let mut doctor = doctor("http://127.0.0.1:9/", &arguments);
        // Adyen's key is in hex.
        doctor.env("TEST_SECRET", "5a".repeat(32));
        let output = doctor.output().unwrap();
        let error = only_error(&output, 2);
        assert!(error.starts_with(start), "{error}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_name_of_a_file_that_cannot_be_written_does_not_steer_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a\u{1b}[31m");
    std::os::unix::fs::symlink("/dev/full", &file).unwrap();
    let address = answering(|_| Some("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    let arguments = ["--only", "valid", "--junit", file.to_str().unwrap()];
    let output = doctor(&format!("http://{address}/"), &arguments).output().unwrap();
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(
        stderr.contains("No space left") && !stderr.contains('\u{1b}'),
        "{stderr:?}"
    );
}

#[test]
fn without_a_secret_it_says_where_one_can_be() {
    let output = run(&["doctor", "--url", "http://127.0.0.1:9/"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("set KNOWRITHM_WEBHOOK_SECRET"));
}
