//! Vectors of providers without a type: the guide says which data describes them.

use http::{HeaderMap, HeaderName};
use serde_json::Value;
use tower_webhook::scheme::{Encoding, HmacScheme};
use tower_webhook::sign::Signer;
use tower_webhook::{DecodedSecret, RejectionKind, Verifier};

const ADYEN_PLATFORM: &str = include_str!("../../vectors/adyen_platform.json");

#[test]
fn a_webhook_of_adyens_platform_is_verified_by_a_scheme_that_is_data() {
    const HEADER: HeaderName = HeaderName::from_static("hmacsignature");
    const SCHEME: HmacScheme<DecodedSecret> = HmacScheme::decoded("adyen_platform", HEADER).encoding(Encoding::Base64);

    let entry: Value = serde_json::from_str(ADYEN_PLATFORM).unwrap();
    let text = |name: &str| entry[name].as_str().unwrap().to_owned();
    let key = DecodedSecret::from_hex(text("hex_secret")).unwrap();
    let headers = HeaderMap::from_iter([(HEADER, text("signature").parse().unwrap())]);
    let verifier = Verifier::new(SCHEME, key.clone());
    assert!(verifier.verify(&headers, text("body")).is_ok());
    let changed = text("body").replacen("NL", "BE", 1);
    let rejection = verifier.verify(&headers, changed).unwrap_err();
    assert_eq!(rejection.kind(), RejectionKind::SignatureMismatch);
    assert_eq!(Signer::new(SCHEME, &key).headers(text("body")), headers);
}
