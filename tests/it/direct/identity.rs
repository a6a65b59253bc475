//! What tells deliveries apart: by default of the provider, and by the receiver's choice.

use std::collections::HashSet;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use tower_webhook::scheme::{Adyen, Twilio};
use tower_webhook::sign::Signer;
use tower_webhook::test::TestBody;
use tower_webhook::{
    DecodedSecret, DeliveryIdentity, DeliveryKey, RejectionKind, SigningSecret, VerifiedBody, Verifier,
};

use crate::contract::inside::genuine;
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
    for of in provider::in_headers() {
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

/// `(printf 'tower-webhook delivery key, version 1, scheme\0\0\0\0\0\0\0\0\006stripe'; printf 'tower-webhook delivery
/// key, version 1, value\0\0\0\0\0\0\0\0\003/idstring\0evt_1' | openssl dgst -sha256 -binary) | openssl dgst -sha256`
#[test]
fn the_key_of_a_value_is_a_hash_of_a_tag_the_pointer_and_the_value() {
    const KEY: &str = "44afcd888adc03a1b4d48b4955cc75ddac7ec7340e4e7f182840f5063461cee1";

    assert_eq!(key(Provider::Stripe, FIRST).to_string(), KEY);
    let of = Provider::Knowrithm;
    let by = |pointer, body| chosen(of, DeliveryIdentity::json_pointer(pointer), body);
    let keys = [
        by("/id", FIRST),
        by("/id", r#"{"id": "1", "a": {"id": "1"}}"#),
        by("/a/id", r#"{"id": "1", "a": {"id": "1"}}"#),
        by("/id", r#"{"id": 1}"#),
        by("/id", r#"{"id": 1.0}"#),
        chosen(of, DeliveryIdentity::body(), r#"{"id": 1}"#),
    ];
    assert_eq!(HashSet::from(keys).len(), 6);
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
        }
    }
}

/// The hash of `scheme\0\0\0\0\0\0\0\0\011knowrithm`, behind the tag, and of
/// `(printf 'tower-webhook delivery key, version 1, with headers\0'; printf
/// '\0\0\0\0\0\0\0\007x-topic\0\0\0\0\0\0\0\010\0\0\0\0\0\0\0\001\0\0\0\0\0\0\0\001a' | openssl dgst -sha256 -binary;
/// printf 'tower-webhook delivery key, version 1, body\0{}' | openssl dgst -sha256 -binary) | openssl dgst -sha256`
#[test]
fn an_added_header_counts_with_all_its_values_and_when_it_is_missing() {
    const KEY: &str = "925e282a196daba7c4c093fdc31adb353aa64d97c509044b848a45f20d77f0aa";

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

/// The hash of `scheme\0\0\0\0\0\0\0\0\021standard_webhooks`, behind the tag, and of
/// `printf 'tower-webhook delivery key, version 1, header\0\0\0\0\0\0\0\0\012webhook-idmsg_1' | openssl dgst -sha256
/// -binary`
#[test]
fn a_signed_header_identifies_and_one_that_is_not_signed_does_not() {
    const KEY: &str = "c1903b949223e26194151b48943af01425cc18b59c773b031ec541286d13afb3";

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
    assert_eq!(body.delivery_key(), verify(of, &by_value, &[], RETRY).delivery_key());
    assert_ne!(body.delivery_key(), key(of, FIRST));
    let by_id = by_value.delivery_identity(DeliveryIdentity::signed_id());
    assert_eq!(verify(of, &by_id, &[], FIRST).delivery_key(), key(of, NEXT));
    let stripe = Provider::Stripe;
    assert_eq!(
        chosen(stripe, DeliveryIdentity::default(), FIRST),
        chosen(stripe, DeliveryIdentity::body(), FIRST)
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
        for of in [
            Provider::Knowrithm,
            Provider::Stripe,
            Provider::StandardWebhooks,
            Provider::Discord,
            Provider::SendGrid,
            Provider::GitLab,
        ] {
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

/// A token is no part of what identifies: a new one does not make another delivery.
#[test]
fn the_body_identifies_a_delivery_of_a_scheme_that_signs_nothing() {
    let by_value = DeliveryIdentity::json_pointer("/id");
    for of in provider::TOKENS {
        let of_body = chosen(of, DeliveryIdentity::body(), FIRST);
        assert_eq!(key(of, FIRST), of_body, "{of:?}");
        let chosen = |body| chosen(of, by_value.clone(), body);
        assert_ne!(chosen(FIRST), of_body, "{of:?}");
        assert_eq!(chosen(FIRST), chosen(RETRY), "{of:?}");
    }
    for of in provider::INSIDE {
        let key = |body: Vec<u8>| {
            let verifier = of.verifier_of(named_secret("primary"));
            verifier.verify(&HeaderMap::new(), body).unwrap().delivery_key()
        };
        let body = genuine(of).into_bytes();
        let changed = [&*body, b" "].concat();
        let is_token = of == Provider::MicrosoftGraph;
        assert_eq!(key(body) != key(changed), is_token, "{of:?}");
    }
}

/// Whoever has seen a request of Adyen or Twilio can send it with another body that has the same signed bytes.
#[test]
fn a_body_that_anybody_can_change_does_not_identify_a_delivery() {
    let identities = [
        DeliveryIdentity::signed_id(),
        DeliveryIdentity::body(),
        DeliveryIdentity::json_pointer("/live"),
    ];
    let key = |verifier: &Verifier, request: &Request<Bytes>, body: String| {
        let body = verifier.verify(request, body).unwrap();
        body.delivery_key()
    };

    let secret = DecodedSecret::from_hex("4b".repeat(32)).unwrap();
    let notification = r#"{"live":"false","notificationItems":[{"NotificationRequestItem":{"pspReference":"p1"}}]}"#;
    let signed = Signer::new(Adyen, &secret)
        .sign_body(Request::new(notification))
        .unwrap();
    let text = String::from_utf8(signed.body().to_vec()).unwrap();
    for identity in &identities {
        let adyen = Verifier::new(Adyen, secret.clone()).delivery_identity(identity.clone());
        let first = key(&adyen, &signed, text.clone());
        assert_eq!(key(&adyen, &signed, format!("{text} ")), first, "{identity:?}");
        assert_eq!(
            key(&adyen, &signed, text.replace("false", "true")),
            first,
            "{identity:?}"
        );
    }

    let secret = SigningSecret::new("hush").unwrap();
    let twilio = Twilio::new("https://example.com/sms").unwrap();
    let mut request = Request::new("Body=hi&From=me");
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(CONTENT_TYPE, form);
    let signed = Signer::new(twilio.clone(), &secret).sign_body(request).unwrap();
    for identity in identities {
        let twilio = Verifier::new(twilio.clone(), secret.clone()).delivery_identity(identity.clone());
        let first = key(&twilio, &signed, "Body=hi&From=me".to_owned());
        assert_eq!(
            key(&twilio, &signed, "From=m%65&&Body=hi".to_owned()),
            first,
            "{identity:?}"
        );
    }
}

/// The sender of a message chooses its text, and could hide fields, JSON, or a signed hash in it.
#[test]
fn a_form_of_twilio_whose_names_are_no_names_is_refused() {
    let secret = SigningSecret::new("hush").unwrap();
    let twilio = Twilio::new("https://example.com/sms").unwrap();
    let verifier = Verifier::new(twilio.clone(), secret.clone());
    let sender = Signer::new(twilio, &secret);
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");

    // What is signed of this JSON is the same as what is signed of a form with one odd name.
    let signed = sender.sign_body(Request::new("{}")).unwrap();
    let hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let mut forged = signed.clone();
    forged.headers_mut().insert(CONTENT_TYPE, form.clone());
    assert!(verifier.verify(&signed, "{}").is_ok());
    let verdict = verifier.verify(&forged, format!("?bodySHA256%3D{hash}"));
    assert_eq!(verdict.unwrap_err().kind(), RejectionKind::MalformedSignature);

    let mut sms = Request::new("Body=%22%7D%7B%22evil%22%3A1%2C%22k%22%3A%22");
    sms.headers_mut().insert(CONTENT_TYPE, form);
    let signed = sender.sign_body(sms).unwrap();
    assert!(verifier.verify(&signed, signed.body().clone()).is_ok());
    for forged in [
        r#"Body"}{"evil":1,"k":""#,
        "=Body%22%7D%7B%22evil%22%3A1%2C%22k%22%3A%22",
    ] {
        let verdict = verifier.verify(&signed, forged);
        assert_eq!(
            verdict.unwrap_err().kind(),
            RejectionKind::MalformedSignature,
            "{forged}"
        );
    }
}
