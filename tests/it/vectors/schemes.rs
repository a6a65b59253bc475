//! Published vectors through the scheme of their publisher: its headers as it wrote them, its body, its time.

use http::{HeaderMap, HeaderName};
use tower_webhook::sign::Signer;
use tower_webhook::test::TestClock;
use tower_webhook::{Rejection, SigningSecret, Verifier};

use super::{Claim, published};

/// A vector, and how its publisher sends it.
struct Vector {
    name: &'static str,
    /// The headers, with `{}` for what was published.
    headers: &'static [(&'static str, &'static str)],
    /// What is signed before the body.
    before: &'static str,
    time: u64,
    secret: fn(&Claim) -> SigningSecret,
    verifier: fn(SigningSecret) -> Verifier,
    signer: fn(&SigningSecret) -> Signer,
}

fn as_it_is(claim: &Claim) -> SigningSecret {
    SigningSecret::new(&claim.key).unwrap()
}

/// The key is published in base64.
fn whsec(claim: &Claim) -> SigningSecret {
    assert_eq!(claim.key[..3], [0x31, 0xf2, 0x90]);
    SigningSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()
}

const VECTORS: [Vector; 7] = [
    github("github-docs"),
    github("octokit-methods-1"),
    github("octokit-methods-3-nonascii-escapes"),
    Vector {
        name: "stripe-dotnet",
        // The `v0` is its publisher's, and not looked at.
        headers: &[(
            "stripe-signature",
            "t=1533204620,v1={},v0=63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef",
        )],
        before: "1533204620.",
        time: 1_533_204_620,
        secret: as_it_is,
        verifier: Verifier::stripe,
        signer: Signer::stripe,
    },
    Vector {
        name: "slack-docs",
        headers: &[
            ("x-slack-signature", "v0={}"),
            ("x-slack-request-timestamp", "1531420618"),
        ],
        before: "v0:1531420618:",
        time: 1_531_420_618,
        secret: as_it_is,
        verifier: Verifier::slack,
        signer: Signer::slack,
    },
    Vector {
        name: "shopify-api-php",
        headers: &[("x-shopify-hmac-sha256", "{}")],
        before: "",
        time: 0,
        secret: as_it_is,
        verifier: Verifier::shopify,
        signer: Signer::shopify,
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
        secret: whsec,
        verifier: |secret| Verifier::standard_webhooks(secret).unwrap(),
        signer: |secret| Signer::standard_webhooks(secret).unwrap(),
    },
];

const fn github(name: &'static str) -> Vector {
    Vector {
        name,
        headers: &[("x-hub-signature-256", "sha256={}")],
        before: "",
        time: 0,
        secret: as_it_is,
        verifier: Verifier::github,
        signer: Signer::github,
    }
}

impl Vector {
    fn headers_with(&self, mac: &str) -> HeaderMap {
        self.headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.replace("{}", mac).parse().unwrap()))
            .collect()
    }
}

#[test]
fn what_a_publisher_signed_is_accepted_by_its_scheme() {
    for vector in VECTORS {
        let claim = published(vector.name);
        let body = claim.message.strip_prefix(vector.before.as_bytes()).unwrap().to_vec();
        let secret = (vector.secret)(&claim);
        let verifier = (vector.verifier)(secret.clone()).clock(TestClock::at(vector.time));

        let headers = vector.headers_with(&claim.tag);
        let accepted = verifier.verify(&headers, body.clone());
        assert_eq!(accepted.unwrap().bytes(), &body, "{}", vector.name);
        let another = verifier.verify(&headers, [&body[..], b" "].concat());
        assert_eq!(another.unwrap_err(), Rejection::SignatureMismatch, "{}", vector.name);

        // Of base64, too, these are digits; and the first of the published ones is neither.
        let digit = if claim.tag.starts_with('0') { "1" } else { "0" };
        let changed = vector.headers_with(&format!("{digit}{}", &claim.tag[1..]));
        let refused = verifier.verify(&changed, body.clone());
        assert_eq!(refused.unwrap_err(), Rejection::SignatureMismatch, "{}", vector.name);
    }
}

#[test]
fn what_the_signer_writes_is_what_a_publisher_wrote() {
    for vector in VECTORS {
        let claim = published(vector.name);
        let body = claim.message.strip_prefix(vector.before.as_bytes()).unwrap();
        let signer = (vector.signer)(&(vector.secret)(&claim));
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
fn a_vector_with_a_time_is_too_old_by_now() {
    for vector in VECTORS.iter().filter(|vector| vector.time > 0) {
        let claim = published(vector.name);
        let headers = vector.headers_with(&claim.tag);
        let verifier = (vector.verifier)((vector.secret)(&claim));
        let refused = verifier.verify(&headers, claim.message);
        assert_eq!(refused.unwrap_err(), Rejection::TimestampTooOld, "{}", vector.name);
    }
}
