//! The receiver for every provider: a route for each that has a secret, and secrets that are replaced as it runs.
#![cfg(unix)]

use std::fs;

use bytes::Bytes;
use http::{Method, Request, Response};
use tempfile::TempDir;
use tower_webhook::SigningSecret;
use tower_webhook::sign::Signer;
use tower_webhook::test::TestBody;

use super::child::{Receiver, providers, refusal};
use crate::sockets::client::{PROTOCOLS, Protocol};
use crate::sockets::raw::{Answer, Raw};
use crate::support::EVENT;

const NAMES: [&str; 6] = ["knowrithm", "github", "stripe", "slack", "shopify", "standard_webhooks"];

/// In the form of Standard Webhooks, which is as good as any for the others.
const CURRENT: &str = "whsec_Y3VycmVudCBzZWNyZXQgb2YgdGhlIHRlc3Rz";
const OLD: &str = "whsec_b2xkIHNlY3JldCBvZiB0aGUgdGVzdHM=";
const NEXT: &str = "whsec_bmV4dCBzZWNyZXQgb2YgdGhlIHRlc3Rz";

fn signer(name: &str, secret: &str) -> Signer {
    let secret = SigningSecret::new(secret).unwrap();
    match name {
        "knowrithm" => Signer::knowrithm(&secret),
        "github" => Signer::github(&secret),
        "stripe" => Signer::stripe(&secret),
        "slack" => Signer::slack(&secret),
        "shopify" => Signer::shopify(&secret),
        "standard_webhooks" => Signer::standard_webhooks(&secret).unwrap(),
        other => panic!("{other}"),
    }
}

fn variable(name: &str, suffix: &str) -> String {
    format!("{}_WEBHOOK_SECRET{suffix}", name.to_uppercase())
}

async fn post(protocol: Protocol, receiver: &Receiver, route: &str, signer: &Signer) -> Response<Bytes> {
    let request = signer.sign(Request::post(format!("/{route}")).body(EVENT).unwrap());
    let request = request.map(TestBody::one);
    protocol.send(receiver.address, request).await.unwrap()
}

/// What is answered to a webhook that this secret signs: the body alone, once its status was looked at.
async fn answer(receiver: &Receiver, name: &str, secret: &str) -> Option<String> {
    let response = post(Protocol::Http1, receiver, name, &signer(name, secret)).await;
    let body = String::from_utf8(response.body().to_vec()).unwrap();
    match response.status().as_u16() {
        200 => Some(body),
        403 if body.is_empty() => None,
        other => panic!("{name}: {other} {body}"),
    }
}

#[allow(clippy::unnecessary_wraps, reason = "it is compared with what may be none")]
fn success(key: &str) -> Option<String> {
    Some(format!(r#"{{"status":"success","key":"{key}"}}"#))
}

#[tokio::test]
async fn every_provider_has_a_route_and_two_secrets() {
    let mut command = providers();
    for name in NAMES {
        command.env(variable(name, ""), CURRENT);
        command.env(variable(name, "_OLD"), OLD);
    }
    let receiver = Receiver::start(command);
    for name in NAMES {
        assert_eq!(receiver.line(), format!("POST /{name}"));
        for protocol in PROTOCOLS {
            for (secret, key) in [(CURRENT, "current"), (OLD, "old")] {
                let response = post(protocol, &receiver, name, &signer(name, secret)).await;
                assert_eq!(response.status(), 200, "{name}");
                assert_eq!(response.headers()["content-type"], "application/json", "{name}");
                assert_eq!(response.body(), &success(key).unwrap(), "{name}");
            }
        }
        assert_eq!(answer(&receiver, name, NEXT).await, None, "{name}");

        let others = NAMES.into_iter().filter(|other| *other != name);
        for other in others {
            let response = post(Protocol::Http1, &receiver, name, &signer(other, CURRENT)).await;
            assert_eq!(response.status(), 403, "{other} on the route of {name}");
        }
        let request = Request::builder().method(Method::PUT).uri(format!("/{name}"));
        let request = signer(name, CURRENT)
            .sign(request.body(EVENT).unwrap())
            .map(TestBody::one);
        let response = Protocol::Http1.send(receiver.address, request).await.unwrap();
        assert_eq!(response.status(), 405, "{name}");
    }
}

#[tokio::test]
async fn who_has_no_secret_is_not_served() {
    for served in NAMES {
        let mut command = providers();
        command.env(variable(served, ""), CURRENT);
        let receiver = Receiver::start(command);
        for name in NAMES {
            let line = receiver.line();
            let status = post(Protocol::Http1, &receiver, name, &signer(name, CURRENT))
                .await
                .status();
            if name == served {
                assert_eq!((line, status.as_u16()), (format!("POST /{name}"), 200));
            } else {
                assert!(line.starts_with(&format!("POST /{name} is not served: ")), "{line}");
                assert!(line.contains(&variable(name, "")), "{line}");
                assert_eq!(status, 404, "{name}");
            }
        }
    }
}

#[test]
fn what_cannot_be_used_is_named_and_nothing_is_started() {
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
        let said = refusal(command);
        assert!(said.contains(named), "{variables:?}: {said}");
        for secret in ["hush", CURRENT] {
            assert!(!said.contains(secret), "{variables:?}: {said}");
        }
    }
}

/// A receiver that has the secrets of these from files, each in a folder by the provider's name.
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
async fn at_sighup_secrets_are_read_anew() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = from_files(&folder, &["knowrithm", "standard_webhooks"]);
    let knowrithm = folder.path().join("knowrithm");
    assert_eq!(answer(&receiver, "knowrithm", CURRENT).await, success("current"));

    fs::write(&knowrithm, format!("{NEXT}\n")).unwrap();
    assert_eq!(
        answer(&receiver, "knowrithm", CURRENT).await,
        success("current"),
        "nobody asked for it"
    );
    receiver.signal("HUP");
    assert_eq!(receiver.lines(), [took("knowrithm"), took("standard_webhooks")]);
    assert_eq!(answer(&receiver, "knowrithm", NEXT).await, success("current"));
    assert_eq!(answer(&receiver, "knowrithm", CURRENT).await, None);
    assert_eq!(
        answer(&receiver, "standard_webhooks", CURRENT).await,
        success("current")
    );
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
    let hang_up = || {
        receiver.signal("HUP");
        assert_eq!(receiver.line(), took("standard_webhooks"));
    };
    assert_eq!(answer(CURRENT).await, success("current"));

    fs::rename(&file, &old).unwrap();
    fs::write(&file, NEXT).unwrap();
    hang_up();
    assert_eq!(answer(NEXT).await, success("current"));
    assert_eq!(answer(CURRENT).await, success("old"));

    // One that cannot be used takes nothing away.
    fs::write(&old, "hush hush").unwrap();
    receiver.signal("HUP");
    let complaint = receiver.complaint();
    assert!(complaint.contains(old.to_str().unwrap()), "{complaint}");
    assert_eq!(answer(CURRENT).await, success("old"));

    fs::remove_file(&old).unwrap();
    hang_up();
    assert_eq!(answer(NEXT).await, success("current"));
    assert_eq!(answer(CURRENT).await, None);
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_anew_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["knowrithm", "standard_webhooks"];
    let receiver = from_files(&folder, &names);
    let [knowrithm, standard] = names.map(|name| folder.path().join(name));

    // Blank, and not in the form that is asked for.
    fs::write(&knowrithm, " \n").unwrap();
    fs::write(&standard, "hush hush").unwrap();
    receiver.signal("HUP");
    for (name, path) in [("knowrithm", &knowrithm), ("standard_webhooks", &standard)] {
        let complaint = receiver.complaint();
        assert!(
            complaint.starts_with(&format!("{name}: kept the secrets it has: ")),
            "{complaint}"
        );
        assert!(complaint.contains(path.to_str().unwrap()), "{complaint}");
        assert!(!complaint.contains("hush"), "{complaint}");
        assert_eq!(answer(&receiver, name, CURRENT).await, success("current"), "{name}");
    }

    // One that is gone does not keep the other from being read.
    fs::remove_file(&knowrithm).unwrap();
    fs::write(&standard, NEXT).unwrap();
    receiver.signal("HUP");
    assert!(receiver.complaint().contains(knowrithm.to_str().unwrap()));
    assert_eq!(receiver.line(), took("standard_webhooks"));
    assert_eq!(answer(&receiver, "knowrithm", CURRENT).await, success("current"));
    assert_eq!(answer(&receiver, "standard_webhooks", NEXT).await, success("current"));
}

#[tokio::test]
async fn a_request_under_way_ends_with_the_secret_it_began_with() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = from_files(&folder, &["github"]);
    let path = folder.path().join("github");

    // One request that is waited for: `100 Continue` says so.
    let headers = signer("github", CURRENT).headers(EVENT);
    let signature = headers["x-hub-signature-256"].to_str().unwrap();
    let length = EVENT.len();
    let mut peer = Raw::connect(receiver.address).await;
    peer.send(format!(
        "POST /github HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\
         X-Hub-Signature-256: {signature}\r\n\r\n"
    ))
    .await;
    assert_eq!(peer.answer().await, Some(Answer::empty(100)));

    fs::write(&path, NEXT).unwrap();
    receiver.signal("HUP");
    assert_eq!(receiver.line(), took("github"));
    assert_eq!(answer(&receiver, "github", CURRENT).await, None);
    peer.send(EVENT).await;
    assert_eq!(peer.answer().await, Some(Answer::ok(success("current").unwrap())));
}

#[test]
fn it_ends_when_it_is_told_to() {
    for signal in ["TERM", "INT"] {
        let mut receiver = Receiver::start(providers());
        receiver.signal("HUP");
        receiver.signal(signal);
        assert_eq!(receiver.end().code(), Some(0), "{signal}");
    }
}
