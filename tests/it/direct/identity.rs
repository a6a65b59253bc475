//! What tells deliveries apart: by default of the provider, and by the receiver's choice.

use std::collections::HashSet;

use http::{HeaderMap, HeaderName, HeaderValue};
use tower_webhook::test::TestBody;
use tower_webhook::{DeliveryIdentity, DeliveryKey, VerifiedBody, Verifier};

use crate::contract::provider::{self, ID, NOW, Provider, named_secret};
use crate::contract::supply::Set;

const TOPIC: HeaderName = HeaderName::from_static("x-topic");
const FIRST: &str = r#"{"id": "evt_1", "event_id": "e_1", "pending_webhooks": 2}"#;
const RETRY: &str = r#"{"event_id": "e_1", "id": "evt_1", "pending_webhooks": 1}"#;
const NEXT: &str = r#"{"id": "evt_2", "event_id": "e_2", "pending_webhooks": 2}"#;

fn verify(of: Provider, verifier: &Verifier, more: &[(&'static str, &'static str)], body: &str) -> VerifiedBody {
    let mut headers = of.sign(body);
    for (name, value) in more {
        headers.append(*name, HeaderValue::from_static(value));
    }
    verifier
        .verify(&provider::request(headers, ()), body.to_owned())
        .unwrap()
}

/// The key of this body under the identity that the provider's scheme names.
fn key(of: Provider, body: &str) -> DeliveryKey {
    verify(of, &of.verifier(), &[], body).delivery_key()
}

fn chosen(of: Provider, identity: DeliveryIdentity, body: &str) -> DeliveryKey {
    verify(of, &of.verifier().delivery_identity(identity), &[], body).delivery_key()
}

#[test]
fn a_retry_whose_body_differs_is_the_same_delivery_where_the_scheme_knows_its_id() {
    for of in provider::ALL {
        let has_id = matches!(
            of,
            Provider::Mux | Provider::Paddle | Provider::Square | Provider::Stripe
        );
        let signs_id = of.names()[2].is_some();
        assert_eq!(key(of, FIRST) == key(of, RETRY), has_id || signs_id, "{of:?}");
        assert_eq!(key(of, FIRST) == key(of, NEXT), signs_id, "{of:?}");
        let by_body = |body| chosen(of, DeliveryIdentity::body(), body);
        assert_ne!(by_body(FIRST), by_body(RETRY), "{of:?}");
    }
}

#[test]
fn the_same_bytes_of_another_topic_are_another_delivery_of_shopify() {
    const REDACT: &str = r#"{"shop_id": 1}"#;

    let of = Provider::Shopify;
    let headers = |event, topic| [("x-shopify-event-id", event), ("x-shopify-topic", topic)];
    let sent = [
        headers("e1", "customers/redact"),
        headers("e2", "customers/redact"),
        headers("e1", "shop/redact"),
    ];
    let keys = |verifier: &Verifier| sent.map(|headers| verify(of, verifier, &headers, REDACT).delivery_key());
    let verifier = of.verifier();
    assert_eq!(HashSet::from(keys(&verifier)).len(), 3);
    assert_eq!(keys(&verifier), keys(&verifier));
    let by_body = of.verifier().delivery_identity(DeliveryIdentity::body());
    assert_eq!(HashSet::from(keys(&by_body)).len(), 1);
}

/// `printf 'tower-webhook delivery key, version 1, value\0\0\0\0\0\0\0\0\003/idstring\0evt_1' | openssl dgst -sha256`
#[test]
fn the_key_of_a_value_is_a_hash_of_a_tag_the_pointer_and_the_value() {
    const KEY: &str = "0feb75e296c58179223c5fb64ba3030d99e8db723689d158025d6c4655f00f0c";

    assert_eq!(key(Provider::Stripe, FIRST).to_string(), KEY);
    let of = Provider::Knowrithm;
    let by = |pointer, body| chosen(of, DeliveryIdentity::json_pointer(pointer), body);
    assert_eq!(by("/id", FIRST).to_string(), KEY);
    let keys = [
        by("/id", r#"{"id": "1", "a": {"id": "1"}}"#),
        by("/a/id", r#"{"id": "1", "a": {"id": "1"}}"#),
        by("/id", r#"{"id": 1}"#),
        by("/id", r#"{"id": 1.0}"#),
        chosen(of, DeliveryIdentity::body(), r#"{"id": 1}"#),
    ];
    assert_eq!(HashSet::from(keys).len(), 5);
}

#[test]
fn the_body_counts_where_the_pointer_finds_no_value() {
    let longer = format!("{{\"id\": \"{}\"}}", "x".repeat(1025));
    for body in [
        "id=1",
        "",
        "{}",
        r#"{"id": null}"#,
        r#"{"id": {}}"#,
        r#"{"id": ""}"#,
        r#"{"id": 1"#,
        &longer,
    ] {
        for of in [Provider::Stripe, Provider::StandardWebhooks] {
            let by_value = chosen(of, DeliveryIdentity::json_pointer("/id"), body);
            assert_eq!(by_value, chosen(of, DeliveryIdentity::body(), body), "{of:?}: {body}");
            assert_eq!(by_value, key(Provider::Knowrithm, body), "{of:?}: {body}");
        }
    }
}

/// `(printf 'tower-webhook delivery key, version 1, with headers\0'; printf
/// '\0\0\0\0\0\0\0\007x-topic\0\0\0\0\0\0\0\010\0\0\0\0\0\0\0\001\0\0\0\0\0\0\0\001a' | openssl dgst -sha256 -binary;
/// printf 'tower-webhook delivery key, version 1, body\0{}' | openssl dgst -sha256 -binary) | openssl dgst -sha256`
#[test]
fn an_added_header_counts_with_all_its_values_and_when_it_is_missing() {
    const KEY: &str = "d2466a39d537b4c5245eb60b53169dd71ff42f13c0c685acf87579be727b3055";

    let of = Provider::Knowrithm;
    let added = DeliveryIdentity::body().and_header(TOPIC);
    let verifier = of.verifier().delivery_identity(added.clone());
    let key = |more: &[_]| verify(of, &verifier, more, "{}").delivery_key();
    assert_eq!(key(&[("x-topic", "a")]).to_string(), KEY);
    assert_eq!(key(&[("x-topic", "a"), ("x-other", "b")]).to_string(), KEY);

    let both = of.verifier();
    let both = both.delivery_identity(added.and_header(HeaderName::from_static("x-shop")));
    let of_both = |more: &[_]| verify(of, &both, more, "{}").delivery_key();
    let keys = [
        key(&[]),
        key(&[("x-topic", "")]),
        key(&[("x-topic", "a")]),
        key(&[("x-topic", "a"), ("x-topic", "b")]),
        key(&[("x-topic", "b"), ("x-topic", "a")]),
        key(&[("x-topic", "ab")]),
        key(&[("x-topic", "a, b")]),
        of_both(&[]),
        of_both(&[("x-topic", "a")]),
        of_both(&[("x-shop", "a")]),
        of_both(&[("x-topic", "a"), ("x-shop", "a")]),
        chosen(of, DeliveryIdentity::body(), "{}"),
    ];
    assert_eq!(HashSet::from(keys).len(), 12);
}

/// `printf 'tower-webhook delivery key, version 1, header\0\0\0\0\0\0\0\0\012webhook-idmsg_1' | openssl dgst -sha256`
#[test]
fn a_signed_header_identifies_and_one_that_is_not_signed_does_not() {
    const KEY: &str = "c0ce879677f35dce50852b06e36088205f8e863fbfe0c517632aa9cc93373951";

    let by = |name| DeliveryIdentity::signed_header(HeaderName::from_static(name));
    let standard = Provider::StandardWebhooks;
    let of_header = chosen(standard, by("webhook-id"), FIRST);
    assert_eq!(of_header.to_string(), KEY);
    for (of, name, counts) in [
        (standard, "webhook-id", true),
        // The time, before the body and after it.
        (Provider::Slack, "x-slack-request-timestamp", true),
        (Provider::BoxCom, "box-delivery-timestamp", true),
        (Provider::Slack, "x-slack-signature", false),
        (Provider::Slack, "x-topic", false),
        (Provider::Shopify, "x-topic", false),
        (Provider::GitHub, "x-hub-signature-256", false),
    ] {
        let verifier = of.verifier().delivery_identity(by(name));
        let key = |body| verify(of, &verifier, &[("x-topic", "a")], body).delivery_key();
        assert_eq!(key(FIRST) == key(NEXT), counts, "{of:?}: {name}");
        let by_body = chosen(of, DeliveryIdentity::body(), FIRST);
        assert_eq!(key(FIRST) == by_body, !counts, "{of:?}: {name}");
    }
}

#[test]
fn the_choice_of_the_receiver_replaces_that_of_the_scheme_and_leaves_the_signed_id() {
    let of = Provider::StandardWebhooks;
    let by_value = of.verifier().delivery_identity(DeliveryIdentity::json_pointer("/id"));
    let body = verify(of, &by_value, &[], FIRST);
    assert_eq!(body.delivery_id(), Some(ID.as_bytes()));
    assert_eq!(body.delivery_key(), key(Provider::Stripe, FIRST));
    let by_id = by_value.delivery_identity(DeliveryIdentity::signed_id());
    assert_eq!(verify(of, &by_id, &[], FIRST).delivery_key(), key(of, NEXT));
    let stripe = Provider::Stripe;
    assert_eq!(
        chosen(stripe, DeliveryIdentity::default(), FIRST),
        key(Provider::Knowrithm, FIRST)
    );
}

#[tokio::test]
async fn a_key_is_the_same_in_pieces_whole_and_in_frames_whatever_identifies() {
    for identity in [
        DeliveryIdentity::signed_id(),
        DeliveryIdentity::body(),
        DeliveryIdentity::json_pointer("/id"),
        DeliveryIdentity::json_pointer("/nothing"),
        DeliveryIdentity::signed_header(HeaderName::from_static("webhook-id")),
        DeliveryIdentity::signed_id().and_header(TOPIC),
        DeliveryIdentity::body().and_header(TOPIC),
        DeliveryIdentity::json_pointer("/id").and_header(TOPIC),
        DeliveryIdentity::json_pointer("/nothing").and_header(TOPIC),
    ] {
        for of in [Provider::Knowrithm, Provider::Stripe, Provider::StandardWebhooks] {
            let mut keys = HashSet::new();
            for owner in ["acme", "umbrella"] {
                let set = Set::new(named_secret("primary"))
                    .and(named_secret("second"))
                    .owner(owner);
                let verifier = of.verifier_of(set).delivery_identity(identity.clone());
                let sign = |name| {
                    let mut headers: HeaderMap = of.sign_at(NOW, ID, &named_secret(name), FIRST);
                    headers.insert(TOPIC, HeaderValue::from_static("a"));
                    headers
                };
                let whole = verifier.verify(&sign("primary"), FIRST).unwrap();
                for size in [1, 7, FIRST.len()] {
                    let what = format!("{identity:?}, {of:?}, {size}");
                    let mut verification = verifier.begin(&sign("second")).unwrap();
                    for piece in FIRST.as_bytes().chunks(size) {
                        verification.update(piece).unwrap();
                    }
                    assert_eq!(
                        verification.finish().unwrap().delivery_key(),
                        whole.delivery_key(),
                        "{what}"
                    );

                    let request = provider::request(sign("second"), TestBody::chunks(FIRST, size));
                    let request = verifier.verify_request(request).await.expect(&what);
                    let frames: &VerifiedBody = request.extensions().get().unwrap();
                    assert_eq!(frames.delivery_key(), whole.delivery_key(), "{what}");
                }
                keys.insert(whole.delivery_key());
            }
            assert_eq!(keys.len(), 2, "owners share a key: {identity:?}, {of:?}");
        }
    }
}
