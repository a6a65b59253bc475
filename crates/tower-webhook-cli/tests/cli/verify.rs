//! `verify`.

use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::process::{command, only_error, run_with, stdout};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY: &[u8] = b"{\"event\": \"lead.created\"}\r\n\xff";

fn with_secret(arguments: &[&str]) -> Command {
    let mut command = command(arguments);
    command.args(["--secret-env", "TEST_SECRET"]).env("TEST_SECRET", SECRET);
    command
}

/// Files in a folder of their own.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path: PathBuf = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

/// The headers that `sign` prints for a body.
fn headers(body: &[u8], arguments: &[&str]) -> String {
    let output = run_with(with_secret(&[&["sign"], arguments].concat()), body);
    assert!(output.status.success(), "{output:?}");
    stdout(&output)
}

fn verify(arguments: &[&str], stdin: &[u8]) -> Output {
    run_with(with_secret(&[&["verify"], arguments].concat()), stdin)
}

fn verdict(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), stdout(output))
}

#[test]
fn a_request_is_genuine_in_every_form() {
    let files = Files::new();
    let headers = headers(BODY, &[]);
    let body = files.write("body", BODY);
    let lines = files.write("headers", &headers);
    let message = [format!("POST /hook HTTP/1.1\r\n{headers}\r\n").as_bytes(), BODY].concat();
    let message_file = files.write("message", &message);
    let curl = format!("> {}\n", headers.trim_end().replace('\n', "\n> "));
    let curl = files.write(
        "curl",
        format!("*   Trying 127.0.0.1...\n> POST /hook HTTP/2\n{curl}> \n< HTTP/2 403\n"),
    );
    let genuine = (Some(0), "genuine\n".to_owned());
    for arguments in [
        &["--headers", &lines, "--body", &body][..],
        &["--headers", &curl, "--body", &body],
        &[&lines, "--body", &body],
        &[&curl, "--body", &body],
        &[&message_file],
    ] {
        assert_eq!(verdict(&verify(arguments, b"")), genuine, "{arguments:?}");
    }
    assert_eq!(verdict(&verify(&["-"], &message)), genuine);
    assert_eq!(
        verdict(&verify(&["--headers", "-", "--body", &body], headers.as_bytes())),
        genuine
    );
    assert_eq!(verdict(&verify(&["--headers", &lines, "--body", "-"], BODY)), genuine);
}

#[test]
fn an_entry_of_a_har_file_is_verified() {
    let body = "{\"name\":\"Zo\u{eb}\"}";
    let headers = headers(body.as_bytes(), &["--json"]);
    let headers: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&headers).unwrap();
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| serde_json::json!({"name": name, "value": value}))
        .collect();
    let request = serde_json::json!({"method": "POST", "url": "http://127.0.0.1/hook", "headers": headers,
        "postData": {"mimeType": "application/json", "text": body}});
    let har = serde_json::json!({"log": {"entries": [{"request": request}]}}).to_string();
    assert_eq!(
        verdict(&verify(&["-"], har.as_bytes())),
        (Some(0), "genuine\n".to_owned())
    );
    let changed = har.replace("Zo", "Zoo");
    assert_eq!(verify(&["-"], changed.as_bytes()).status.code(), Some(1));
}

#[test]
fn a_forgery_is_refused_with_its_reason() {
    let files = Files::new();
    let body = files.write("body", BODY);
    let lines = headers(BODY, &[]);
    for (headers, body, expected) in [
        (
            lines.clone(),
            &BODY[1..],
            "refused signature_mismatch: signature does not match the body\n",
        ),
        (
            format!("{lines}{lines}"),
            BODY,
            "refused duplicate_signature: a required header occurs more than once, or contradicts another one: \
             x-knowrithm-signature\n",
        ),
        (
            "a: b\n".to_owned(),
            BODY,
            "refused missing_signature: a required header is missing: x-knowrithm-signature\n",
        ),
    ] {
        let headers = files.write("headers", headers);
        let output = verify(&["--headers", &headers, "--body", "-"], body);
        assert_eq!(verdict(&output), (Some(1), expected.to_owned()));
    }
    let output = verify(
        &["--headers", "-", "--body", &body, "--json"],
        b"x-knowrithm-signature: md5=1\n",
    );
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["genuine"], false);
    assert_eq!(document["code"], "malformed_signature");
    assert_eq!(document["header"], "x-knowrithm-signature");
}

#[test]
fn a_length_that_is_not_the_announced_one_is_a_hint_when_the_signature_is_wrong() {
    let lines = headers(BODY, &[]);
    for (length, body, hint) in [
        (BODY.len(), BODY, ""),
        (7, BODY, ""),
        (
            BODY.len(),
            &BODY[..9],
            "warning: Content-Length announces 28 bytes, but the body has 9\n",
        ),
    ] {
        let message = [
            format!("POST / HTTP/1.1\nContent-Length: {length}\n{lines}\n").as_bytes(),
            body,
        ]
        .concat();
        let output = verify(&["-"], &message);
        assert_eq!(String::from_utf8(output.stderr).unwrap(), hint);
    }
}

#[test]
fn any_of_several_secrets_may_have_signed() {
    let files = Files::new();
    let (headers, body) = (files.write("headers", headers(BODY, &[])), files.write("body", BODY));
    let other = files.write("other", "another secret\n");
    let output = verify(
        &[
            "--headers",
            &headers,
            "--body",
            &body,
            "--secret-file",
            &other,
            "--json",
        ],
        b"",
    );
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["signed_by"], "environment variable TEST_SECRET");
    assert_eq!(document["bytes"], BODY.len());
    let text = stdout(&verify(
        &["--headers", &headers, "--body", &body, "--secret-file", &other],
        b"",
    ));
    assert_eq!(
        text,
        "genuine\nsigned with the secret in environment variable TEST_SECRET\n"
    );
}

#[test]
fn signed_times_are_judged_as_asked() {
    let files = Files::new();
    let body = files.write("body", BODY);
    let signed = headers(BODY, &["--scheme", "stripe", "--timestamp", "1716287400"]);
    let signed = files.write("headers", signed);
    for (arguments, expected) in [
        (&[][..], "refused timestamp_too_old"),
        (&["--any-time"], "genuine"),
        (&["--at", "1716287400"], "genuine"),
        (&["--at", "2024-05-21T10:35:00Z"], "genuine"),
        (&["--at", "2024-05-21T10:35:01Z"], "refused timestamp_too_old"),
        (&["--at", "2024-05-21T10:35:01Z", "--tolerance", "301"], "genuine"),
        (
            &["--at", "1716287399", "--tolerance", "0"],
            "refused timestamp_in_future",
        ),
    ] {
        let request = ["--scheme", "stripe", "--headers", &signed, "--body", &body];
        let output = verify(&[&request[..], arguments].concat(), b"");
        assert!(stdout(&output).starts_with(expected), "{arguments:?}: {output:?}");
    }
}

#[test]
fn what_cannot_be_verified_is_one_line() {
    let files = Files::new();
    let body = files.write("body", BODY);
    let lines = files.write("headers", headers(BODY, &[]));
    let message = files.write("message", format!("POST / HTTP/1.1\n{}\n{{}}", headers(b"{}", &[])));
    let long = files.write("long", "a: b\n".repeat(100_000));
    for (arguments, part) in [
        (&["missing"][..], "missing: No such file"),
        (
            &[&lines],
            "the request has no body in this form: name its file with --body",
        ),
        (
            &[&message, "--body", &body],
            "the request contains its body: leave --body out",
        ),
        (&["--headers", "-", "--body", "-"], "stdin cannot be both"),
        (&["-", "--body", "-"], "stdin cannot be both"),
        (
            &["--headers", &body, "--body", &body],
            "is no header: its name is invalid",
        ),
        (&["--headers", &long, "--body", &body], "is longer than 256 KiB"),
        (&["--headers", &lines, "--body", "missing"], "missing: No such file"),
        (
            &["--headers", &lines, "--body", files.0.path().to_str().unwrap()],
            "is a folder",
        ),
    ] {
        let error = only_error(&verify(arguments, b""), 2);
        assert!(error.contains(part), "{arguments:?}: {error}");
    }
    for arguments in [
        &[][..],
        &["--headers", &lines],
        &[&message, "--headers", &lines],
        &[&message, "--tolerance", "2592001"],
        &[&message, "--any-time", "--at", "0"],
    ] {
        only_error(&verify(arguments, b""), 2);
    }
    let output = command(&["verify", &message]).output().unwrap();
    let error = only_error(&output, 2);
    assert!(error.starts_with("no secret: set KNOWRITHM_WEBHOOK_SECRET"), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_large_body_is_verified_in_constant_memory() {
    use std::io::{Read, Write};
    use std::process::Stdio;

    let files = Files::new();
    let lines = files.write("headers", headers(b"{}", &[]));
    let mut command = with_secret(&["verify", "--headers", &lines, "--body", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for _ in 0..256 {
        stdin.write_all(&vec![0; 1024 * 1024]).unwrap();
    }
    let peak = crate::process::peak_memory(child.id());
    drop(stdin);
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(text.starts_with("refused signature_mismatch"), "{text}");
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(peak < 64, "{peak} MiB");
}
