//! `replay`: what is sent again, and how it ends.

use std::fs;
use std::net::TcpListener;

use tower_webhook::scheme::Knowrithm;

use crate::exchange::{PATIENCE, post};
use crate::listening::{Listening, SECRET, json, pairs, signed};
use crate::process::run;

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
    let mut sent = json(&String::from_utf8(output.stdout).unwrap());
    assert!(sent["took_ms"].take().is_f64());
    let expected =
        serde_json::json!({ "method": "POST", "url": second.url, "size": 17, "status": 200, "took_ms": null });
    assert_eq!(sent, expected);

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
fn a_refusal_is_no_and_the_reason_may_be_the_time() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("request.http");
    fs::write(&file, "POST /hook HTTP/1.1\r\n\r\n{}").unwrap();
    let listening = Listening::start(&["--json"]);
    let output = run(&["replay", file.to_str().unwrap(), "--url", &listening.url]);
    assert_eq!(output.status.code(), Some(1));
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(
        shown.starts_with(&format!("POST {} 2 bytes\nanswered 403 in ", listening.url)),
        "{shown}"
    );
    let remark = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        remark,
        "warning: a timestamp that was signed with the request may be too old by now\n"
    );
}

#[test]
fn nobody_who_answers_is_unreachable() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("request.http");
    fs::write(&file, "POST /hook HTTP/1.1\r\n\r\n{}").unwrap();
    // It accepts connections, by its queue, and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let started = std::time::Instant::now();
    let output = run(&["replay", file.to_str().unwrap(), "--url", &url, "--timeout", "1"]);
    assert!(started.elapsed() < PATIENCE);
    assert_eq!(output.status.code(), Some(3));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("no answer within 1 s"), "{error}");
}
