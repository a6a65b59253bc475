//! Genuine requests are passed on, and the answer comes back.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use tower_webhook::scheme::Knowrithm;

use crate::exchange::{PATIENCE, connect, post};
use crate::listening::{Listening, SECRET, json, pairs, signed};

/// Answers each connection so, and tells what it was sent.
fn target(answer: &'static [u8]) -> (String, Receiver<Vec<u8>>) {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook?tenant=acme", socket.local_addr().unwrap());
    let (sender, requests) = mpsc::channel();
    thread::spawn(move || {
        for stream in socket.incoming() {
            let mut stream = stream.unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            let mut request = Vec::new();
            let mut part = [0; 4096];
            while !request.ends_with(b"\xff\x00end") {
                let read = stream.read(&mut part).unwrap();
                request.extend(&part[..read]);
            }
            stream.write_all(answer).unwrap();
            if sender.send(request).is_err() {
                return;
            }
        }
    });
    (url, requests)
}

const BODY: &[u8] = b"{\"event\":\"a\"}\r\n\xff\x00end";

#[test]
fn a_genuine_request_arrives_unchanged_and_its_answer_comes_back() {
    let answer = b"HTTP/1.1 202 Accepted\r\nX-Of-Target: 1\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhere";
    let (url, requests) = target(answer);
    let listening = Listening::start(&["--json", "--forward", &url]);
    let signed_headers = signed(Knowrithm, SECRET, BODY);
    let headers = [
        &pairs(&signed_headers)[..],
        &[("x-a", "1"), ("x-a", "2"), ("te", "trailers")],
    ]
    .concat();
    let answer = post(&listening.url, &headers, BODY);
    assert_eq!(
        (answer.status, answer.text(), answer.header("x-of-target")),
        (202, "here", Some("1"))
    );

    let request = requests.recv_timeout(PATIENCE).unwrap();
    let end = request.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    assert_eq!(&request[end + 4..], BODY);
    let head = String::from_utf8(request[..end].to_vec()).unwrap();
    let mut lines: Vec<_> = head.lines().collect();
    lines.sort_unstable();
    let via = lines
        .iter()
        .position(|line| line.starts_with("via: 1.1 tower-webhook-"));
    lines.remove(via.expect("the listener names itself"));
    let host = format!("host: {}", url.split('/').nth(2).unwrap());
    let signature = format!("{}: {}", signed_headers[0].0, signed_headers[0].1);
    let mut expected = vec![
        "POST /hook?tenant=acme HTTP/1.1",
        &host,
        "content-length: 20",
        &signature,
        "x-a: 1",
        "x-a: 2",
    ];
    expected.sort_unstable();
    assert_eq!(lines, expected);
    let line = json(&listening.line());
    assert_eq!(
        (&line["answered_by"], &line["status"]),
        (&"forwarded".into(), &202.into())
    );
}

/// What arrives at a target with this path and query when a request with this one is passed on.
#[track_caller]
fn assert_target(of_target: &str, of_request: &str, expected: &str) {
    let (url, requests) = target(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let url = url.replace("/hook?tenant=acme", of_target);
    let listening = Listening::start(&["--json", "--forward", &url]);
    let headers = signed(Knowrithm, SECRET, BODY);
    let answer = post(&format!("{}{of_request}", listening.url), &pairs(&headers), BODY);
    assert_eq!(answer.status, 200);
    let request = requests.recv_timeout(PATIENCE).unwrap();
    let line = request.split(|byte| *byte == b'\r').next().unwrap();
    assert_eq!(String::from_utf8_lossy(line), format!("POST {expected} HTTP/1.1"));
}

#[test]
fn the_query_is_passed_on_byte_for_byte_unless_the_target_has_one() {
    let raw = "?a=%2f&a=+%C3%A9&&b={'x'}&c=d?e/f&";
    assert_target("/hook", raw, &format!("/hook{raw}"));
    assert_target("/hook?tenant=acme", raw, "/hook?tenant=acme");
    assert_target("/hook?", raw, "/hook?");
    assert_target("/hook", "", "/hook");
}

#[test]
fn an_answer_cannot_act_as_a_page_or_set_cookies() {
    let (url, _requests) = target(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\n\
          Content-Security-Policy: default-src 'none'\r\nContent-Length: 8\r\nConnection: close\r\n\r\n<script>",
    );
    let listening = Listening::start(&["--json", "--forward", &url]);
    let headers = signed(Knowrithm, SECRET, BODY);
    let answer = post(&listening.url, &pairs(&headers), BODY);
    assert_eq!((answer.status, answer.text()), (200, "<script>"));
    assert_eq!(answer.header("set-cookie"), None);
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let head = answer.head.to_ascii_lowercase();
    for policy in ["default-src 'none'", "sandbox"] {
        let line = format!("content-security-policy: {policy}");
        assert!(head.lines().any(|of_head| of_head == line), "{head}");
    }
}

/// Leads to an address that is known only later.
fn relay() -> (String, mpsc::Sender<String>) {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/webhooks/knowrithm", socket.local_addr().unwrap());
    let (sender, to) = mpsc::channel::<String>();
    thread::spawn(move || {
        let to = to.recv().unwrap();
        for from in socket.incoming() {
            let from = from.unwrap();
            let to = connect(&to);
            for (mut from, mut to) in [(from.try_clone().unwrap(), to.try_clone().unwrap()), (to, from)] {
                thread::spawn(move || std::io::copy(&mut from, &mut to));
            }
        }
    });
    (url, sender)
}

#[test]
fn a_request_that_comes_back_ends_the_loop() {
    let (url, lead_to) = relay();
    let listening = Listening::start(&["--json", "--forward", &url]);
    lead_to.send(listening.url.clone()).unwrap();
    let headers = signed(Knowrithm, SECRET, BODY);
    assert_eq!(post(&listening.url, &pairs(&headers), BODY).status, 508);
    let (again, first) = (json(&listening.line()), json(&listening.line()));
    let reason = again["answered_by"]["not_forwarded"].as_str().unwrap();
    assert!(reason.contains("leads back here"), "{again}");
    assert_eq!(
        (&first["answered_by"], &first["status"]),
        (&"forwarded".into(), &508.into())
    );
}

#[test]
fn a_request_whose_signature_would_be_left_out_is_not_passed_on() {
    let (url, requests) = target(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let listening = Listening::start(&["--json", "--forward", &url]);
    let headers = signed(Knowrithm, SECRET, BODY);
    let headers = [&pairs(&headers)[..], &[("connection", "X-Knowrithm-Signature")]].concat();
    assert_eq!(post(&listening.url, &headers, BODY).status, 400);
    let line = json(&listening.line());
    let reason = line["answered_by"]["not_forwarded"].as_str().unwrap();
    assert!(reason.contains("Connection"), "{line}");
    assert!(requests.try_recv().is_err());
}

#[test]
fn a_forged_request_is_not_passed_on() {
    let (url, requests) = target(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let listening = Listening::start(&["--json", "--forward", &url, "--accept-forged"]);
    assert_eq!(post(&listening.url, &[], BODY).status, 200);
    assert_eq!(json(&listening.line())["answered_by"], "accepted_forged");
    assert!(requests.try_recv().is_err());
}

#[test]
fn a_target_that_cannot_be_reached_is_502_and_a_line() {
    // Nothing listens on a port whose socket was closed.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let listening = Listening::start(&["--forward", &format!("http://{closed}/")]);
    let headers = signed(Knowrithm, SECRET, BODY);
    assert_eq!(post(&listening.url, &pairs(&headers), BODY).status, 502);
    let shown = listening.until("answered 502");
    let line = shown.lines().last().unwrap();
    assert!(
        line.contains(&format!("not forwarded: {closed}: Connection refused")),
        "{line}"
    );
}
