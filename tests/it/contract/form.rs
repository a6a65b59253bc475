//! Secrets of another form than the one that a scheme decodes: they match nothing, in whichever way they came.

use tower_webhook::Rejection::SignatureMismatch;
use tower_webhook::test::TestBody;
use tower_webhook::{PerRequest, Secrets, SecretsHandle, SigningSecret, Verifier};

use super::case::Case;
use super::keys::SHAPES;
use super::provider::{Provider, request};
use super::sources::{Answer, Source};
use crate::support::EVENT;

/// Neither is `whsec_` and base64: the second was cut off.
pub(crate) const OTHER_FORMS: [&str; 2] = ["a secret of no form", "whsec_MfKQ9r8GKYq"];

/// Makes a verifier to which such a secret came once it was made.
type Way = fn(Provider, &'static str) -> Verifier;

/// Every way but a look-up, which needs a request.
pub(crate) const WAYS: [(&str, Way); 3] = [
    ("added", |of, text| of.verifier().secret(secret(text))),
    ("put into the handle", |of, text| replaced(of, secret(text))),
    ("put into the handle as the second", |of, text| {
        replaced(of, Secrets::new(of.secret()).and(secret(text)))
    }),
];

pub(super) fn cases(of: Provider) -> Vec<Case> {
    if !of.decodes_secret() {
        return Vec::new();
    }
    let looked_up: Way = |of, text| of.verifier_of(PerRequest(Source::new(Answer::KnownAs(text))));
    let mut cases = Vec::new();
    for (way, verifier) in WAYS.into_iter().chain([("looked up", looked_up)]) {
        for text in OTHER_FORMS {
            for (shape, body) in SHAPES {
                cases.push(
                    Case::refuses(of, format!("{way}: {text}, {shape}"), SignatureMismatch, move || {
                        signed_with_its_bytes(of, text, body())
                    })
                    .by(move || verifier(of, text)),
                );
            }
        }
    }
    cases
}

pub(crate) fn secret(text: &str) -> SigningSecret {
    SigningSecret::new(text).unwrap()
}

fn replaced(of: Provider, secrets: impl Into<Secrets>) -> Verifier {
    let handle = SecretsHandle::new(of.secret());
    let verifier = of.verifier_of(handle.clone());
    handle.replace(secrets);
    verifier
}

fn signed_with_its_bytes(of: Provider, text: &str, body: TestBody) -> http::Request<TestBody> {
    request(of.sign_with_bytes(&secret(text), EVENT), body)
}
