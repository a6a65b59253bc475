//! The doctor examines `listen`, with a secret of each kind.

use super::document;
use crate::listening::Listening;
use crate::process::command;

/// What names the scheme, and its secret.
const KINDS: [(&[&str], &str); 9] = [
    (&["--scheme", "knowrithm"], "whk_4f1d9bb2"),
    (&["--scheme", "svix"], "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    (
        &["--scheme", "standard-webhooks-v1a"],
        "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=",
    ),
    (
        &["--scheme", "sendgrid"],
        "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
    ),
    (
        &["--scheme", "token", "--signature-header", "x-token"],
        "4f1d.9bb2!08-x_7e",
    ),
    (&["--scheme", "basic"], "user:4f1d 9bb2"),
    (
        &["--scheme", "adyen"],
        "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00",
    ),
    (&["--scheme", "mailgun"], "4f1d9bb2c07e"),
    (&["--scheme", "microsoft-graph"], r#"4f1d "9bb2"\08:x"#),
];

#[test]
fn listen_is_sound_whatever_the_kind_of_secret() {
    std::thread::scope(|scope| {
        for (scheme, secret) in KINDS {
            scope.spawn(move || {
                let listening = Listening::start_with(secret, scheme);
                let mut doctor = command(&["doctor", "--strict", "--url", &listening.url, "--skip", "stalled"]);
                doctor
                    .args(scheme)
                    .args(["--secret-env", "TEST_SECRET"])
                    .env("TEST_SECRET", secret);
                let printed = doctor.output().unwrap();
                let stdout = String::from_utf8(printed.stdout).unwrap();
                assert_eq!(printed.status.code(), Some(0), "{scheme:?}: {stdout}");
                assert!(
                    stdout.ends_with("0 failures, 0 warnings, 3 notes\n")
                        || stdout.ends_with("0 failures, 0 warnings, 2 notes\n"),
                    "{scheme:?}: {stdout}"
                );
                let remark = match scheme[1] {
                    "knowrithm" | "svix" => None,
                    "adyen" | "mailgun" | "microsoft-graph" => Some("\nWhere a row says header or MAC it is"),
                    _ => Some("\nWhere a row says MAC it is"),
                };
                let has_remark = stdout.contains("\nWhere a row says ");
                assert_eq!(has_remark, remark.is_some(), "{scheme:?}: {stdout}");
                assert!(stdout.contains(remark.unwrap_or_default()), "{scheme:?}: {stdout}");
            });
        }
    });
}

#[test]
fn a_key_pair_that_is_not_the_receivers_is_told_with_the_first_row() {
    let listening = Listening::start_with(
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        &["--scheme", "discord"],
    );
    let mut doctor = command(&["doctor", "--json", "--url", &listening.url, "--scheme", "discord"]);
    doctor
        .args(["--secret-env", "TEST_SECRET"])
        .env("TEST_SECRET", "5a".repeat(32));
    let document = document(&doctor.output().unwrap());
    let remark = document["rows"][0]["remark"].as_str().unwrap();
    assert!(
        remark.contains("does its public key belong to this private one"),
        "{remark}"
    );
}

#[test]
fn a_secret_that_is_probably_a_placeholder_is_warned_of() {
    let mut doctor = command(&["doctor", "--url", "http://127.0.0.1:1/", "--secret-env", "TEST_SECRET"]);
    doctor.env("TEST_SECRET", "your-webhook-secret");
    let output = doctor.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let warning = "warning: the secret in environment variable TEST_SECRET ";
    assert!(stderr.starts_with(warning), "{stderr}");
}
