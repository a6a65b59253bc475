//! Published vectors through the scheme of their publisher, with its headers, its body and its time.

use std::time::SystemTime;

use http::{HeaderMap, HeaderName};
use tower_webhook::sign::Signer;
use tower_webhook::test::TestClock;
use tower_webhook::{RejectionKind, SigningSecret, Verifier};

use super::{Claim, published};
use crate::contract::provider::Provider;

/// A vector, and how its publisher sends it.
struct Vector {
    name: &'static str,
    /// The headers, with `{}` for the tag.
    headers: &'static [(&'static str, &'static str)],
    /// The bytes that are signed before the body.
    before: &'static str,
    time: u64,
    of: Provider,
}

const VECTORS: [Vector; 7] = [
    github("github-docs"),
    github("octokit-methods-1"),
    github("octokit-methods-3-nonascii-escapes"),
    Vector {
        name: "stripe-dotnet",
        // The publisher wrote the `v0`, which is ignored.
        headers: &[(
            "stripe-signature",
            "t=1533204620,v1={},v0=63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef",
        )],
        before: "1533204620.",
        time: 1_533_204_620,
        of: Provider::Stripe,
    },
    Vector {
        name: "slack-docs",
        headers: &[
            ("x-slack-signature", "v0={}"),
            ("x-slack-request-timestamp", "1531420618"),
        ],
        before: "v0:1531420618:",
        time: 1_531_420_618,
        of: Provider::Slack,
    },
    Vector {
        name: "shopify-api-php",
        headers: &[("x-shopify-hmac-sha256", "{}")],
        before: "",
        time: 0,
        of: Provider::Shopify,
    },
    Vector {
        name: "standard-webhooks-1",
        headers: &[
            ("webhook-signature", "v1,{}"),
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
        ],
        before: "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.",
        time: 1_614_265_330,
        of: Provider::StandardWebhooks,
    },
];

const fn github(name: &'static str) -> Vector {
    Vector {
        name,
        headers: &[("x-hub-signature-256", "sha256={}")],
        before: "",
        time: 0,
        of: Provider::GitHub,
    }
}

impl Vector {
    fn secret(&self, claim: &Claim) -> SigningSecret {
        if self.of.decodes_secret() {
            // The text of the claim's key, as it was published.
            assert_eq!(claim.key[..3], [0x31, 0xf2, 0x90]);
            return SigningSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        }
        SigningSecret::new(&claim.key).unwrap()
    }

    fn verifier(&self, claim: &Claim) -> Verifier {
        self.of.verifier_of(self.secret(claim)).clock(TestClock::at(self.time))
    }

    fn headers_with(&self, mac: &str) -> HeaderMap {
        self.headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.replace("{}", mac).parse().unwrap()))
            .collect()
    }
}

#[test]
fn a_published_signature_is_accepted_by_its_scheme() {
    for vector in VECTORS {
        let claim = published(vector.name);
        let body = claim.message.strip_prefix(vector.before.as_bytes()).unwrap().to_vec();
        let verifier = vector.verifier(&claim);

        let headers = vector.headers_with(&claim.tag);
        let accepted = verifier.verify(&headers, body.clone());
        assert_eq!(accepted.unwrap().bytes(), &body, "{}", vector.name);
        let another = verifier.verify(&headers, [&body[..], b" "].concat());
        assert_eq!(
            another.unwrap_err().kind(),
            RejectionKind::SignatureMismatch,
            "{}",
            vector.name
        );

        // Both are digits in hex and in base64.
        let digit = if claim.tag.starts_with('0') { "1" } else { "0" };
        let changed = vector.headers_with(&format!("{digit}{}", &claim.tag[1..]));
        let refused = verifier.verify(&changed, body.clone());
        assert_eq!(
            refused.unwrap_err().kind(),
            RejectionKind::SignatureMismatch,
            "{}",
            vector.name
        );
    }
}

#[test]
fn the_signer_writes_the_published_headers() {
    for vector in VECTORS {
        let claim = published(vector.name);
        let body = claim.message.strip_prefix(vector.before.as_bytes()).unwrap();
        let signer: Signer = vector.of.signer(&vector.secret(&claim));
        let time = i64::try_from(vector.time).unwrap();
        let written = signer.timestamp(time).id("msg_p5jXN8AQM9LWM0D4loKWxJek").headers(body);

        let mut wanted = vector.headers_with(&claim.tag);
        if vector.name == "stripe-dotnet" {
            let value = format!("t={},v1={}", vector.time, claim.tag);
            wanted.insert("stripe-signature", value.parse().unwrap());
        }
        assert_eq!(written, wanted, "{}", vector.name);
    }
}

#[test]
fn a_published_time_is_too_old_now() {
    for vector in VECTORS.iter().filter(|vector| vector.time > 0) {
        let claim = published(vector.name);
        let headers = vector.headers_with(&claim.tag);
        let verifier = vector.verifier(&claim).clock(SystemTime::now);
        let refused = verifier.verify(&headers, claim.message);
        assert_eq!(
            refused.unwrap_err().kind(),
            RejectionKind::TimestampTooOld,
            "{}",
            vector.name
        );
    }
}
