//! Every scheme that `--scheme` names goes from the sender's side to the receiver's, in every subcommand that has one.

use std::process::Command;
use std::thread;

use crate::listening::{Listening, json};
use crate::process::{command, only_error, run, run_with, stdout};

const BODY: &[u8] = b"{\"event\":\"lead.created\",\"data\":{\"id\":1}}";
/// What the schemes sign that read the event itself.
const ADYEN: &[u8] = br#"{"notificationItems":[{"NotificationRequestItem":{"pspReference":"7914073381342284",
    "amount":{"value":1130,"currency":"EUR"},"eventCode":"AUTHORISATION","success":"true"}}]}"#;
const MICROSOFT_GRAPH: &[u8] = br#"{"value":[{"resource":"users/1"},{"resource":"users/2"}]}"#;
/// The seed of RFC 8032, section 7.1, test 1, and its public key.
const SEED: &str = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
/// The key of RFC 6979, appendix A.2.5, and the public one as `openssl ec -pubout -outform DER` writes it in base64.
const P256: &str = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
const P256_PUBLIC: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5\
    A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==";

/// A scheme, how it is named on the command line, and the secrets of both sides.
struct Scheme {
    name: String,
    arguments: Vec<&'static str>,
    sender: &'static str,
    receiver: &'static str,
}

/// All names, as the command lists them.
fn names() -> Vec<String> {
    let output = run(&["sign", "--scheme", "none-of-them"]);
    let error = String::from_utf8(output.stderr).unwrap();
    let (_, list) = error.split_once("[possible values: ").expect("a list of names");
    let list = list.split(']').next().unwrap();
    list.split(',').map(|name| name.trim().to_owned()).collect()
}

fn schemes() -> Vec<Scheme> {
    let schemes = names().into_iter().map(|name| {
        let (sender, receiver) = match &*name {
            "discord" | "standard-webhooks-v1a" => (SEED, PUBLIC),
            "circle" | "sendgrid" => (P256, P256_PUBLIC),
            "basic" => ("user:pass word", "user:pass word"),
            "adyen" => (P256, P256),
            _ => (
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            ),
        };
        let arguments = match &*name {
            "hubspot" | "square" | "trello" | "twilio" => vec!["--public-url", "https://example.com/hook"],
            "hmac" => vec!["--signature-header", "x-mac", "--signature-prefix", "mac="],
            "token" => vec!["--signature-header", "authorization", "--signature-prefix", "Bearer "],
            _ => Vec::new(),
        };
        Scheme {
            name,
            arguments,
            sender,
            receiver,
        }
    });
    schemes.collect()
}

impl Scheme {
    fn command(&self, arguments: &[&str], secret: &str) -> Command {
        let mut command = command(arguments);
        command
            .args(["--scheme", &self.name, "--secret-env", "TEST_SECRET"])
            .args(&self.arguments)
            .env("TEST_SECRET", secret);
        command
    }

    /// The headers and the body of a request that `sign` has signed.
    fn signed(&self) -> (String, Vec<u8>) {
        let (body, is_in_body) = match &*self.name {
            "adyen" => (ADYEN, true),
            "mailgun" => (BODY, true),
            "microsoft-graph" => (MICROSOFT_GRAPH, true),
            _ => (BODY, false),
        };
        let signing = self.command(&["sign"], self.sender);
        let output = run_with(signing, body);
        assert!(output.status.success(), "{}: {output:?}", self.name);
        if is_in_body {
            (String::new(), output.stdout)
        } else {
            (stdout(&output), body.to_vec())
        }
    }

    /// Whether a token is shown in place of a signature.
    fn is_token(&self) -> bool {
        matches!(&*self.name, "basic" | "gitlab" | "okta" | "telegram" | "token")
    }
}

#[test]
fn every_scheme_is_listed_and_its_kinds_are_here() {
    let names = names();
    assert!(names.len() > 45, "{names:?}");
    for name in [
        "knowrithm",
        "svix",
        "discord",
        "sendgrid",
        "gitlab",
        "basic",
        "hmac",
        "token",
    ] {
        assert!(names.iter().any(|other| other == name), "{name}");
    }
}

#[test]
fn what_is_signed_is_verified_and_explained_with_every_scheme() {
    let folder = tempfile::tempdir().unwrap();
    let request = |headers: &str, body: &[u8]| {
        let head = format!("POST /hook HTTP/1.1\r\nhost: example.com\r\n{headers}\r\n");
        let path = folder.path().join("request");
        std::fs::write(&path, [head.as_bytes(), body].concat()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    for scheme in schemes() {
        let about = &scheme.name;
        let (headers, signed) = scheme.signed();
        // The private key serves both sides where its form says that it is one.
        for secret in [scheme.receiver, scheme.sender] {
            let ask = |subcommand, body| {
                let command = scheme.command(&[subcommand, &request(&headers, body)], secret);
                run_with(command, b"")
            };
            assert_eq!(stdout(&ask("verify", &signed)), "genuine\n", "{about}");
            let is_refused = ask("verify", b"{}").status.code() == Some(1);
            assert_eq!(is_refused, !scheme.is_token(), "{about}");
            let explained = stdout(&ask("explain", &signed));
            assert!(
                explained.starts_with("right the signature is right"),
                "{about}: {explained}"
            );
        }
    }
}

#[test]
fn what_is_sent_is_received_with_every_scheme() {
    let schemes = schemes();
    thread::scope(|scope| {
        for part in schemes.chunks(schemes.len().div_ceil(4)) {
            scope.spawn(move || part.iter().for_each(assert_received));
        }
    });
}

fn assert_received(scheme: &Scheme) {
    let about = &scheme.name;
    let arguments = [&["--json", "--scheme", about][..], &scheme.arguments].concat();
    let listening = Listening::start_with(scheme.receiver, &arguments);
    for (mode, genuine) in [
        (&[][..], true),
        (&["--forge", "other-secret"], false),
        (&["--forge", "missing"], false),
    ] {
        let send = scheme.command(&[&["send", "--url", &listening.url], mode].concat(), scheme.sender);
        let output = run_with(send, b"");
        assert!(output.status.success(), "{about} {mode:?}: {output:?}");
        let line = json(&listening.line());
        assert_eq!(line["verdict"]["genuine"], genuine, "{about} {mode:?}: {line}");
    }
    let shown = listening.end().0;
    assert!(!shown.contains(scheme.sender), "{about}: {shown}");
}

#[test]
fn a_token_is_explained_by_its_own_accidents_alone() {
    let explain = |secret: &str, header: &str| {
        let mut command = command(&["explain", "--scheme", "gitlab", "--body", "-", "--header", header]);
        command.args(["--secret-env", "TEST_SECRET"]).env("TEST_SECRET", secret);
        stdout(&run_with(command, b"{}\n"))
    };
    let explained = explain("\"hush-4f1d\"", "X-Gitlab-Token: hush-4f1d");
    assert!(explained.starts_with("explained secret_quoted\n"), "{explained}");
    let nothing = explain("hush-4f1d", "X-Gitlab-Token: other-77");
    assert!(nothing.contains("a token signs nothing"), "{nothing}");
}

#[test]
fn the_wrong_side_of_a_key_pair_is_told_in_one_line() {
    let sign = |arguments: &[&str], secret: &str| {
        let mut command = command(&[&["sign", "--secret-env", "TEST_SECRET"], arguments].concat());
        command.env("TEST_SECRET", secret);
        only_error(&run_with(command, b"{}"), 2)
    };
    let public = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
    for (scheme, secret, error) in [
        ("standard-webhooks-v1a", public, "key is of the other side"),
        ("sendgrid", P256_PUBLIC, "key is of the other side"),
        ("discord", "whsec_c2VjcmV0", "key is a shared secret"),
        ("basic", "hunter2", "has no colon: write it as user:password"),
        ("gitlab", "hush\u{1}hush", "has a control character"),
    ] {
        let told = sign(&["--scheme", scheme], secret);
        assert!(told.contains(error), "{scheme}: {told}");
        assert!(
            told.contains("environment variable TEST_SECRET") && !told.contains(secret),
            "{told}"
        );
    }
    for (arguments, error) in [
        (&["--scheme", "token"][..], "--scheme token needs --signature-header"),
        (
            &[
                "--scheme",
                "token",
                "--signature-header",
                "x-a",
                "--signature-algorithm",
                "sha1",
            ],
            "a token is shown as it is",
        ),
    ] {
        assert!(sign(arguments, "hush").starts_with(error), "{arguments:?}");
    }
}

#[test]
fn sender_and_receiver_have_usual_variables_of_their_own_for_a_key_pair() {
    for (subcommand, variable) in [("sign", "DISCORD_PRIVATE_KEY"), ("verify", "DISCORD_PUBLIC_KEY")] {
        let mut command = command(&[subcommand, "--scheme", "discord"]);
        if subcommand == "verify" {
            command.args(["--headers", "missing", "--body", "missing"]);
        }
        let error = only_error(&run_with(command, b"{}"), 2);
        assert!(error.starts_with(&format!("no secret: set {variable}")), "{error}");
    }
}
