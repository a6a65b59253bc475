//! `send --repeat` and `--duplicate`.

use std::collections::BTreeSet;

use super::*;

#[test]
fn each_repetition_is_signed_again_and_counted() {
    let (arguments, verifier) = schemes().remove(5);
    let receiver = Receiver::start(|number, _| answer(if number == 7 { 503 } else { 200 }, ""));
    let repeat = ["--repeat", "60", "--concurrency", "7", "--json"];
    let output = output(&receiver.url, &[arguments, &repeat].concat());
    assert_eq!(output.status.code(), Some(1), "one of them was refused");
    let report = json(&output);
    assert_eq!(report["statuses"], serde_json::json!({"200": 59, "503": 1}));
    assert_eq!((&report["requests"], &report["unanswered"]), (&60.into(), &0.into()));
    assert_eq!(report["ended"], "completed");
    let latency = |name: &str| report["latency"][name].as_f64().unwrap();
    assert!(0.0 < latency("p50_ms") && latency("p50_ms") <= latency("p90_ms"));
    assert!(latency("p90_ms") <= latency("p99_ms") && latency("p99_ms") <= latency("max_ms"));
    assert!(report["answers_per_second"].as_f64().unwrap() > 0.0);

    let seen = receiver.seen();
    assert_eq!(seen.len(), 60);
    assert!(seen.iter().all(|seen| code(&verifier, seen) == "genuine"));
    let ids: BTreeSet<_> = seen
        .iter()
        .map(|seen| seen.head.headers["webhook-id"].as_bytes())
        .collect();
    assert_eq!(ids.len(), 60);
    assert!(seen.iter().all(|each| each.body == seen[0].body));
}

#[test]
fn the_distribution_is_drawn() {
    let receiver = Receiver::answering(200);
    let output = output(&receiver.url, &["--repeat", "20"]);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let text = stdout(&output);
    assert!(text.starts_with("20 requests in "), "{text}");
    assert!(text.contains("\n       20  200 OK\nlatency  p50 "), "{text}");
    let bars = text.lines().filter(|line| line.contains('#'));
    let counts = bars.map(|line| line.split_whitespace().nth(3).unwrap().parse::<u64>().unwrap());
    assert_eq!(counts.sum::<u64>(), 20);
}

#[test]
fn a_duplicate_is_the_same_request_to_the_byte() {
    let (arguments, _) = schemes().remove(5);
    let receiver = Receiver::start(|number, _| answer(if number == 0 { 200 } else { 409 }, ""));
    let output = output(&receiver.url, &[arguments, &["--duplicate"]].concat());
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    let lines: Vec<_> = text.lines().collect();
    assert!(
        lines[0].starts_with("1. 200 OK in ") && lines[1].starts_with("2. 409 Conflict in "),
        "{text}"
    );
    let seen = receiver.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(
        (&seen[0].head.headers, &seen[0].body),
        (&seen[1].head.headers, &seen[1].body)
    );

    let many = super::output(&receiver.url, &["--duplicate", "--repeat", "5", "--concurrency", "5"]);
    assert_eq!(many.status.code(), Some(1));
    assert_eq!(receiver.seen().len(), 7);
}

#[test]
fn a_receiver_that_is_not_there_is_given_up() {
    let output = output("http://127.0.0.1:1/", &["--repeat", "1000000"]);
    assert_eq!(output.status.code(), Some(3));
    let text = stdout(&output);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "gave up after 10 of 1000000");
    assert!(lines[1].starts_with("10 requests in "), "{text}");
    assert!(
        lines[2].starts_with("       10  no answer from 127.0.0.1:1: Connection refused"),
        "{text}"
    );
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.starts_with("error: 127.0.0.1:1: Connection refused"), "{error}");

    let report = json(&super::output("http://127.0.0.1:1/", &["--repeat", "20", "--json"]));
    assert_eq!(
        (&report["ended"], &report["unanswered"]),
        (&"gave_up".into(), &10.into())
    );
    assert!(report["latency"].is_null());
}

#[test]
fn numbers_out_of_bounds_and_modes_that_exclude_each_other_are_refused() {
    for arguments in [
        &["--repeat", "0"][..],
        &["--repeat", "1000001"],
        &["--repeat", "2", "--concurrency", "1001"],
        &["--concurrency", "5"],
        &["--retry", "--repeat", "2"],
        &["--forge", "missing", "--retry"],
        &["--forge", "missing", "--duplicate"],
        &["--max-attempts", "3"],
        &["lead.created", "--file", "x"],
        &["--file", "x", "--set", "a=1"],
    ] {
        assert_eq!(
            output("http://127.0.0.1:1/", arguments).status.code(),
            Some(2),
            "{arguments:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_prints_what_was_measured_so_far() {
    let receiver = Receiver::answering(200);
    let child = send(&receiver.url, &["--repeat", "1000000", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let start = std::time::Instant::now();
    while receiver.seen().len() < 20 {
        assert!(start.elapsed().as_secs() < 30, "no request arrives");
        std::thread::yield_now();
    }
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let report = json(&output);
    let requests = report["requests"].as_u64().unwrap();
    assert!((19..1_000_000).contains(&requests), "{requests}");
    assert_eq!(report["ended"], "interrupted");
}
