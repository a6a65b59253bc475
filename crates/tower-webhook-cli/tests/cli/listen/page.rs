//! The page over HTTP: what it is told, and who may ask. A browser opens it in the test of `.ci/browser`.

use std::io::{BufRead, BufReader, Read, Write};

use serde_json::Value;
use tower_webhook::scheme::Knowrithm;

use crate::exchange::{authority, connect, path, post, request, written};
use crate::listening::{Listening, SECRET, json, pairs, signed};

fn get(listening: &Listening, path: &str, headers: &[(&str, &str)]) -> u16 {
    request("GET", &listening.of_page(path), headers, b"").status
}

/// Reads events until one of this number.
fn event(events: &mut impl BufRead, number: u64) -> Value {
    loop {
        let mut line = String::new();
        assert!(events.read_line(&mut line).unwrap() > 0, "the events end");
        if let Some(data) = line.strip_prefix("data: ") {
            let data = json(data.trim_end());
            if data["number"] == number {
                return data;
            }
        }
    }
}

fn events(listening: &Listening) -> impl BufRead + use<> {
    let url = listening.of_page("events");
    let mut stream = connect(&url);
    stream.write_all(&written("GET", &url, &[], b"")).unwrap();
    BufReader::new(stream)
}

#[test]
fn the_page_is_told_of_each_request_and_sends_it_again() {
    let listening = Listening::start(&["--json"]);
    let body = br#"{"event":"lead.created","html":"<script>alert(1)</script>"}"#;
    post(&listening.url, &pairs(&signed(Knowrithm, SECRET, body)), body);
    let mut events = events(&listening);
    let first = event(&mut events, 1);
    assert_eq!(
        (&first["event"], &first["verdict"]["genuine"]),
        (&"lead.created".into(), &true.into())
    );
    assert!(first["text"].as_str().unwrap().contains("<script>"), "{first}");
    post(&listening.url, &[], b"{}");
    assert_eq!(event(&mut events, 2)["verdict"]["code"], "missing_signature");

    let origin = [("origin", &*listening.base())];
    let replay = |number: &str| {
        let url = listening.of_page(&format!("requests/{number}/replay"));
        let answer = request("POST", &url, &origin, b"");
        (answer.status, json(answer.text()))
    };
    let expected = serde_json::json!({ "number": 3, "status": 200, "verdict": first["verdict"] });
    assert_eq!(replay("1"), (200, expected));
    let again = event(&mut events, 3);
    assert_eq!((&again["replay_of"], &again["headers"]), (&1.into(), &first["headers"]));
    for number in ["4", "0", "-1", "x", "99999999999999999999"] {
        assert_eq!(replay(number).0, 404, "{number}");
    }
    // The stream is ended, and not cut off at the end of the grace.
    assert_eq!(listening.end().1.code(), Some(0));
    let mut rest = Vec::new();
    events.read_to_end(&mut rest).unwrap();
    assert!(rest.ends_with(b"\r\n0\r\n\r\n"), "{}", rest.escape_ascii());
}

#[test]
fn the_page_that_was_opened_first_gives_its_place_to_the_newest() {
    let listening = Listening::start(&["--json"]);
    let open = || {
        let mut events = events(&listening);
        let mut line = String::new();
        while !line.starts_with("event: start") {
            line.clear();
            assert!(events.read_line(&mut line).unwrap() > 0, "the events end");
        }
        events
    };
    let mut first = open();
    let others: Vec<_> = (1..16).map(|_| open()).collect();
    let mut newest = open();
    let mut last = String::new();
    while !last.starts_with("event: replaced") {
        last.clear();
        first.read_line(&mut last).unwrap();
        // What is sent when nothing happens.
        assert!(!last.is_empty() && last != ":\n", "it keeps its place");
    }
    post(&listening.url, &[], b"{}");
    for mut events in others {
        event(&mut events, 1);
    }
    event(&mut newest, 1);
}

#[test]
fn what_was_not_read_to_its_end_is_not_sent_again() {
    let listening = Listening::start(&["--json", "--max-body", "10"]);
    assert_eq!(post(&listening.url, &[], b"more than ten bytes").status, 413);
    let first = event(&mut events(&listening), 1);
    assert_eq!(
        (&first["can_be_sent_again"], &first["text"]),
        (&false.into(), &"more than ".into())
    );
    let url = listening.of_page("requests/1/replay");
    assert_eq!(request("POST", &url, &[("origin", &listening.base())], b"").status, 409);
}

#[test]
fn only_a_browser_that_names_the_address_sees_the_page() {
    let listening = Listening::start(&["--json"]);
    let address = authority(&listening.url).to_owned();
    let port = address.split(':').next_back().unwrap();
    for (path, found) in [("", 200), ("nothing", 404)] {
        assert_eq!(get(&listening, path, &[]), found);
    }
    for host in [format!("localhost:{port}"), format!("[::1]:{port}")] {
        assert_eq!(get(&listening, "", &[("host", &host)]), 200, "{host}");
    }
    for path in ["", "events"] {
        for host in [format!("rebound.example:{port}"), "127.0.0.1.example".to_owned()] {
            assert_eq!(get(&listening, path, &[("host", &host)]), 403, "{host}");
        }
        assert_eq!(get(&listening, path, &[("x-forwarded-for", "192.0.2.1")]), 403);
    }
    assert_eq!(get(&listening, "events", &[("sec-fetch-site", "cross-site")]), 403);
}

#[test]
fn only_the_page_itself_presses_the_button() {
    let listening = Listening::start(&["--json"]);
    post(&listening.url, &[], b"{}");
    listening.line();
    let own = listening.base();
    let url = listening.of_page("requests/1/replay");
    for headers in [
        &[][..],
        &[("origin", "http://example.com")],
        &[("origin", "null")],
        &[("origin", &*own), ("sec-fetch-site", "cross-site")],
        &[("origin", "http://rebound.example"), ("host", "rebound.example")],
    ] {
        assert_eq!(request("POST", &url, headers, b"").status, 403, "{headers:?}");
    }
    assert_eq!(request("GET", &url, &[("origin", &own)], b"").status, 405);
    // None of them was sent again.
    let (shown, _) = listening.end();
    assert_eq!(json(shown.lines().last().unwrap())["received"], 1);
}

#[test]
fn there_is_a_page_on_loopback_unless_it_is_declined_and_elsewhere_only_when_it_is_asked_for() {
    for arguments in [&["--json", "--host", "0.0.0.0"][..], &["--json", "--no-page"]] {
        assert_eq!(Listening::start(arguments).page, None, "{arguments:?}");
    }
    let exposed = Listening::start(&["--json", "--host", "0.0.0.0", "--expose-page"]);
    let url = exposed.of_page("").replace("0.0.0.0", "127.0.0.1");
    assert_eq!(request("GET", &url, &[], b"").status, 200);
}

#[test]
fn without_its_token_nobody_finds_the_page() {
    let listening = Listening::start(&["--json"]);
    let other = Listening::start(&["--json"]);
    assert_ne!(path(&listening.of_page("")), path(&other.of_page("")));
    post(&listening.url, &[], b"{}");
    listening.line();
    let base = listening.base();
    let token = path(&listening.of_page(""));
    let own = [("origin", &*base)];
    for root in ["/", "/-/", "/-//", &token[..token.len() - 2], &path(&other.of_page(""))] {
        for (method, below) in [("GET", ""), ("GET", "events"), ("POST", "requests/1/replay")] {
            let answer = request(method, &format!("{base}{root}{below}"), &own, b"");
            assert_eq!((answer.status, answer.text()), (404, ""), "{root}{below}");
        }
    }
    // That of HTTP/1.0 names no host.
    let absolute = listening.of_page("");
    for target in [&token, &absolute] {
        let mut stream = connect(&base);
        write!(stream, "GET {target} HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.0 403 "), "{answer}");
    }
    assert_eq!(get(&listening, "", &[]), 200);
}
