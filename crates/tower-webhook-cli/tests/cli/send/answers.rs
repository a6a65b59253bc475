//! What a receiver answers, in time or not, and how it is shown.

use std::time::{Duration, Instant};

use super::*;

#[test]
fn only_2xx_is_a_yes_and_redirects_are_not_followed() {
    for (status, expected) in [(200, 0), (204, 0), (301, 1), (403, 1), (500, 1)] {
        let receiver = Receiver::start(move |_, _| {
            let location = "http://127.0.0.1:1/\u{9b}2J";
            let location = http::HeaderValue::from_bytes(location.as_bytes()).unwrap();
            let mut answer = answer(status, "");
            answer.headers_mut().insert("location", location);
            answer
        });
        let output = output(&receiver.url, &[]);
        assert_eq!(output.status.code(), Some(expected), "{status}");
        assert_eq!(receiver.seen().len(), 1);
        let notes = stdout(&output).lines().skip(1).collect::<Vec<_>>().join("\n");
        let expected = if status == 301 {
            r"(not followed, to http://127.0.0.1:1/\u{9b}2J)"
        } else {
            ""
        };
        assert_eq!(notes, expected);
    }
}

#[test]
fn what_a_receiver_answers_cannot_steer_the_terminal() {
    let body = "a\u{1b}[2J\u{202e}b\r\nc\u{9b}31m\n\n";
    let receiver = Receiver::start(move |_, _| answer(200, body));
    let text = stdout(&output(&receiver.url, &[]));
    let rest = text.split_once('\n').unwrap().1;
    assert_eq!(rest, "a\\u{1b}[2J\\u{202e}b\nc\\u{9b}31m\n\n");

    let output = output(&receiver.url, &["--json"]);
    assert_eq!(json(&output)["body"], body);
    assert!(!stdout(&output).contains(['\u{1b}', '\u{9b}', '\u{202e}']));
}

#[test]
fn a_body_that_is_no_text_is_base64_in_json() {
    let receiver = Receiver::start(|_, _| answer(200, &b"\xff\x00"[..]));
    let document = json(&output(&receiver.url, &["--json"]));
    assert_eq!(
        (&document["body_base64"], document["status"].as_u64()),
        (&"/wA=".into(), Some(200))
    );
    assert_eq!(
        (document["body"].is_null(), &document["body_truncated"]),
        (true, &false.into())
    );
    assert_eq!(document["body_bytes"], 2);
    let length = serde_json::json!({ "name": "content-length", "value": "2" });
    assert!(document["headers"].as_array().unwrap().contains(&length), "{document}");
    assert!(document["duration_ms"].as_f64().unwrap() > 0.0);
}

#[test]
fn of_a_long_answer_the_beginning_is_shown() {
    let receiver = Receiver::start(|_, _| answer(200, vec![b'a'; 3_000_000]));
    let text = stdout(&output(&receiver.url, &[]));
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[1].len(), 16 * 1024);
    assert_eq!(lines[2], "(only the first 16 KiB are shown)");
}

/// Answers one connection with these bytes after it has got a whole request, and keeps it open.
fn raw(answer: &'static [u8]) -> (String, std::thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut seen = Vec::new();
        while !seen.ends_with(b"\"}") {
            let mut piece = [0; 4096];
            let length = stream.read(&mut piece).unwrap();
            seen.extend_from_slice(&piece[..length]);
        }
        stream.write_all(answer).unwrap();
        let _ = stream.read_to_end(&mut seen);
    });
    (url, thread)
}

#[test]
fn an_answer_that_does_not_come_or_does_not_end_is_not_waited_for() {
    let (url, thread) = raw(b"");
    let error = only_error(&output(&url, &["--timeout", "1"]), 3);
    let expected = ": no answer within 1 s: is it busy? --timeout allows more";
    assert!(error.ends_with(expected), "{error}");
    thread.join().unwrap();

    let (url, thread) = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    let output = output(&url, &["--timeout", "1"]);
    assert!(output.status.success());
    assert!(stdout(&output).ends_with("half\n(the rest of the body did not arrive)\n"));
    thread.join().unwrap();
}

#[test]
fn interim_answers_without_end_are_no_answer() {
    const LIMIT: Duration = Duration::from_secs(60);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
        let interim = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(1000);
        // So that a command that waits on ends, and the test fails.
        stream.set_write_timeout(Some(LIMIT)).unwrap();
        let started = Instant::now();
        while started.elapsed() < LIMIT && stream.write_all(&interim).is_ok() {}
    });
    let started = Instant::now();
    let error = only_error(&output(&url, &["--timeout", "1"]), 3);
    let took = started.elapsed();
    assert!(error.contains(": no answer within 1 s: "), "{error}");
    assert!(took < LIMIT, "{took:?}");
    thread.join().unwrap();
}

#[test]
fn an_answer_that_is_none_is_told_with_what_to_do() {
    let long = format!("HTTP/1.1 200 OK\r\nx-long: {}\r\n\r\n", "a".repeat(200_000));
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x-many: 1\r\n".repeat(101));
    let too_large = "let it send fewer or shorter headers: at most 100, and 64 KiB in all";
    for (bytes, advice) in [
        (long.into_bytes(), too_large),
        (many.into_bytes(), too_large),
        (Vec::new(), "the receiver ended the connection: its log may say why"),
        (
            b"\x15\x03\x01\x00\x02\x02\x46".to_vec(),
            "does it speak HTTP? If it is HTTPS, write https://",
        ),
    ] {
        let receiver = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", receiver.local_addr().unwrap());
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = receiver.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            // Too long an answer is not read to its end.
            let _ = stream.write_all(&bytes);
        });
        let error = only_error(&output(&url, &[]), 3);
        assert!(error.ends_with(advice), "{error}");
        thread.join().unwrap();
    }
    // No name below `invalid` has an address.
    let error = only_error(&output("http://receiver.invalid/", &[]), 3);
    assert!(
        error.ends_with("is the name of the host right, and is there a network?"),
        "{error}"
    );
}

/// A receiver that judges the head alone, as the library does, and answers before the body was read.
#[test]
fn an_answer_before_the_body_was_read_is_shown() {
    let file = NamedTempFile::new().unwrap();
    file.as_file().set_len(64 * 1024 * 1024).unwrap();
    let receiver = Receiver::refusing_early();
    let output = output(&receiver.url, &["--file", file.path().to_str().unwrap()]);
    assert!(stdout(&output).starts_with("413 "), "{output:?}");
    assert_eq!(output.status.code(), Some(1));
}
