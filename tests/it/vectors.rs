//! Published vectors through the public API: their expected values come from outside of this repository.

mod bodies;
mod providers;
mod public_keys;
mod schemes;
mod unnamed;

use http::HeaderMap;
use serde_json::Value;
use tower_webhook::scheme::Knowrithm;
use tower_webhook::sign::Signer;
use tower_webhook::{ConfigError, Rejection, RejectionKind, SigningSecret, Verifier};

use crate::support::SIGNATURE;

const WYCHEPROOF: &str = include_str!("../vectors/wycheproof_hmac_sha256.json");
const PUBLISHED: &str = include_str!("../vectors/published.json");

/// A key, a message, and the tag that is claimed for them.
struct Claim {
    key: Vec<u8>,
    message: Vec<u8>,
    tag: String,
}

impl Claim {
    /// The verdict, on which every way of verifying must agree.
    fn verdict(&self) -> Result<(), RejectionKind> {
        let verifier = Verifier::knowrithm(SigningSecret::new(&self.key).unwrap());
        let header = format!("sha256={}", self.tag).parse().unwrap();
        let headers = HeaderMap::from_iter([(SIGNATURE, header)]);

        let kind = |rejection: Rejection| rejection.kind();
        let verdict = verifier.verify(&headers, self.message.clone()).map(drop).map_err(kind);
        for size in [1, 7, 64] {
            let in_pieces = verifier.begin(&headers).and_then(|mut verification| {
                self.message
                    .chunks(size)
                    .try_for_each(|chunk| verification.update(chunk))?;
                verification.finish()
            });
            assert_eq!(in_pieces.map(drop).map_err(kind), verdict, "in pieces of {size}");
        }
        verdict
    }

    /// The place of a digit that can be changed without a refusal, if there is one.
    fn any_other_digit_is_accepted(&self) -> Option<usize> {
        let verifier = Verifier::knowrithm(SigningSecret::new(&self.key).unwrap());
        (0..self.tag.len()).find(|&place| {
            let digit = if &self.tag[place..=place] == "0" { "1" } else { "0" };
            let header = format!("sha256={}{digit}{}", &self.tag[..place], &self.tag[place + 1..]);
            let headers = HeaderMap::from_iter([(SIGNATURE, header.parse().unwrap())]);
            verifier.verify(&headers, self.message.clone()).is_ok()
        })
    }
}

#[test]
fn wycheproof() {
    let file: Value = serde_json::from_str(WYCHEPROOF).unwrap();
    let (mut accepted, mut truncated, mut modified, mut blank) = (0, 0, 0, 0);
    for group in list(&file["testGroups"]) {
        for test in list(&group["tests"]) {
            let claim = Claim {
                key: bytes(&test["key"]),
                message: bytes(&test["msg"]),
                tag: test["tag"].as_str().unwrap().to_owned(),
            };
            if let Err(ConfigError::BlankSecret) = SigningSecret::new(&claim.key) {
                blank += 1;
                continue;
            }
            let (count, wanted) = match (group["tagSize"].as_u64(), test["result"].as_str()) {
                (Some(256), Some("valid")) => (&mut accepted, Ok(())),
                (Some(256), Some("invalid")) => (&mut modified, Err(RejectionKind::SignatureMismatch)),
                // Half a tag is refused, valid or not: it would be easier to guess.
                (Some(128), Some("valid" | "invalid")) => (&mut truncated, Err(RejectionKind::MalformedSignature)),
                other => panic!("{other:?}"),
            };
            assert_eq!(claim.verdict(), wanted, "tcId {}", test["tcId"]);
            if wanted.is_ok() {
                assert_eq!(claim.any_other_digit_is_accepted(), None, "tcId {}", test["tcId"]);
            }
            *count += 1;
        }
    }
    assert_eq!((accepted, modified, truncated, blank), (33, 54, 87, 0));
    assert_eq!(file["numberOfTests"], 174);
}

#[test]
fn rfc_4231_and_providers() {
    let file: Value = serde_json::from_str(PUBLISHED).unwrap();
    let mut names: Vec<_> = list(&file)
        .iter()
        .map(|entry| entry["name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "github-docs",
            "octokit-methods-1",
            "octokit-methods-3-nonascii-escapes",
            "rfc4231-1",
            "rfc4231-2",
            "rfc4231-3",
            "rfc4231-4",
            "rfc4231-5",
            "rfc4231-6",
            "rfc4231-7",
            "shopify-api-php",
            "shopify-app",
            "slack-docs",
            "standard-webhooks-1",
            "stripe-dotnet",
        ]
    );
    for entry in list(&file) {
        let name = entry["name"].as_str().unwrap();
        // These keys are vertical tabs and form feeds, which are blank.
        if let "rfc4231-1" | "rfc4231-5" = name {
            let key = SigningSecret::new(published(name).key);
            assert!(matches!(key, Err(ConfigError::BlankSecret)), "{name}");
            continue;
        }
        // The publisher signs a time or an id before the body; together they are the message of this test.
        let full = Claim {
            tag: entry["hmac_sha256_hex"].as_str().unwrap().to_owned(),
            ..published(name)
        };
        assert_eq!(full.verdict(), Ok(()), "{name}");

        let signer = Signer::new(Knowrithm, &SigningSecret::new(&full.key).unwrap());
        let written = signer.headers(&full.message)[&SIGNATURE].clone();
        assert_eq!(written, format!("sha256={}", full.tag), "{name}");

        let wanted = match name {
            // Published in base64.
            "shopify-api-php" | "shopify-app" | "standard-webhooks-1" => Err(RejectionKind::MalformedSignature),
            _ => Ok(()),
        };
        assert_eq!(published(name).verdict(), wanted, "{name}, as published");
    }
}

#[test]
fn a_truncated_tag_is_refused() {
    let claim = Claim {
        key: b"any".to_vec(),
        ..published("rfc4231-5")
    };
    assert_eq!(claim.tag.len(), 32);
    assert_eq!(claim.verdict(), Err(RejectionKind::MalformedSignature));
}

#[test]
fn a_body_that_was_parsed_and_serialised_again_is_refused() {
    let claim = published("octokit-methods-3-nonascii-escapes");
    let text = String::from_utf8(claim.message.clone()).unwrap();
    assert!(text.contains(r"\u001B"), "{text}");
    assert_eq!(claim.verdict(), Ok(()));

    let lower_case = Claim {
        message: text.replace(r"\u001B", r"\u001b").into_bytes(),
        ..published("octokit-methods-3-nonascii-escapes")
    };
    assert_eq!(lower_case.verdict(), Err(RejectionKind::SignatureMismatch));
}

/// A claim of `published.json`, with the tag as it was published.
fn published(name: &str) -> Claim {
    let file: Value = serde_json::from_str(PUBLISHED).unwrap();
    let entry = list(&file).iter().find(|entry| entry["name"] == name).unwrap();
    Claim {
        key: bytes(&entry["key_hex"]),
        message: bytes(&entry["message_hex"]),
        tag: entry["published"].as_str().unwrap().to_owned(),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn bytes(hex: &Value) -> Vec<u8> {
    let digits = hex.as_str().unwrap();
    assert!(digits.len().is_multiple_of(2));
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}
