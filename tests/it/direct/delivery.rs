//! Owners and delivery keys: stored keys must go on to be found, and no owner can make the key of another one.

use std::collections::HashSet;

use http::HeaderMap;
use tower_webhook::{DeliveryKey, Secrets, SecretsHandle, VerifiedBody, Verifier};

use crate::contract::provider::{NOW, Provider, named_secret};
use crate::contract::supply::Set;

fn received(secrets: Set, signer: &'static str, body: &'static str) -> VerifiedBody {
    let of = Provider::Knowrithm;
    let headers = of.sign_with(&named_secret(signer), body);
    of.verifier_of(secrets).verify(&headers, body).unwrap()
}

/// `(printf 'tower-webhook delivery key, version 1, scheme\0\0\0\0\0\0\0\0\011knowrithm'; printf 'tower-webhook
/// delivery key, version 1, body\0{}' | openssl dgst -sha256 -binary) | openssl dgst -sha256`, each in one line.
#[test]
fn the_key_of_a_body_is_a_hash_of_the_scheme_and_the_hash_of_a_tag_and_the_body() {
    const KEY: &str = "9ebeabef57d5c36ab6bcbfc4f1239779e1082077515cbab3f252b46a2dc1dd5b";

    let key = |signer, body| received(named_secret(signer).into(), signer, body).delivery_key();
    assert_eq!(key("primary", "{}").to_string(), KEY);
    assert_eq!(key("second", "{}"), key("primary", "{}"));
    assert_ne!(key("primary", "{ }"), key("primary", "{}"));
}

/// As for a body, with the scheme `\021standard_webhooks` and `id\0msg_1` in place of the body.
#[test]
fn the_key_of_a_signed_id_is_a_hash_of_the_scheme_and_the_hash_of_a_tag_and_the_id() {
    const KEY: &str = "6a707b98c4b169d652f27e77725d23ce7f3c1c0d5d1e205d89712ff902fe7a4f";

    for of in [Provider::StandardWebhooks, Provider::Svix, Provider::SvixOnly] {
        let key = |headers: HeaderMap, body| of.verifier().verify(&headers, body).unwrap().delivery_key();
        for body in ["{}", "{ }", ""] {
            assert_eq!(key(of.sign(body), body).to_string(), KEY, "{of:?}: {body}");
        }
        let other = of.sign_at(NOW, "msg_2", &of.secret(), "{}");
        assert_ne!(key(other, "{}").to_string(), KEY, "{of:?}");
    }
}

/// As for a body without an owner, with `owner` in place of `scheme` and `acme` behind the name of the scheme.
#[test]
fn each_owner_has_keys_of_its_own_whichever_secret_signed() {
    const KEY: &str = "f470fe13d5d453c1556456e38779ed3524718e4554d9e2c0c679273901ab33a3";

    let secrets = || Set::new(named_secret("primary").label("primary")).and(named_secret("second").label("second"));
    for signer in ["primary", "second"] {
        let body = received(secrets().owner("acme"), signer, "{}");
        assert_eq!((body.owner(), body.signed_by()), (Some("acme"), Some(signer)));
        assert_eq!(body.delivery_key().to_string(), KEY);
    }
    let without_owner = received(secrets(), "primary", "{}");
    assert_eq!(without_owner.owner(), None);
    let keys: HashSet<_> = ["acme", "umbrella", "", "acme\0"]
        .map(|owner| received(secrets().owner(owner), "primary", "{}").delivery_key())
        .into_iter()
        .chain([without_owner.delivery_key()])
        .collect();
    assert_eq!(keys.len(), 5);
}

/// One inbox may serve both, and the sender of either could otherwise take the id of the other one's delivery.
#[test]
fn schemes_have_different_keys_for_the_same_id_and_for_the_same_body() {
    let key = |of: Provider| of.verifier().verify(&of.sign("{}"), "{}").unwrap().delivery_key();
    assert_ne!(key(Provider::StandardWebhooks), key(Provider::Twitch));
    assert_ne!(key(Provider::Knowrithm), key(Provider::GitHub));
}

#[test]
fn owners_have_different_keys_for_the_same_id() {
    let of = Provider::StandardWebhooks;
    let key = |owner: &str| {
        let verifier = of.verifier_of(Set::new(of.secret()).owner(owner));
        verifier.verify(&of.sign("{}"), "{}").unwrap().delivery_key()
    };
    assert_eq!(key("acme"), key("acme"));
    assert_ne!(key("acme"), key("umbrella"));
}

#[test]
fn a_set_has_one_owner_and_inherits_none() {
    let handle = SecretsHandle::new(Secrets::new(named_secret("third")).owner("before"));
    let verifier = Verifier::knowrithm(handle.clone());
    let owners = || {
        ["primary", "second", "third"].map(|signer| {
            let headers = Provider::Knowrithm.sign_with(&named_secret(signer), "{}");
            let body = verifier.verify(&headers, "{}").unwrap();
            body.owner().map(str::to_owned)
        })
    };
    let primary = || Secrets::new(named_secret("primary"));
    let umbrella = || Secrets::new(named_secret("second")).owner("umbrella");
    let with_others = |primary: Secrets| primary.and(umbrella()).and(named_secret("third"));
    for (secrets, owner) in [
        (with_others(primary().owner("acme")), Some("acme")),
        (with_others(primary()), None),
        (with_others(primary()).owner("acme"), Some("acme")),
        (with_others(primary().owner("nobody")).owner("acme"), Some("acme")),
    ] {
        handle.replace(secrets);
        assert_eq!(owners(), [owner; 3].map(|owner| owner.map(str::to_owned)));
    }
}

#[test]
fn the_text_of_a_key_is_64_lower_case_digits_also_in_json() {
    let key = received(named_secret("primary").into(), "primary", "{}").delivery_key();
    let text = key.to_string();
    assert_eq!(text.parse(), Ok(key));
    assert_eq!(DeliveryKey::from_bytes(*key.as_bytes()), key);

    let json = serde_json::to_string(&key).unwrap();
    assert_eq!(json, format!("\"{text}\""));
    assert_eq!(serde_json::from_str::<DeliveryKey>(&json).unwrap(), key);
    for other in [
        format!("\"{}\"", text.to_uppercase()),
        format!("\"{}\"", &text[1..]),
        format!("\"{text}00\""),
        format!("\"0x{}\"", &text[2..]),
        "\"\"".to_owned(),
        "null".to_owned(),
        "1".to_owned(),
        serde_json::to_string(key.as_bytes()).unwrap(),
    ] {
        let error = serde_json::from_str::<DeliveryKey>(&other)
            .expect_err(&other)
            .to_string();
        assert!(error.contains("64 lower-case hexadecimal digits"), "{other}: {error}");
    }
}
