//! How it begins and ends.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use tower_webhook::scheme::Knowrithm;

use crate::exchange::{authority, connect, post, written};
use crate::listening::{Listening, SECRET, json, pairs, signed};
use crate::process::run;

#[test]
fn it_ends_with_a_summary() {
    let listening = Listening::start(&[]);
    post(&listening.url, &pairs(&signed(Knowrithm, SECRET, b"{}")), b"{}");
    post(&listening.url, &[], b"123");
    post(&listening.url, &[], b"");
    post(&format!("{}/other", listening.base()), &[], b"");
    let (shown, status) = listening.end();
    assert_eq!(status.code(), Some(0));
    let summary = "\nReceived 3 requests with 5 bytes: 1 genuine, 2 refused\n  missing_signature  2\n\
        And 1 request for another path or by another method\n";
    assert!(shown.ends_with(summary), "{shown}");
}

#[test]
fn the_summary_is_json_for_programs() {
    let listening = Listening::start(&["--json"]);
    post(&listening.url, &[], b"123");
    let (shown, _) = listening.end();
    let expected = serde_json::json!({
        "kind": "summary", "received": 1, "genuine": 0, "refused": { "missing_signature": 1 }, "handshakes": 0, "bytes": 3,
        "elsewhere": 0,
    });
    assert_eq!(json(shown.lines().last().unwrap()), expected);
}

#[test]
fn a_port_in_use_is_named_with_what_to_do() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port().to_string();
    let output = run(&["listen", "--port", &port, "--secret", "whk_demo"]);
    assert_eq!(output.status.code(), Some(3));
    let error = String::from_utf8(output.stderr).unwrap();
    let expected = format!(
        "error: port {port} of 127.0.0.1 is in use: end the program that listens there, or choose another one with --port"
    );
    assert_eq!(error.lines().last(), Some(&*expected));
}

#[test]
fn it_ends_when_nobody_reads_its_output_any_more() {
    let listening = Listening::start(&[]);
    let status = listening.close_output(|url| {
        let Ok(mut stream) = TcpStream::connect(authority(url)) else {
            return false;
        };
        let _ = stream.write_all(&written("POST", url, &[], b"{}"));
        let _ = stream.read_to_end(&mut Vec::new());
        true
    });
    assert_eq!(status.code(), Some(141));
}

#[test]
fn requests_are_served_while_others_stall() {
    let listening = Listening::start(&["--json"]);
    let mut stalled = connect(&listening.url);
    let head = written("POST", &listening.url, &[], &[b'a'; 1000]);
    stalled.write_all(&head[..head.len() - 500]).unwrap();
    assert_eq!(post(&listening.url, &[], b"{}").status, 403);
    assert_eq!(json(&listening.line())["body_bytes"], 2);
    // Its end is told, and what came of it.
    drop(stalled);
    let line = json(&listening.line());
    assert_eq!(
        (&line["verdict"]["code"], &line["body_bytes"]),
        (&"body_read".into(), &500.into())
    );
}
