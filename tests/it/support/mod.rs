//! Shared by all tests: a secret, requests signed with it, and an observed body.

pub(crate) mod body;
pub(crate) mod slow;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use http::header::HeaderValue;
use http::{HeaderName, Request};
use tower_webhook::scheme::Knowrithm;
use tower_webhook::sign::Signer;
use tower_webhook::{SigningSecret, Verifier};

pub(crate) const SECRET: &str = "whk_the_secret_of_the_tests";
pub(crate) const SIGNATURE: HeaderName = HeaderName::from_static("x-knowrithm-signature");
pub(crate) const PATH: &str = "/webhooks/knowrithm";

/// A body that every receiver answers with 200.
pub(crate) const EVENT: &str = r#"{"event":"agent.created","data":{"id":"agent_1"}}"#;

pub(crate) fn secret() -> SigningSecret {
    SigningSecret::new(SECRET).unwrap()
}

pub(crate) fn verifier() -> Verifier {
    Verifier::knowrithm(secret())
}

/// The signature of this body under [`SECRET`], as Knowrithm writes it.
pub(crate) fn signature(body: impl AsRef<[u8]>) -> HeaderValue {
    signature_under(SECRET, body)
}

pub(crate) fn signature_under(secret: impl AsRef<[u8]>, body: impl AsRef<[u8]>) -> HeaderValue {
    let signer = Signer::new(Knowrithm, &SigningSecret::new(secret).unwrap());
    signer.headers(body)[&SIGNATURE].clone()
}

/// The 64 digits of [`signature`].
pub(crate) fn digits(body: impl AsRef<[u8]>) -> String {
    let value = signature(body);
    value.to_str().unwrap().strip_prefix("sha256=").unwrap().to_owned()
}

/// A request with these signature headers.
pub(crate) fn request<B>(signatures: impl IntoIterator<Item = HeaderValue>, body: B) -> Request<B> {
    let mut request = Request::post(PATH).body(body).unwrap();
    for value in signatures {
        request.headers_mut().append(SIGNATURE, value);
    }
    request
}

/// A request with this signature header, whose bytes need not be ASCII.
pub(crate) fn headed<B>(value: impl AsRef<[u8]>, body: B) -> Request<B> {
    request([HeaderValue::from_bytes(value.as_ref()).unwrap()], body)
}

/// A request with a genuine signature of this content.
pub(crate) fn signed<B>(content: impl AsRef<[u8]>, body: B) -> Request<B> {
    request([signature(content)], body)
}

/// The text of a file in `crates`.
pub(crate) fn source_text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates").join(path);
    fs::read_to_string(path).unwrap()
}

/// The schemes that the core lists in the table of its module.
pub(crate) fn listed_schemes() -> BTreeSet<String> {
    let index = source_text("tower-webhook/src/scheme/mod.rs");
    let rows = index.lines().filter(|line| line.starts_with("//! | "));
    let listed = rows.flat_map(|row| row.split("[`").skip(1).filter_map(|rest| rest.split("`]").next()));
    let listed: BTreeSet<_> = listed.map(str::to_owned).collect();
    assert!(listed.len() > 40, "{listed:?}");
    listed
}
