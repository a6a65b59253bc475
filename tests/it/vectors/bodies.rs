//! The vectors of providers whose signature is in the body.

use http::{HeaderMap, Request};
use serde_json::Value;
use tower_webhook::scheme::Adyen;
use tower_webhook::sign::Signer;
use tower_webhook::{DecodedSecret, RejectionKind, Verifier};

const VECTORS: &str = include_str!("../../vectors/bodies.json");

#[test]
fn a_published_signature_in_a_body_is_accepted_and_written() {
    let file: Value = serde_json::from_str(VECTORS).unwrap();
    let [entry] = super::list(&file) else {
        panic!("{file}");
    };
    assert_eq!(entry["provider"], "Adyen");
    let text = |name: &str| entry[name].as_str().unwrap().to_owned();
    let (key, body) = (DecodedSecret::from_hex(text("hex_secret")).unwrap(), text("body"));

    let verifier = Verifier::new(Adyen, key.clone());
    let verdict = |body: &str| verifier.verify(&HeaderMap::new(), body.to_owned()).map(drop);
    assert!(verdict(&body).is_ok());
    let without: String = body.replace("hmacSignature", "another");
    assert_eq!(verdict(&without).unwrap_err().kind(), RejectionKind::MissingSignature);
    for field in text("message").split(':') {
        let other = body.replacen(field, &format!("{field}1"), 1);
        assert!(verdict(&other).is_err(), "{field}");
    }

    let unsigned = body.replace(r#""hmacSignature":"#, r#""hmacSignature":null,"other":"#);
    let written = Signer::new(Adyen, &key)
        .sign_body(Request::new(unsigned))
        .unwrap()
        .into_body();
    let signature = |body: &[u8]| {
        let body: Value = serde_json::from_slice(body).unwrap();
        body["notificationItems"][0]["NotificationRequestItem"]["additionalData"]["hmacSignature"].clone()
    };
    assert_eq!(signature(&written), signature(body.as_bytes()));
}
