//! `send`, against receivers on loopback.

mod answers;
mod attempts;
mod forgeries;
mod many;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};

use bytes::Bytes;
use http::Response;
use tempfile::NamedTempFile;
use tower_webhook::scheme::{Encoding, GitHub, HmacScheme, Knowrithm, Shopify, Slack, StandardWebhooks, Stripe};
use tower_webhook::{SigningSecret, Verifier};

use crate::process::{command, only_error, run, run_with, stdout};
use crate::receiver::{Receiver, Seen, answer};

/// As text and decoded, a secret of every scheme.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// `send` with a secret.
fn send(url: &str, arguments: &[&str]) -> Command {
    let mut command = command(&["send", "--url", url, "--secret-env", "TEST_SECRET"]);
    command.args(arguments).env("TEST_SECRET", SECRET);
    command
}

fn output(url: &str, arguments: &[&str]) -> Output {
    send(url, arguments).output().unwrap()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Every scheme: what `send` and the library call it.
fn schemes() -> Vec<(&'static [&'static str], Verifier)> {
    let secret = || SigningSecret::new(SECRET).unwrap();
    let decoded = || secret().decode_whsec().unwrap();
    let own = HmacScheme::new("own", http::HeaderName::from_static("x-mac"))
        .prefix("mac=")
        .encoding(Encoding::Base64);
    vec![
        (&[], Verifier::new(Knowrithm, secret())),
        (&["--scheme", "github"], Verifier::new(GitHub, secret())),
        (&["--scheme", "stripe"], Verifier::new(Stripe, secret())),
        (&["--scheme", "slack"], Verifier::new(Slack, secret())),
        (&["--scheme", "shopify"], Verifier::new(Shopify, secret())),
        (
            &["--scheme", "standard-webhooks"],
            Verifier::new(StandardWebhooks::new(), decoded()),
        ),
        (
            &["--scheme", "svix"],
            Verifier::new(StandardWebhooks::svix_only(), decoded()),
        ),
        (
            &[
                "--scheme",
                "hmac",
                "--signature-header",
                "X-Mac",
                "--signature-prefix",
                "mac=",
                "--signature-encoding",
                "base64",
            ],
            Verifier::new(own, secret()),
        ),
    ]
}

fn knowrithm() -> Verifier {
    schemes().remove(0).1
}

fn code(verifier: &Verifier, seen: &Seen) -> &'static str {
    match verifier.verify(&seen.head, seen.body.clone()) {
        Ok(_) => "genuine",
        Err(rejection) => rejection.code(),
    }
}

#[test]
fn a_sample_is_genuine_in_every_scheme() {
    for (arguments, verifier) in schemes() {
        let receiver = Receiver::start(|_, _| answer(200, "{\"status\":\"success\"}\n"));
        let output = output(&receiver.url, arguments);
        let text = stdout(&output);
        assert_eq!(output.status.code(), Some(0), "{arguments:?} {output:?}");
        let (first, rest) = text.split_once('\n').unwrap();
        assert!(first.starts_with("200 OK in ") && first.ends_with(" ms"), "{text}");
        assert_eq!(rest, "{\"status\":\"success\"}\n");
        let seen = receiver.only();
        assert_eq!(code(&verifier, &seen), "genuine", "{arguments:?}");
        assert_eq!(seen.head.method, "POST");
        assert_eq!(seen.head.uri, "/hook?tenant=acme");
        assert_eq!(seen.head.headers["content-type"], "application/json");
        let program = seen.head.headers["user-agent"].to_str().unwrap();
        assert_eq!(program, concat!("tower-webhook/", env!("CARGO_PKG_VERSION")));
        assert_eq!(
            seen.head.headers["content-length"].to_str().unwrap(),
            seen.body.len().to_string()
        );
    }
}

#[test]
fn the_exact_bytes_of_a_file_or_of_stdin_are_sent() {
    let small = b"\xef\xbb\xbf{\"a\": 1}\r\n\x00\xff".to_vec();
    let large: Vec<u8> = (0..9_000_000_u32).map(|at| at.to_le_bytes()[1]).collect();
    for bytes in [Vec::new(), small, large] {
        let receiver = Receiver::answering(204);
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        let path = file.path().to_str().unwrap();
        assert!(output(&receiver.url, &["--file", path]).status.success());
        for stdin in [&["-"][..], &["--file", "-"]] {
            assert!(run_with(send(&receiver.url, stdin), &bytes).status.success());
        }
        let seen = receiver.seen();
        assert_eq!(seen.len(), 3);
        for seen in seen {
            assert!(seen.body == bytes);
            assert_eq!(code(&knowrithm().max_body(bytes.len()), &seen), "genuine");
        }
    }
}

#[test]
fn events_edits_and_headers_are_chosen() {
    let receiver = Receiver::answering(200);
    let arguments = ["conversation.ended", "--set", "data.rating=[5]", "--set", "data.id=c 7"];
    let headers = ["-H", "Content-Type: text/plain", "-H", "x-a:1", "--header", "X-A: 2"];
    assert!(
        output(&receiver.url, &[&arguments[..], &headers].concat())
            .status
            .success()
    );
    let seen = receiver.only();
    let body: serde_json::Value = serde_json::from_slice(&seen.body).unwrap();
    assert_eq!(body["event"], "conversation.ended");
    assert_eq!(body["data"], serde_json::json!({"id": "c 7", "rating": [5]}));
    assert_eq!(code(&knowrithm(), &seen), "genuine");
    let values: Vec<_> = seen.head.headers.get_all("x-a").iter().collect();
    assert_eq!(values, ["1", "2"]);
    let types: Vec<_> = seen.head.headers.get_all("content-type").iter().collect();
    assert_eq!(types, ["text/plain"]);
}

#[test]
fn what_cannot_be_sent_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().to_str().unwrap();
    for (arguments, start) in [
        (&["--file", folder][..], "is a folder"),
        (&["--file", "missing.json"], "missing.json: No such file"),
        (
            &["lead.deleted"],
            "there is no sample of `lead.deleted`: choose one of agent.created,",
        ),
        (
            &["--set", "data.x=1"],
            "--set data.x: `data` has no `x`, only id, first_name",
        ),
        (&["-", "--set", "data.id=1"], "--set changes a sample"),
        (
            &["-H", "X-Knowrithm-Signature: 1"],
            "x-knowrithm-signature is the header of the signature",
        ),
        (&["--cacert", "missing.pem"], "missing.pem: "),
    ] {
        let error = only_error(&output("http://127.0.0.1:1/", arguments), 2);
        assert!(error.contains(start), "{arguments:?}: {error}");
    }
    let error = only_error(&output("http://127.0.0.1:1/", &[]), 3);
    assert!(error.starts_with("127.0.0.1:1: Connection refused"), "{error}");
    for (option, place, start) in [
        ("--secret-env", "MISSING", "environment variable MISSING is not set"),
        ("--secret-file", "missing.txt", "file missing.txt: No such file"),
    ] {
        let error = only_error(&run(&["send", "--url", "http://127.0.0.1:1/", option, place]), 2);
        assert!(error.starts_with(start), "{error}");
    }
    let error = only_error(&run(&["send", "--url", "http://127.0.0.1:1/"]), 2);
    assert!(error.starts_with("no secret: set KNOWRITHM_WEBHOOK_SECRET"), "{error}");
    let mut blank = command(&["send", "--url", "http://127.0.0.1:1/"]);
    blank.env("KNOWRITHM_WEBHOOK_SECRET", " ");
    let error = only_error(&blank.output().unwrap(), 2);
    assert!(
        error.starts_with("the secret in environment variable KNOWRITHM_WEBHOOK_SECRET is blank: "),
        "{error}"
    );
    let undecodable = send("http://127.0.0.1:1/", &["--scheme", "svix"])
        .env("TEST_SECRET", "whsec_?")
        .output();
    let error = only_error(&undecodable.unwrap(), 2);
    assert!(
        error.starts_with("the secret in environment variable TEST_SECRET: "),
        "{error}"
    );
    for url in [
        "http://",
        "127.0.0.1:5000",
        "ftp://127.0.0.1/",
        "http://user:pass@127.0.0.1/",
    ] {
        assert_eq!(output(url, &[]).status.code(), Some(2), "{url}");
    }
}

#[test]
fn a_secret_that_looks_like_a_placeholder_is_warned_of_and_never_printed() {
    let receiver = Receiver::answering(200);
    let output = send(&receiver.url, &[])
        .env("TEST_SECRET", "changeme")
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.starts_with("warning: the secret in environment variable TEST_SECRET"),
        "{stderr}"
    );
    assert!(!stderr.contains("changeme"), "{stderr}");
    assert!(output.status.success());
}

#[test]
fn output_that_nobody_reads_ends_quietly() {
    let receiver = Receiver::start(|_, _| answer(200, "x\n".repeat(8000)));
    let mut child = send(&receiver.url, &[]);
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(141), 0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_large_file_is_sent_in_constant_memory() {
    use std::sync::mpsc;

    let length = 256 * 1024 * 1024;
    let file = NamedTempFile::new().unwrap();
    file.as_file().set_len(length).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (whole, arrived) = mpsc::channel();
    let (measured, answer) = mpsc::channel::<()>();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut piece = vec![0; 1024 * 1024];
        let mut seen = 0;
        while seen < length {
            seen += stream.read(&mut piece).unwrap() as u64;
        }
        whole.send(()).unwrap();
        answer.recv().unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
    });
    let mut child = send(&url, &["--file", file.path().to_str().unwrap()])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    arrived.recv().unwrap();
    let peak = crate::process::peak_memory(child.id());
    measured.send(()).unwrap();
    assert!(child.wait().unwrap().success());
    thread.join().unwrap();
    assert!(peak < 64, "{peak} MiB");
}

fn with_header(status: u16, name: &'static str, value: &str) -> Response<Bytes> {
    let mut answer = answer(status, "");
    answer.headers_mut().insert(name, value.parse().unwrap());
    answer
}
