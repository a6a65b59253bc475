//! `replay`: what is sent again, and how it ends.

use std::io::Write;
use std::net::TcpListener;

use tempfile::NamedTempFile;
use tower_webhook::scheme::Knowrithm;

use crate::exchange::{PATIENCE, post};
use crate::listening::{Listening, SECRET, json, pairs, signed};
use crate::process::{only_error, run, stdout};
use crate::receiver::{Receiver, answer};

/// A file with a request that has this body.
fn saved(body: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(b"POST /hook HTTP/1.1\r\n\r\n").unwrap();
    file.write_all(body).unwrap();
    file
}

#[test]
fn a_saved_request_arrives_unchanged_and_is_genuine_again() {
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().to_str().unwrap();
    let first = Listening::start(&["--json", "--save", saved]);
    let body = b"{\"event\":\"a\"}\r\n\xff\x00";
    let headers = signed(Knowrithm, SECRET, body);
    let headers = [&pairs(&headers)[..], &[("x-a", "1"), ("x-a", "2")]].concat();
    assert_eq!(post(&first.url, &headers, body).status, 200);
    let came = json(&first.line());
    let file = folder.path().join(came["saved"].as_str().unwrap());

    let second = Listening::start(&["--json", "--path", "/other"]);
    let output = run(&["--json", "replay", file.to_str().unwrap(), "--url", &second.url]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let answer = json(&stdout(&output));
    assert!(answer["duration_ms"].is_f64(), "{answer}");
    for (member, value) in [
        ("status", 200.into()),
        ("body", r#"{"status":"success"}"#.into()),
        ("body_bytes", 20.into()),
        ("body_truncated", false.into()),
    ] {
        let value: serde_json::Value = value;
        assert_eq!(answer[member], value, "{member}");
    }
    let kind = serde_json::json!({ "name": "content-type", "value": "application/json" });
    assert!(answer["headers"].as_array().unwrap().contains(&kind), "{answer}");

    let again = json(&second.line());
    assert_eq!(
        (&again["target"], &again["verdict"]),
        (&"/other".into(), &came["verdict"])
    );
    assert_eq!(again["body_base64"], came["body_base64"]);
    let of_message = |line: &serde_json::Value| {
        let headers = line["headers"].as_array().unwrap().iter();
        let headers = headers.filter(|header| header["name"] != "host" && header["name"] != "connection");
        let mut headers: Vec<_> = headers.map(ToString::to_string).collect();
        headers.sort();
        headers
    };
    assert_eq!(of_message(&again), of_message(&came));
}

#[test]
fn the_answer_is_shown_and_a_refusal_may_be_due_to_the_time() {
    let file = saved(b"{}");
    let aged = "warning: if the signature has a timestamp, it may be too old by now\n";
    for (status, code, remark) in [(204, 0, ""), (401, 1, aged), (403, 1, aged), (404, 1, ""), (500, 1, "")] {
        let receiver = Receiver::start(move |_, _| answer(status, "a\u{1b}\n"));
        let output = run(&["replay", file.path().to_str().unwrap(), "--url", &receiver.url]);
        assert_eq!(output.status.code(), Some(code));
        let shown = stdout(&output);
        let (first, body) = shown.split_once('\n').unwrap();
        assert!(
            first.starts_with(&status.to_string()) && first.ends_with(" ms"),
            "{shown}"
        );
        assert_eq!(body, if status == 204 { "" } else { "a\\u{1b}\n" });
        assert_eq!(String::from_utf8(output.stderr).unwrap(), remark);
    }
}

#[test]
fn a_header_that_connection_names_is_left_out_and_that_is_said() {
    let mut file = NamedTempFile::new().unwrap();
    let head = "POST /hook HTTP/1.1\r\nconnection: close, x-mine\r\nx-mine: 1\r\nx-other: 2\r\n\r\n{}";
    file.write_all(head.as_bytes()).unwrap();
    let receiver = Receiver::answering(200);
    let output = run(&["replay", file.path().to_str().unwrap(), "--url", &receiver.url]);
    assert!(output.status.success(), "{output:?}");
    let seen = receiver.only();
    assert!(!seen.head.headers.contains_key("x-mine") && seen.head.headers["x-other"] == "2");
    let warning = "warning: x-mine is left out, because the header Connection names it\n";
    assert_eq!(String::from_utf8(output.stderr).unwrap(), warning);
}

#[cfg(unix)]
#[test]
fn a_file_name_cannot_steer_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = folder.path().join("a\u{1b}[2J\u{9b}31m\nb");
    let hostile = hostile.to_str().unwrap();
    let url = ["--url", "http://127.0.0.1:1/"];
    let shown = r"/a\u{1b}[2J\u{9b}31m\nb: ";
    let replayed = ["replay", hostile, url[0], url[1]];
    let secret = ["--secret-env", "PATH"];
    let sound = saved(b"{}");
    let trusting = [
        "replay",
        sound.path().to_str().unwrap(),
        "--cacert",
        hostile,
        url[0],
        url[1],
    ];
    let saving = [&["listen", "--port", "0", "--save", hostile][..], &secret].concat();
    for arguments in [&replayed[..], &trusting, &saving] {
        if arguments[0] == "listen" {
            std::fs::write(hostile, "no folder").unwrap();
        }
        let error = only_error(&run(arguments), 2);
        assert!(error.contains(shown), "{error}");
    }
    // A saved request of which only the head is there.
    std::fs::write(hostile, "POST / HTTP/1.1\r\n").unwrap();
    let error = only_error(&run(&replayed), 2);
    assert!(error.contains(shown), "{error}");
}

#[test]
fn a_large_body_is_sent_as_it_is() {
    let body: Vec<u8> = (0..9_000_000_u32).map(|at| at.to_le_bytes()[1]).collect();
    let file = saved(&body);
    let receiver = Receiver::answering(200);
    let output = run(&["replay", file.path().to_str().unwrap(), "--url", &receiver.url]);
    assert!(output.status.success(), "{output:?}");
    let seen = receiver.only();
    assert!(seen.body == body);
    assert_eq!(seen.head.headers["content-length"], "9000000");
}

#[test]
fn nobody_who_answers_is_unreachable() {
    let file = saved(b"{}");
    // It accepts connections, by its queue, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let started = std::time::Instant::now();
    let output = run(&["replay", file.path().to_str().unwrap(), "--url", &url, "--timeout", "1"]);
    assert!(started.elapsed() < PATIENCE);
    assert_eq!(output.status.code(), Some(3));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("no answer within 1 s"), "{error}");
}
