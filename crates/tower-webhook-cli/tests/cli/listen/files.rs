//! What is kept in files, and HTTPS from files.

use std::fs;
use std::path::{Path, PathBuf};

use tower_webhook::scheme::Knowrithm;

use crate::exchange::{authority, path, post};
use crate::listening::{Listening, SECRET, json, pairs, signed};
use crate::process::{only_error, run};
use crate::receiver::Receiver;

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

#[test]
fn the_last_requests_are_kept_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("saved");
    let listening = Listening::start(&["--json", "--save", saved.to_str().unwrap(), "--keep", "2"]);
    post(&listening.url, &pairs(&signed(Knowrithm, SECRET, b"{}")), b"{}");
    let genuine = json(&listening.line())["saved"].as_str().unwrap().to_owned();
    let bodies = [&b"first"[..], b"\xff\r\n\r\n\x00", b""];
    for body in bodies {
        post(&listening.url, &[("x-a", "1"), ("x-a", "2")], body);
    }
    let names: Vec<_> = bodies
        .map(|_| json(&listening.line())["saved"].as_str().unwrap().to_owned())
        .into();
    let files = files(&saved);
    // The genuine ones are kept apart from those that anybody can send.
    assert_eq!(files, [&genuine, &names[1], &names[2]].map(|name| saved.join(name)));
    let (path, host) = (path(&listening.url), authority(&listening.url));
    let mut expected = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nx-a: 1\r\nx-a: 2\r\ncontent-length: 6\r\nconnection: close\r\n\r\n"
    )
    .into_bytes();
    expected.extend(bodies[1]);
    assert_eq!(fs::read(&files[1]).unwrap(), expected);
    #[cfg(unix)]
    for (path, mode) in [(&saved, 0o700), (&files[0], 0o600)] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, mode);
    }
}

#[test]
fn a_kept_request_with_a_long_target_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let listening = Listening::start(&["--json", "--save", folder.path().to_str().unwrap()]);
    let target = format!("{}?{}", listening.url, "a".repeat(9000));
    let body = b"X-Not: a header\n";
    post(&target, &pairs(&signed(Knowrithm, SECRET, body)), body);
    assert_eq!(json(&listening.line())["verdict"]["genuine"], true);
    let file = files(folder.path()).remove(0);
    let file = file.to_str().unwrap();
    for command in ["verify", "explain"] {
        let output = run(&[command, file, "--secret", SECRET, "--any-time"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    let receiver = Receiver::answering(200);
    let output = run(&["replay", file, "--url", &receiver.url]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(receiver.only().body, &body[..]);
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_at_once() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().join("below");
    let output = run(&[
        "listen",
        "--port",
        "0",
        "--secret",
        "whk_demo",
        "--save",
        path.to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("Not a directory"));
}

#[test]
fn requests_come_over_https_and_are_sent_again_over_https() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let [certificate, key, body, saved] = ["cert.pem", "key.pem", "request.http", "saved"]
        .map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    fs::write(&certificate, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let listening = Listening::start(&[
        "--json",
        "--tls-cert",
        &certificate,
        "--tls-key",
        &key,
        "--save",
        &saved,
    ]);
    assert!(listening.url.starts_with("https://127.0.0.1:"), "{}", listening.url);

    let mut request = b"POST / HTTP/1.1\r\nhost: elsewhere\r\n".to_vec();
    for (name, value) in signed(Knowrithm, SECRET, b"{}") {
        request.extend(format!("{name}: {value}\r\n").bytes());
    }
    request.extend(b"\r\n{}");
    fs::write(&body, request).unwrap();
    let replay = |more: &[&str]| run(&[&["replay", &body, "--url", &listening.url], more].concat());
    let sent = replay(&["--cacert", &certificate]);
    assert_eq!(sent.status.code(), Some(0), "{sent:?}");
    assert_eq!(json(&listening.line())["verdict"]["genuine"], true);
    // It came over HTTP/2, and is kept with the host that it was sent to.
    let kept = fs::read(&files(Path::new(&saved))[0]).unwrap();
    let host = format!("host: {}\r\n", authority(&listening.url));
    assert!(String::from_utf8(kept).unwrap().contains(&host));
    // The system does not trust this certificate.
    let error = only_error(&replay(&[]), 3);
    assert!(
        error.ends_with(": if you trust its certificate, name it with --cacert"),
        "{error}"
    );
    let plain = listening.url.replace("https://", "http://");
    let error = only_error(&run(&["replay", &body, "--url", &plain]), 3);
    assert!(error.starts_with(authority(&plain)) && error.contains(": "), "{error}");
}

#[test]
fn a_certificate_that_cannot_be_used_is_an_error_at_once() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let arguments = [
        "listen",
        "--port",
        "0",
        "--secret",
        "whk_demo",
        "--tls-cert",
        path,
        "--tls-key",
        path,
    ];
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("expected a certificate in")
    );
}
