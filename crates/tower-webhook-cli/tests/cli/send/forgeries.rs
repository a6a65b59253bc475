//! `send --forge`.

use super::*;

const KINDS: [(&str, &str); 8] = [
    ("bit-flip", "signature_mismatch"),
    ("other-secret", "signature_mismatch"),
    ("stale-timestamp", "timestamp_too_old"),
    ("doubled-header", "duplicate_signature"),
    ("truncated-signature", "malformed_signature"),
    ("reserialised-json", "signature_mismatch"),
    ("changed-newline", "signature_mismatch"),
    ("missing", "missing_signature"),
];

#[test]
fn every_forgery_is_what_it_says_in_every_scheme() {
    for (scheme, verifier) in schemes() {
        for (kind, expected) in KINDS {
            let receiver = Receiver::answering(403);
            let output = output(&receiver.url, &[scheme, &["--forge", kind]].concat());
            if output.status.code() == Some(2) {
                assert_eq!(kind, "stale-timestamp", "{output:?}");
                let error = only_error(&output, 2);
                assert!(
                    error.starts_with("--forge stale-timestamp does not apply to "),
                    "{error}"
                );
                assert!(receiver.seen().is_empty());
                continue;
            }
            assert_eq!(output.status.code(), Some(0), "{output:?}");
            assert!(stdout(&output).ends_with(&format!("the forgery was refused: {kind}\n")));
            let seen = receiver.only();
            assert_eq!(code(&verifier, &seen), expected, "{scheme:?} {kind}");
            assert_eq!(
                (seen.head.uri.path(), &seen.head.method),
                ("/hook", &http::Method::POST)
            );
            assert_eq!(seen.head.headers["content-type"], "application/json");
        }
    }
}

#[test]
fn a_receiver_that_accepts_a_forgery_is_a_no_that_cannot_be_overlooked() {
    for (status, last) in [
        (200, "THE FORGERY WAS ACCEPTED: missing"),
        (204, "THE FORGERY WAS ACCEPTED: missing"),
        (302, "the forgery was not refused with 4xx: missing"),
        (500, "the forgery was not refused with 4xx: missing"),
    ] {
        let receiver = Receiver::answering(status);
        let output = output(&receiver.url, &["--forge", "missing"]);
        assert_eq!(output.status.code(), Some(1), "{status}");
        assert_eq!(stdout(&output).lines().last(), Some(last));
    }
    let receiver = Receiver::answering(200);
    let document = json(&output(&receiver.url, &["--forge", "bit-flip", "--json"]));
    assert_eq!(
        (&document["forgery"], &document["verdict"]),
        (&"bit_flip".into(), &"accepted".into())
    );
}

#[test]
fn a_path_that_does_not_exist_is_no_proof() {
    for (status, warns) in [(403, false), (404, true), (405, true)] {
        let receiver = Receiver::answering(status);
        let output = output(&receiver.url, &["--forge", "missing"]);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(!output.stderr.is_empty(), warns, "{output:?}");
    }
}

#[test]
fn a_file_that_cannot_be_changed_in_memory_is_not_forged() {
    let file = NamedTempFile::new().unwrap();
    file.as_file().set_len(9_000_000).unwrap();
    let path = file.path().to_str().unwrap();
    let error = only_error(
        &output("http://127.0.0.1:1/", &["--file", path, "--forge", "bit-flip"]),
        2,
    );
    assert!(error.starts_with("--forge takes a body of at most 8 MiB"), "{error}");
}
