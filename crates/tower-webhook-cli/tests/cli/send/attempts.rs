//! `send --retry`.

use super::*;

#[test]
fn a_delivery_is_sent_until_it_is_accepted_signed_again_each_time_with_one_id() {
    let (arguments, verifier) = schemes().remove(5);
    let receiver = Receiver::start(|number, _| match number {
        0 => with_header(503, "retry-after", "0"),
        1 => with_header(302, "retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"),
        2 => with_header(403, "retry-after", "1"),
        _ => answer(202, "thanks"),
    });
    let output = output(&receiver.url, &[arguments, &["--retry"]].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = stdout(&output);
    let lines: Vec<_> = text.lines().collect();
    for (line, (start, end)) in lines.iter().zip([
        ("attempt 1: 503 Service Unavailable in ", ", next in 0.1 s"),
        ("attempt 2: 302 Found in ", ", next in 0.1 s"),
        ("attempt 3: 403 Forbidden in ", ", next in 1.0 s"),
        ("attempt 4: 202 Accepted in ", " ms"),
        ("thanks", ""),
    ]) {
        assert!(line.starts_with(start) && line.ends_with(end), "{text}");
    }
    let seen = receiver.seen();
    assert_eq!((lines.len(), seen.len()), (5, 4));
    assert!(seen.iter().all(|seen| code(&verifier, seen) == "genuine"));
    let values = |name: &str| -> std::collections::BTreeSet<_> {
        seen.iter()
            .map(|seen| seen.head.headers[name].to_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(values("webhook-id").len(), 1);
    assert!(values("webhook-signature").len() > 1, "more than a second lies between");
}

#[test]
fn a_receiver_that_is_not_there_yet_is_tried_again() {
    // A port that was free a moment ago.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut child = send(&format!("http://{address}/"), &["--retry", "--json"]);
    let mut child = child.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let mut next = || serde_json::from_str::<serde_json::Value>(&lines.next().unwrap().unwrap()).unwrap();

    let first = next();
    assert_eq!(first["attempt"], 1);
    assert!(
        first["error"].as_str().unwrap().contains("Connection refused"),
        "{first}"
    );
    let wait = first["next_in_ms"].as_f64().unwrap();
    assert!((999.0..=1500.0).contains(&wait), "{wait}");

    let listener = TcpListener::bind(address).unwrap();
    let (mut stream, _) = listener.accept().unwrap();
    let mut seen = [0; 4096];
    assert!(stream.read(&mut seen).unwrap() > 0);
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        .unwrap();
    let second = next();
    assert_eq!(
        (second["attempt"].as_u64(), second["status"].as_u64()),
        (Some(2), Some(200))
    );
    assert!(second["next_in_ms"].is_null());
    let report = next();
    assert_eq!(
        (&report["attempts"], &report["ended"]),
        (&2.into(), &"completed".into())
    );
    assert!(child.wait().unwrap().success());
}

#[test]
fn attempts_end() {
    let receiver = Receiver::start(|_, _| with_header(500, "retry-after", "0"));
    let output = output(&receiver.url, &["--retry", "--max-attempts", "3"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    assert_eq!((receiver.seen().len(), text.lines().count()), (3, 4));
    let last = text.lines().last().unwrap();
    assert!(last.starts_with("gave up after 3 attempts in "), "{text}");

    let output = super::output("http://127.0.0.1:1/", &["--retry", "--max-attempts", "1"]);
    assert_eq!(output.status.code(), Some(3));
    let text = stdout(&output);
    assert!(
        text.starts_with("attempt 1: no answer from 127.0.0.1:1: Connection refused"),
        "{text}"
    );
    assert!(text.contains("\ngave up after 1 attempt in "), "{text}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_tells_how_many_attempts_were_made() {
    let receiver = Receiver::start(|_, _| with_header(500, "retry-after", "3600"));
    let mut child = send(&receiver.url, &["--retry"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    assert!(lines.next().unwrap().unwrap().ends_with(", next in 3600.0 s"));
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert!(
        lines
            .next()
            .unwrap()
            .unwrap()
            .starts_with("stopped after 1 attempt in ")
    );
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
