//! `providers`: a route for each provider with a secret, and secrets that are replaced without a restart.
#![cfg(unix)]

use std::fs;
use std::process::Command;

use bytes::Bytes;
use http::{Request, Response};
use tempfile::TempDir;
use tower_webhook::SigningSecret;
use tower_webhook::scheme::{GitHub, Knowrithm, Shopify, Slack, StandardWebhooks, Stripe};
use tower_webhook::sign::Signer;
use tower_webhook::test::TestBody;

use super::child::{Receiver, command, refusal};
use crate::sockets::client::Protocol;
use crate::support::EVENT;

const NAMES: [&str; 6] = ["knowrithm", "github", "stripe", "slack", "shopify", "standard_webhooks"];

/// In the form of Standard Webhooks, which the other providers accept, too.
const CURRENT: &str = "whsec_Y3VycmVudCBzZWNyZXQgb2YgdGhlIHRlc3Rz";
const OLD: &str = "whsec_b2xkIHNlY3JldCBvZiB0aGUgdGVzdHM=";
const NEXT: &str = "whsec_bmV4dCBzZWNyZXQgb2YgdGhlIHRlc3Rz";

fn signer(name: &str, secret: &str) -> Signer {
    let secret = SigningSecret::new(secret).unwrap();
    match name {
        "knowrithm" => Signer::new(Knowrithm, &secret),
        "github" => Signer::new(GitHub, &secret),
        "stripe" => Signer::new(Stripe, &secret),
        "slack" => Signer::new(Slack, &secret),
        "shopify" => Signer::new(Shopify, &secret),
        "standard_webhooks" => Signer::new(StandardWebhooks::new(), &secret.decode_whsec().unwrap()),
        other => panic!("{other}"),
    }
}

fn providers() -> Command {
    command("providers")
}

fn variable(name: &str, suffix: &str) -> String {
    format!("{}_WEBHOOK_SECRET{suffix}", name.to_uppercase())
}

async fn post(receiver: &Receiver, route: &str, signer: &Signer) -> Response<Bytes> {
    let request = signer.sign(Request::post(format!("/{route}")).body(EVENT).unwrap());
    let request = request.map(TestBody::one);
    Protocol::Http1.send(receiver.address, request).await.unwrap()
}

/// The status of a refusal: Shopify demands another one.
fn refused_with(name: &str) -> u16 {
    if name == "shopify" { 401 } else { 403 }
}

/// The body of the answer to a webhook signed with this secret; `None` for an empty refusal.
async fn answer(receiver: &Receiver, name: &str, secret: &str) -> Option<String> {
    let response = post(receiver, name, &signer(name, secret)).await;
    let body = String::from_utf8(response.body().to_vec()).unwrap();
    match response.status().as_u16() {
        200 => Some(body),
        status if status == refused_with(name) && body.is_empty() => None,
        other => panic!("{name}: {other} {body}"),
    }
}

#[allow(clippy::unnecessary_wraps, reason = "it is compared with an `Option`")]
fn success(label: &str) -> Option<String> {
    Some(format!(r#"{{"signed_by":"{label}","status":"success"}}"#))
}

#[tokio::test]
async fn each_provider_has_a_route_and_two_secrets() {
    let mut command = providers();
    for name in NAMES {
        command.env(variable(name, ""), CURRENT);
        command.env(variable(name, "_OLD"), OLD);
    }
    let receiver = Receiver::start(command);
    for (number, name) in NAMES.into_iter().enumerate() {
        assert_eq!(receiver.line(), format!("POST /{name}"));
        assert_eq!(answer(&receiver, name, CURRENT).await, success("current"), "{name}");
        assert_eq!(answer(&receiver, name, OLD).await, success("old"), "{name}");
        assert_eq!(answer(&receiver, name, NEXT).await, None, "{name}");

        let other = NAMES[(number + 1) % NAMES.len()];
        let response = post(&receiver, name, &signer(other, CURRENT)).await;
        assert_eq!(response.status(), refused_with(name), "{other} on the route of {name}");
    }
}

#[tokio::test]
async fn a_provider_without_a_secret_is_not_served() {
    let mut command = providers();
    command.env("GITHUB_WEBHOOK_SECRET", CURRENT);
    let receiver = Receiver::start(command);
    for name in NAMES {
        let line = receiver.line();
        let status = post(&receiver, name, &signer(name, CURRENT)).await.status();
        if name == "github" {
            assert_eq!((line, status.as_u16()), ("POST /github".to_owned(), 200));
        } else {
            assert!(line.starts_with(&format!("POST /{name} is not served: ")), "{line}");
            assert!(line.contains(&variable(name, "")), "{line}");
            assert_eq!(status, 404, "{name}");
        }
    }
}

#[test]
fn unusable_variables_are_named_without_their_value() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing").to_str().unwrap().to_owned();
    let unusable = folder.path().join("unusable").to_str().unwrap().to_owned();
    fs::write(&unusable, "hush hush").unwrap();
    let cases: [(&[(&str, &str)], &str); 9] = [
        (&[("GITHUB_WEBHOOK_SECRET", "")], "GITHUB_WEBHOOK_SECRET"),
        (&[("SLACK_WEBHOOK_SECRET_OLD", CURRENT)], "SLACK_WEBHOOK_SECRET_OLD"),
        (
            &[("SLACK_WEBHOOK_SECRET", CURRENT), ("SLACK_WEBHOOK_SECRET_OLD", " ")],
            "SLACK_WEBHOOK_SECRET_OLD",
        ),
        (
            &[
                ("STRIPE_WEBHOOK_SECRET", CURRENT),
                ("STRIPE_WEBHOOK_SECRET_FILE", &unusable),
            ],
            "STRIPE_WEBHOOK_SECRET_FILE",
        ),
        (&[("STRIPE_WEBHOOK_SECRET_FILE", &missing)], &missing),
        (&[("STANDARD_WEBHOOKS_WEBHOOK_SECRET_FILE", &unusable)], &unusable),
        (
            &[("STANDARD_WEBHOOKS_WEBHOOK_SECRET", "hush hush")],
            "STANDARD_WEBHOOKS_WEBHOOK_SECRET",
        ),
        (
            &[
                ("STANDARD_WEBHOOKS_WEBHOOK_SECRET", CURRENT),
                ("STANDARD_WEBHOOKS_WEBHOOK_SECRET_OLD", "hush hush"),
            ],
            "STANDARD_WEBHOOKS_WEBHOOK_SECRET_OLD",
        ),
        (&[("SHOPIFY_WEBHOOK_SECRET", CURRENT), ("PORT", "http")], "PORT"),
    ];
    for (variables, named) in cases {
        let mut command = providers();
        command.envs(variables.iter().copied());
        let message = refusal(command);
        assert!(message.contains(named), "{variables:?}: {message}");
        for secret in ["hush", CURRENT] {
            assert!(!message.contains(secret), "{variables:?}: {message}");
        }
    }
}

/// A receiver with secrets in files of this folder, which have the names of the providers.
fn from_files(folder: &TempDir, names: &[&str]) -> Receiver {
    let mut command = providers();
    for name in names {
        fs::write(folder.path().join(name), CURRENT).unwrap();
        command.env(variable(name, "_FILE"), folder.path().join(name));
    }
    let receiver = Receiver::start(command);
    receiver.lines::<{ NAMES.len() }>();
    receiver
}

fn took(name: &str) -> String {
    format!("{name}: took the secrets from its files")
}

#[tokio::test]
async fn files_are_read_again_at_sighup_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = from_files(&folder, &["knowrithm", "standard_webhooks"]);
    assert_eq!(answer(&receiver, "knowrithm", CURRENT).await, success("current"));

    fs::write(folder.path().join("knowrithm"), format!("{NEXT}\n")).unwrap();
    assert_eq!(answer(&receiver, "knowrithm", CURRENT).await, success("current"));
    receiver.signal("HUP");
    assert_eq!(receiver.lines(), [took("knowrithm"), took("standard_webhooks")]);
    assert_eq!(answer(&receiver, "knowrithm", NEXT).await, success("current"));
    assert_eq!(answer(&receiver, "knowrithm", CURRENT).await, None);
    let other = answer(&receiver, "standard_webhooks", CURRENT).await;
    assert_eq!(other, success("current"));
}

#[tokio::test]
async fn a_secret_is_rotated_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let [file, old] = ["current", "old"].map(|name| folder.path().join(name));
    fs::write(&file, CURRENT).unwrap();
    let mut command = providers();
    command.env(variable("standard_webhooks", "_FILE"), &file);
    command.env(variable("standard_webhooks", "_OLD_FILE"), &old);
    let receiver = Receiver::start(command);
    receiver.lines::<{ NAMES.len() }>();
    let answer = |secret| answer(&receiver, "standard_webhooks", secret);
    let reload = || {
        receiver.signal("HUP");
        assert_eq!(receiver.line(), took("standard_webhooks"));
    };
    assert_eq!(answer(CURRENT).await, success("current"));

    fs::rename(&file, &old).unwrap();
    fs::write(&file, NEXT).unwrap();
    reload();
    assert_eq!(answer(NEXT).await, success("current"));
    assert_eq!(answer(CURRENT).await, success("old"));

    // An unusable file leaves all secrets as they are.
    fs::write(&old, "hush hush").unwrap();
    receiver.signal("HUP");
    let complaint = receiver.complaint();
    assert!(complaint.contains(old.to_str().unwrap()), "{complaint}");
    assert_eq!(answer(CURRENT).await, success("old"));

    fs::remove_file(&old).unwrap();
    reload();
    assert_eq!(answer(NEXT).await, success("current"));
    assert_eq!(answer(CURRENT).await, None);
}

#[tokio::test]
async fn an_unusable_file_changes_neither_its_provider_nor_another() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["knowrithm", "standard_webhooks"];
    let receiver = from_files(&folder, &names);
    let [knowrithm, standard] = names.map(|name| folder.path().join(name));

    // The first is blank, the second is not in the form of Standard Webhooks.
    fs::write(&knowrithm, " \n").unwrap();
    fs::write(&standard, "hush hush").unwrap();
    receiver.signal("HUP");
    for (name, path) in [("knowrithm", &knowrithm), ("standard_webhooks", &standard)] {
        let complaint = receiver.complaint();
        let kept = format!("{name}: kept the secrets it has: ");
        assert!(complaint.starts_with(&kept), "{complaint}");
        assert!(complaint.contains(path.to_str().unwrap()), "{complaint}");
        assert!(!complaint.contains("hush"), "{complaint}");
        assert_eq!(answer(&receiver, name, CURRENT).await, success("current"), "{name}");
    }

    fs::remove_file(&knowrithm).unwrap();
    fs::write(&standard, NEXT).unwrap();
    receiver.signal("HUP");
    assert!(receiver.complaint().contains(knowrithm.to_str().unwrap()));
    assert_eq!(receiver.line(), took("standard_webhooks"));
    assert_eq!(answer(&receiver, "knowrithm", CURRENT).await, success("current"));
    assert_eq!(answer(&receiver, "standard_webhooks", NEXT).await, success("current"));
}

#[tokio::test]
async fn sighup_does_not_end_it_and_sigterm_and_sigint_do() {
    for signal in ["TERM", "INT"] {
        let mut command = providers();
        command.env("GITHUB_WEBHOOK_SECRET", CURRENT);
        let mut receiver = Receiver::start(command);
        receiver.signal("HUP");
        assert_eq!(answer(&receiver, "github", CURRENT).await, success("current"));
        receiver.signal(signal);
        assert_eq!(receiver.end().code(), Some(0), "{signal}");
    }
}
