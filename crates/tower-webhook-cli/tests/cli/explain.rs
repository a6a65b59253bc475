//! `explain`, as its users run it.

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::process::{command, only_error, run_with};

/// The signature of `{}` under `whk_demo`.
const HEADER: &str = "X-Knowrithm-Signature: sha256=61d5dd2ee53e48999c812fa34687780c240cd9f7c183ab778c801adc91ba8e5d";
const SECRET: &str = "whk_demo";

fn explain(body: &[u8], secret: &str, more: &[&str]) -> Output {
    let folder = TempDir::new().expect("a folder can be made");
    let path = folder.path().join("body");
    fs::write(&path, body).expect("a file can be written");
    let mut command = command(&["explain", "--body"]);
    command.arg(&path).args(more).env("KNOWRITHM_WEBHOOK_SECRET", secret);
    command.output().expect("the program was built")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is UTF-8")
}

#[test]
fn the_explanation_is_a_document_of_json() {
    let output = explain(b"{}\n", SECRET, &["--json", "--header", HEADER]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["explained"], true);
    assert_eq!(report["accident"], "trailing_newline");
    assert_eq!(report["side"], "receiver");
    for member in ["change", "cause", "fix"] {
        assert!(!report[member].as_str().unwrap().is_empty());
    }
    assert!(report["tried"].as_u64().unwrap() > 0);
}

#[test]
fn what_was_tried_in_vain_is_listed_and_the_answer_is_no() {
    let output = explain(b"[1]", "another", &["--json", "--header", HEADER]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["explained"], false);
    let tried = report["tried_accidents"].as_array().unwrap();
    assert!(tried.contains(&"secret_quoted".into()) && tried.contains(&"json_indented".into()));
    assert!(report["tried"].as_u64().unwrap() > 50);
}

#[test]
fn neither_the_secret_nor_the_expected_signature_is_printed() {
    for (body, secret) in [
        (&b"{}\n"[..], " s3cr3t-of-mine"),
        (b"{}", "\"whk_demo\""),
        (b"x", "s3cr3t-of-mine"),
    ] {
        for more in [&["--header", HEADER][..], &["--header", HEADER, "--json"]] {
            let output = explain(body, secret, more);
            let printed = text(&output.stdout) + &text(&output.stderr);
            assert!(!printed.contains("s3cr3t") && !printed.contains(SECRET), "{printed}");
            assert!(!printed.contains("61d5dd2e"), "{printed}");
        }
    }
}

#[test]
fn a_saved_request_is_explained_and_headers_may_be_replaced() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("request");
    let message = format!("POST /hook HTTP/1.1\r\nHost: localhost\r\n{HEADER}\r\n\r\n{{}}\r\n");
    fs::write(&path, &message).unwrap();
    let run = |more: &[&str]| {
        let mut command = command(&["explain", "--json"]);
        command.arg(&path).args(more).env("KNOWRITHM_WEBHOOK_SECRET", SECRET);
        let output = command.output().unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
    };
    assert_eq!(run(&[])["accident"], "trailing_newline");
    let other = HEADER.replace("sha256=", "");
    let report = run(&["--header", &other]);
    assert_eq!(report["accident"], "signature_prefix_missing");
    assert_eq!(report["and"]["accident"], "trailing_newline");
}

#[test]
fn the_secret_of_another_endpoint_is_named_with_its_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("billing");
    fs::write(&path, format!("{SECRET}\n")).unwrap();
    let file = path.to_str().unwrap();
    let output = explain(b"{}", "another", &["--header", HEADER, "--other-secret-file", file]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let printed = text(&output.stdout);
    assert!(
        printed.contains("other_endpoint_secret") && printed.contains("billing"),
        "{printed}"
    );
}

#[test]
fn several_secrets_on_the_command_line_are_told_apart_by_their_number() {
    let secrets = ["--secret", "whk_other", "--secret", SECRET, "--header", HEADER];
    let report = explain(b"{}", "unused", &[&secrets[..], &["--json"]].concat());
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    assert_eq!(
        (&report["accident"], &report["signed_by"]),
        (&"older_secret".into(), &"--secret no. 2".into())
    );
    let verify = |secrets: &[&str]| {
        let command = command(&[&["verify", "-"], secrets].concat());
        text(&run_with(command, format!("POST / HTTP/1.1\n{HEADER}\n\n{{}}").as_bytes()).stdout)
    };
    let signed_by = "genuine\nsigned with the secret in --secret no. 2\n";
    assert_eq!(verify(&secrets[..4]), signed_by);
    assert_eq!(verify(&secrets[2..4]), "genuine\n");
}

#[test]
fn the_public_url_and_what_the_request_came_to_are_tried_with_every_scheme() {
    let square = |subcommand: &str, url: &str| {
        let mut command = command(&[subcommand, "--scheme", "square", "--public-url", url]);
        command.args(["--secret-env", "TEST_SECRET"]).env("TEST_SECRET", SECRET);
        command
    };
    let signed = text(&run_with(square("sign", "https://ex.com/hook?tenant=1"), b"{}").stdout);
    let request = format!(
        "POST /hook?tenant=1 HTTP/1.1\r\nHost: ex.com\r\n{}\r\n\r\n{{}}",
        signed.trim_end()
    );
    let run = |mut command: Command| {
        command.arg("-");
        text(&run_with(command, request.as_bytes()).stdout)
    };
    let printed = run(square("explain", "https://ex.com/hook"));
    assert!(printed.starts_with("explained url\n"), "{printed}");
    let mut other = command(&["explain", "--public-url", "https://ex.com/hook?tenant=1"]);
    other.args(["--secret-env", "TEST_SECRET"]).env("TEST_SECRET", SECRET);
    let printed = run(other);
    assert!(printed.starts_with("explained other_provider\n"), "{printed}");
    assert!(printed.contains("`--scheme square`"), "{printed}");
}

#[test]
fn the_time_is_judged_as_of_the_one_that_is_given() {
    let signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    // Slack's published example.
    let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V\
        &channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=\
        &response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
        &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    let signature = format!("X-Slack-Signature: {signature}");
    let run = |at: &[&str]| {
        let headers = [
            "--header",
            &signature,
            "--header",
            "X-Slack-Request-Timestamp: 1531420618",
        ];
        let secret = [
            "--scheme",
            "slack",
            "--json",
            "--secret-env",
            "KNOWRITHM_WEBHOOK_SECRET",
        ];
        let output = explain(
            body.as_bytes(),
            "8f742231b10e8888abcd99yyyzzz85a5",
            &[&secret, &headers[..], at].concat(),
        );
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    assert_eq!(run(&[])["time"]["accident"], "time_stale");
    assert_eq!(run(&["--at", "1531420618"])["genuine"], true);
    assert_eq!(run(&["--at", "2018-07-12T18:36:58Z"])["genuine"], true);
    assert_eq!(
        run(&["--at", "2018-07-12T18:00:00Z"])["time"]["accident"],
        "time_in_future"
    );
    let later = ["--at", "2018-07-12T18:42:00Z", "--tolerance"];
    let stale = run(&[&later[..], &["301"]].concat());
    assert_eq!(
        (&stale["genuine"], &stale["time"]["accident"]),
        (&false.into(), &"time_stale".into())
    );
    assert!(
        stale["time"]["change"].as_str().unwrap().contains("within 301 s"),
        "{stale}"
    );
    assert_eq!(run(&[&later[..], &["302"]].concat())["genuine"], true);
    assert_eq!(run(&["--any-time"])["genuine"], true);
}

#[test]
fn what_cannot_be_explained_is_one_line() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let saved = write("saved", &format!("POST / HTTP/1.1\r\n{HEADER}\r\n\r\n{{}}"));
    let body = write("body", "{}");
    let lines = write("lines", HEADER);
    for (arguments, start) in [
        (
            &[&*saved, "--body", &body][..],
            "the request contains its body: leave --body out",
        ),
        (&["-", "--body", "-"], "stdin cannot be both"),
        (&[&lines], "the request has no body in it: name its file with --body"),
        (
            &[],
            "the following required arguments were not provided: <REQUEST>; see --help",
        ),
        (
            &[&saved, "--at", "noon"],
            "invalid value 'noon' for '--at <TIME>': neither a time",
        ),
        (
            &[&saved, "--public-url", "/hook"],
            "--public-url: public URL is not absolute: write it as the provider has it",
        ),
        (
            &[&saved, "--shceme", "github"],
            "unexpected argument '--shceme' found; a similar argument exists: '--scheme'",
        ),
        (
            &[&saved, "--scheme", "\u{202e}x"],
            "invalid value '\\u{202e}x' for '--scheme <NAME>'",
        ),
        (
            &["\u{1b}[2J\n"],
            "\\u{1b}[2J\\n: No such file or directory (os error 2): check the name",
        ),
        (&[&saved, "--secret-file", "\u{1b}[2J"], "file \\u{1b}[2J: No such file"),
        (
            &[&saved, "--secret-env", "\u{9b}A"],
            "environment variable \\u{9b}A is not set",
        ),
    ] {
        let mut command = command(&[&["explain"], arguments].concat());
        let output = command.env("KNOWRITHM_WEBHOOK_SECRET", SECRET).output().unwrap();
        let error = only_error(&output, 2);
        assert!(error.starts_with(start), "{arguments:?}: {error}");
        assert!(!error.contains(char::is_control), "{error}");
    }
}

#[test]
fn a_secret_that_is_probably_not_the_one_is_warned_of_as_by_verify() {
    for arguments in [&["verify", "-"][..], &["explain", "-"]] {
        let mut command = command(arguments);
        command.env("KNOWRITHM_WEBHOOK_SECRET", "\"whk_demo\"");
        let output = run_with(command, format!("POST / HTTP/1.1\n{HEADER}\n\n{{}}").as_bytes());
        let warning = text(&output.stderr);
        let expected = "warning: the secret in environment variable KNOWRITHM_WEBHOOK_SECRET stands in quotation marks";
        assert!(warning.starts_with(expected), "{arguments:?}: {warning}");
    }
}

#[test]
fn a_body_over_64_mib_is_refused_with_advice() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("large");
    fs::File::create(&path).unwrap().set_len((64 << 20) + 1).unwrap();
    let mut command = command(&["explain", "--header", HEADER, "--body"]);
    let output = command
        .arg(&path)
        .env("KNOWRITHM_WEBHOOK_SECRET", SECRET)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(text(&output.stderr).contains("larger than 64 MiB"));
}

#[test]
fn names_of_strangers_cannot_steer_the_terminal() {
    let body = b"{\"\\u001b[2J\xc2\x9b31m\\\\\":\"{}\"}";
    let output = explain(body, SECRET, &["--header", HEADER]);
    let printed = text(&output.stdout);
    assert!(printed.contains("envelope"), "{printed}");
    assert!(!printed.contains(['\u{1b}', '\u{9b}']), "{printed}");
    assert!(
        printed.contains(r"the member `\u{1b}[2J\u{9b}31m\\` of the body"),
        "{printed}"
    );
}

#[test]
fn a_closed_output_ends_it_quietly() {
    let mut command = command(&["explain", "--header", HEADER, "--body", "-"]);
    command
        .env("KNOWRITHM_WEBHOOK_SECRET", SECRET)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(b"{}").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(141), Vec::new()));
}
