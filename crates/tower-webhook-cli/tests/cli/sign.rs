//! `sign`.

use std::io::Write;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tempfile::NamedTempFile;

use crate::process::{command, only_error, run_with, stdout};

fn sign(arguments: &[&str]) -> Command {
    let mut command = command(&["sign", "--secret-env", "TEST_SECRET"]);
    command.args(arguments);
    command.env("TEST_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    command
}

/// Made with `openssl dgst -sha256 -hmac`.
const OF_BRACES: &str = "6cbbcdf2c8016ca85b50543b19e8e121ef16137967bdfa3ce660972922bafaeb";

#[test]
fn a_file_and_stdin_are_signed_alike() {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(b"{}").unwrap();
    let path = file.path().to_str().unwrap();
    let expected = format!("x-knowrithm-signature: sha256={OF_BRACES}\n");
    for arguments in [&[][..], &["-"], &["--file", "-"], &["--file", path]] {
        let output = run_with(sign(arguments), b"{}");
        assert_eq!(stdout(&output), expected, "{arguments:?}");
        assert!(output.status.success() && output.stderr.is_empty());
    }
}

/// The MACs are made with `openssl dgst -HASH -hmac`.
#[test]
fn a_scheme_of_ones_own_signs_with_the_hash_that_is_named() {
    for (hash, mac) in [
        ("sha256", OF_BRACES),
        ("sha1", "205d9b79bcc779bd36121006c1f235b76b2b43a2"),
        (
            "sha384",
            "bc83d8694e95b4340595dd23575c53e7f03752b92a5538524960e6cb5287052dbb65f0270e391d8131f979f14409c63c",
        ),
        (
            "sha512",
            "93773bc7b17d3d79d723c76412576a2d7a70fd1cd9249881d820b5059d304a898342229e1e17836d1ccb9538ed37c36f009215c67bd241733f7e39525fc22999",
        ),
    ] {
        let own = [
            "--scheme",
            "hmac",
            "--signature-header",
            "x-mac",
            "--signature-algorithm",
            hash,
        ];
        assert_eq!(
            stdout(&run_with(sign(&own), b"{}")),
            format!("x-mac: {mac}\n"),
            "{hash}"
        );
    }
}

#[test]
fn time_and_id_are_those_that_were_named() {
    let named = [
        "--scheme",
        "standard-webhooks",
        "--timestamp",
        "2024-05-21T10:30:00Z",
        "--id",
        "msg_1",
    ];
    let lines = stdout(&run_with(sign(&named), b"{}"));
    for line in [
        "webhook-id: msg_1\n",
        "webhook-timestamp: 1716287400\n",
        "webhook-signature: v1,",
    ] {
        assert!(lines.contains(line), "{lines}");
    }
    let output = run_with(sign(&[&named[..], &["--json"]].concat()), b"{}");
    let object: serde_json::Map<_, _> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(object.len(), 3);
    for (name, value) in object {
        let line = format!("{name}: {}\n", value.as_str().unwrap());
        assert!(lines.contains(&line), "{line}");
    }
}

#[test]
fn a_large_stdin_is_signed_as_a_file_is() {
    let body = vec![b'a'; 9_000_000];
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(&body).unwrap();
    let of_file = run_with(sign(&["--file", file.path().to_str().unwrap()]), b"");
    let of_stdin = run_with(sign(&[]), &body);
    assert!(of_file.status.success());
    assert_eq!(of_file.stdout, of_stdin.stdout);
}

#[test]
fn what_cannot_be_signed_is_one_line() {
    for (arguments, start) in [
        (&["--file", "missing.json"][..], "missing.json: No such file"),
        (&["--scheme", "hmac"], "--scheme hmac needs --signature-header"),
        (&["--signature-header", "x-mac"], "the signature of knowrithm is known"),
        (
            &["--scheme", "github", "--signature-encoding", "base64"],
            "the signature of github is known",
        ),
        (
            &["--signature-algorithm", "sha1"],
            "the signature of knowrithm is known",
        ),
    ] {
        let error = only_error(&run_with(sign(arguments), b"{}"), 2);
        assert!(error.starts_with(start), "{error}");
    }
    let missing = command(&["sign", "--secret-env", "MISSING"]);
    let error = only_error(&run_with(missing, b"{}"), 2);
    assert_eq!(
        error,
        "environment variable MISSING is not set: export it, or name another place"
    );
    let mut blank = sign(&[]);
    blank.env("TEST_SECRET", "\t \n");
    let error = only_error(&run_with(blank, b"{}"), 2);
    assert!(
        error.starts_with("the secret in environment variable TEST_SECRET is blank: "),
        "{error}"
    );
    for arguments in [&["--id", "a b"][..], &["--id", ""], &["--timestamp", "noon"]] {
        only_error(&run_with(sign(arguments), b"{}"), 2);
    }
}

#[test]
fn more_than_one_secret_is_refused_by_each_command_that_signs() {
    for arguments in [
        &["sign"][..],
        &["send", "--url", "http://127.0.0.1:1/"],
        &["doctor", "--url", "http://127.0.0.1:1/"],
    ] {
        let mut command = command(arguments);
        command.args(["--secret-env", "NEW_SECRET", "--secret-file", "old.txt"]);
        let error = only_error(&run_with(command, b"{}"), 2);
        assert!(error.starts_with("more than one secret is named"), "{error}");
    }
}

#[test]
fn a_secret_on_the_command_line_is_used_with_a_warning() {
    let mut command = command(&["sign", "--secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]);
    command.env("KNOWRITHM_WEBHOOK_SECRET", "another");
    let output = run_with(command, b"{}");
    assert!(stdout(&output).contains(OF_BRACES));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("warning: --secret shows the secret"), "{stderr}");
    assert!(!stderr.contains("MfKQ"));
}

#[test]
fn a_signature_in_the_body_is_printed_with_the_body() {
    let content = br#"{"event-data":{"event":"delivered"}}"#;
    let named = ["--scheme", "mailgun", "--timestamp", "1700000000", "--id", "msg_1"];
    let signed = run_with(sign(&named), content);
    let text = stdout(&signed);
    assert!(signed.status.success() && signed.stderr.is_empty(), "{signed:?}");
    let (signature, rest) = text.split_once("\"},").unwrap();
    assert_eq!(rest, r#""event-data":{"event":"delivered"}}"#);
    assert!(
        signature.starts_with(r#"{"signature":{"timestamp":"1700000000","token":""#),
        "{text}"
    );

    let output = run_with(sign(&[&named[..], &["--json"]].concat()), content);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document, serde_json::json!({ "body": text }));

    // A form is signed as the form that it is, whatever its bytes are.
    let form = [&named[..], &["--content-type", "application/x-www-form-urlencoded"]].concat();
    let signed = run_with(sign(&form), b"event=\xff").stdout;
    assert!(
        signed.starts_with(b"event=\xff&timestamp=1700000000&token="),
        "{}",
        signed.escape_ascii()
    );
    let output = run_with(sign(&[&form[..], &["--json"]].concat()), b"event=\xff");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let decoded = STANDARD.decode(document["body_base64"].as_str().unwrap()).unwrap();
    assert_eq!(decoded, signed);
}

#[test]
fn twilio_signs_what_the_content_type_says_and_that_is_printed() {
    let twilio = [
        &[
            "--scheme",
            "twilio",
            "--public-url",
            "https://mycompany.com/myapp.php?foo=1&bar=2",
        ][..],
        &["--content-type", "application/x-www-form-urlencoded"],
    ]
    .concat();
    let mut command = sign(&twilio);
    command.env("TEST_SECRET", "12345");
    let form = "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309";
    let printed = stdout(&run_with(command, form.as_bytes()));
    // From the tests of twilio-python.
    let signature = "x-twilio-signature: RSOYDt4T1cUTdK1PDd93/VVr8B8=\n";
    assert_eq!(
        printed,
        format!("content-type: application/x-www-form-urlencoded\n{signature}")
    );

    let printed = stdout(&run_with(sign(&twilio[..4]), b"{}"));
    assert!(
        printed.starts_with("content-type: application/json\nx-twilio-signature: "),
        "{printed}"
    );
}

#[test]
fn a_body_in_which_nothing_can_be_signed_is_one_line() {
    let twilio = ["--scheme", "twilio", "--public-url", "https://example.com/"];
    let form = ["--content-type", "application/x-www-form-urlencoded"];
    let key = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00";
    for (arguments, body, start) in [
        (
            &["--scheme", "adyen"][..],
            "{}",
            "scheme adyen signs one notification item",
        ),
        (
            &["--scheme", "adyen"],
            "no JSON",
            "scheme adyen signs one notification item",
        ),
        (&["--scheme", "mailgun"], "[]", "scheme mailgun signs in a JSON object"),
        (
            &["--scheme", "microsoft-graph"],
            "",
            "scheme microsoft_graph shows its token in the array",
        ),
        (&[&twilio[..], &form].concat(), "a b=1", "scheme twilio "),
    ] {
        let mut command = sign(arguments);
        command.env("TEST_SECRET", key);
        let error = only_error(&run_with(command, body.as_bytes()), 2);
        assert!(error.starts_with(start), "{arguments:?}: {error}");
    }
    let error = only_error(&run_with(sign(&["--scheme", "mailgun"]), &vec![b' '; 9_000_000]), 2);
    assert!(error.ends_with("give it one of at most 8 MiB"), "{error}");
    let typed = |value| only_error(&run_with(sign(&["--content-type", value]), b"{}"), 2);
    assert_eq!(
        typed("text/plain"),
        "knowrithm signs every body alike: leave out --content-type"
    );
    assert!(typed("a\nb").contains("--content-type"));
}
