//! The vectors of providers that sign with a private key.

use http::{HeaderMap, HeaderName};
use serde_json::Value;
use tower_webhook::scheme::{Circle, SendGrid, StandardWebhooksV1a};
use tower_webhook::test::TestClock;
use tower_webhook::{Ed25519PublicKey, P256PublicKey, Rejection, RejectionKind, Verifier};

const VECTORS: &str = include_str!("../../vectors/public_keys.json");

fn verifier(provider: &str, key: &str) -> Verifier {
    match provider {
        "Circle" => Verifier::new(Circle, P256PublicKey::new(key).unwrap()),
        "SendGrid" => Verifier::new(SendGrid, P256PublicKey::new(key).unwrap()),
        "StandardWebhooksV1a" => Verifier::new(StandardWebhooksV1a, Ed25519PublicKey::new(key).unwrap()),
        other => panic!("{other}"),
    }
}

#[test]
fn a_published_signature_by_a_private_key_is_accepted_and_what_is_near_to_it_is_refused() {
    let file: Value = serde_json::from_str(VECTORS).unwrap();
    assert_eq!(super::list(&file).len(), 3);
    for entry in super::list(&file) {
        let text = |name: &str| entry[name].as_str().unwrap();
        let (name, body) = (text("provider"), text("body"));
        let headers: HeaderMap = entry["headers"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| {
                (
                    name.parse::<HeaderName>().unwrap(),
                    value.as_str().unwrap().parse().unwrap(),
                )
            })
            .collect();
        let time = entry["time"].as_u64();
        let verdict = |key: &str, at: u64, body: &str| {
            let verifier = verifier(name, key).clock(TestClock::at(at));
            let verdict = verifier.verify(&headers, body.to_owned());
            verdict.map(drop).map_err(|rejection: Rejection| rejection.kind())
        };
        let (key, then) = (text("public_key"), time.unwrap_or_default());
        assert_eq!(verdict(key, then, body), Ok(()), "{name}");
        let mismatch = Err(RejectionKind::SignatureMismatch);
        assert_eq!(verdict(key, then, &format!("{body} ")), mismatch, "{name}");
        for other in super::list(&file) {
            let same_kind = (other["public_key"].as_str().unwrap().len() == key.len()) && other != entry;
            if same_kind {
                assert_eq!(
                    verdict(other["public_key"].as_str().unwrap(), then, body),
                    mismatch,
                    "{name}"
                );
            }
        }
        if let Some(then) = time {
            assert_eq!(
                verdict(key, then + 301, body),
                Err(RejectionKind::TimestampTooOld),
                "{name}"
            );
        }
    }
}
