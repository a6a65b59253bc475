//! Each example does what its first comment says.

use std::collections::HashSet;
use std::env;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tower_webhook::test::TestBody;

use super::child::{RECEIVERS, Receiver, command, with_secret};
use crate::sockets::client::Protocol;
use crate::support::{EVENT, signed};

#[test]
fn the_printed_curl_command_is_accepted_and_a_forgery_is_refused_with_a_printed_reason() {
    if !has_curl() {
        return;
    }
    let mut signatures = HashSet::new();
    for example in RECEIVERS {
        let mut receiver = Receiver::start(command(example));
        let curl = receiver.greeting.iter().find(|line| line.starts_with("curl "));
        let curl = curl.unwrap_or_else(|| panic!("{example}: {:?}", receiver.greeting));
        let signature = curl.split("sha256=").nth(1).unwrap().split('\'').next().unwrap();
        assert!(
            signatures.insert(signature.to_owned()),
            "{example}: a secret of its own"
        );

        let answer = answer_of(curl);
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{example}: {answer}");
        assert!(answer.ends_with(r#"{"status":"success"}"#), "{example}: {answer}");
        assert_eq!(
            receiver.lines(),
            [
                "Received valid webhook event: lead.created",
                "  -> New lead received: John Doe (john.doe@example.com)"
            ],
            "{example}"
        );

        let answer = answer_of(&curl.replace("John", "Jane"));
        assert!(answer.starts_with("HTTP/1.1 403 Forbidden"), "{example}: {answer}");
        assert!(answer.ends_with("\r\n\r\n"), "{example}: an empty body: {answer}");
        assert_eq!(receiver.line(), "refused: signature_mismatch", "{example}");

        receiver.signal("TERM");
        assert_eq!(receiver.end().code(), Some(0), "{example}");
    }
}

#[test]
fn core_only_verifies_the_sample_as_documented_and_refuses_another_body() {
    let binary = command("core-only").get_program().to_str().unwrap().to_owned();
    let documented = documented("core-only")
        .remove(0)
        .replace("cargo run -p core-only --", &binary);
    let forged = documented.replace("body.json", "headers.txt");
    let without_secret = documented.replace("KNOWRITHM_WEBHOOK_SECRET=whk_sample", "");
    let key = "d8cf6026e953cadca2d61a117f24d6da5bc2395b14a327a47e9bb6e8b141c284";
    let verified = format!("verified: 104 bytes, delivery key {key}\n");
    for (command, code, stdout, stderr) in [
        (documented, 0, &*verified, ""),
        (forged, 1, "", "refused: signature_mismatch\n"),
        (
            without_secret,
            2,
            "",
            "core-only: environment variable KNOWRITHM_WEBHOOK_SECRET is not set\n",
        ),
    ] {
        let output = sh(&command);
        assert_eq!(output.status.code(), Some(code), "{command}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), stdout, "{command}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), stderr, "{command}");
    }
}

#[tokio::test]
async fn observed_logs_verdicts_and_answers_refusals_with_json() {
    let mut command = with_secret("observed");
    command.env_remove("RUST_LOG");
    let mut receiver = Receiver::start(command);
    let [unsigned, genuine] = ["another", EVENT].map(|content| signed(content, TestBody::one(EVENT)));

    let response = Protocol::Http1.send(receiver.address, unsigned).await.unwrap();
    assert_eq!(response.status(), 403);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.body(), r#"{"error":"Forbidden"}"#);
    let [ours, own] = receiver.lines();
    assert!(ours.contains("DEBUG tower_webhook::"), "{ours}");
    assert!(own.contains("DEBUG observed: refused a request"), "{own}");
    for line in [ours, own] {
        assert!(line.contains(r#"code="signature_mismatch""#), "{line}");
    }

    let response = Protocol::Http1.send(receiver.address, genuine).await.unwrap();
    assert_eq!(response.body(), r#"{"status":"success"}"#);
    let [ours, own] = receiver.lines();
    assert!(ours.contains(r#"code="verified""#), "{ours}");
    assert!(own.contains("INFO observed: received an event"), "{own}");

    receiver.signal("TERM");
    assert_eq!(receiver.end().code(), Some(0));
}

#[test]
fn own_scheme_verifies_its_own_signature_and_refuses_another_body() {
    let output = command("own-scheme").output().unwrap();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "verified: lights on\nrefused: signature_mismatch: lights off\n"
    );
}

/// The blocks of shell commands in the first comment of an example.
fn documented(example: &str) -> Vec<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../examples/{example}/src/main.rs"));
    let source = std::fs::read_to_string(source).unwrap();
    let comment: Vec<_> = source.lines().map_while(|line| line.strip_prefix("//!")).collect();
    let blocks = comment.join("\n");
    let blocks = blocks.split(" ```sh\n").skip(1);
    blocks
        .map(|block| block.split(" ```").next().unwrap().to_owned())
        .collect()
}

/// Runs a command in the root of the repository.
fn sh(command: &str) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(root).stdin(Stdio::null());
    shell.env_remove("KNOWRITHM_WEBHOOK_SECRET").output().unwrap()
}

/// The answer that `curl -i` prints.
pub(super) fn answer_of(curl: &str) -> String {
    String::from_utf8(sh(curl).stdout).unwrap()
}

/// Whether curl is installed. Panics where tests must not be skipped, as in `.ci/run`.
pub(super) fn has_curl() -> bool {
    let has_curl = Command::new("curl").arg("--version").output().is_ok();
    if !has_curl {
        assert!(
            env::var_os("TOWER_WEBHOOK_REQUIRE_ALL").is_none(),
            "curl is not installed"
        );
        println!("skipped: curl is not installed");
    }
    has_curl
}
