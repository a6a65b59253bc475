//! A signature scheme of one's own: `cargo run -p own-scheme` signs and verifies, `cargo test -p own-scheme` forges.
//!
//! The provider of this example, Acme, sends two headers. `X-Acme-Timestamp` has the seconds since the Unix epoch.
//! `X-Acme-Signature` has the HMAC-SHA256 of that number, a dot and the body, in base64.
//!
//! A scheme whose signature is a prefix and the MAC of the body alone needs no code: use `HmacScheme`. For
//! production, begin the tests with a signature that the provider published. Acme does not exist, so openssl signs
//! here. A receiver does not need `SigningScheme`, only its tests do.

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};
use tower_webhook::scheme::{Encoding, Head, Scheme, SignatureClaim, SigningScheme, Unsigned};
use tower_webhook::scheme::{TimestampFormat, only_timestamp, only_value};
use tower_webhook::{Rejection, RejectionKind, SigningSecret, Verifier, sign::Signer};

static SIGNATURE: HeaderName = HeaderName::from_static("x-acme-signature");
static TIMESTAMP: HeaderName = HeaderName::from_static("x-acme-timestamp");

#[derive(Clone)]
struct Acme;

impl Scheme for Acme {
    type Secret = SigningSecret;

    fn name(&self) -> &'static str {
        "acme"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        let signature = only_value(head.headers(), &SIGNATURE)?;
        let mac = Encoding::Base64.decode(signature.as_bytes());
        let mac = mac.ok_or(RejectionKind::MalformedSignature)?;
        let (digits, seconds) = only_timestamp(head.headers(), &TIMESTAMP, TimestampFormat::Seconds)?;
        // A timestamp contains no dot, so a part of it cannot pass for a part of the body.
        let header = SignatureClaim::new(mac).timestamp(seconds);
        Ok(header.signed_before_body([digits, b"."]))
    }
}

impl SigningScheme for Acme {
    fn signature_header(&self) -> Option<&HeaderName> {
        Some(&SIGNATURE)
    }

    fn sign(&self, request: &Unsigned<'_>) -> HeaderMap {
        let digits = request.timestamp().to_string();
        let mac = request.mac(&[digits.as_bytes(), b"."], &[]);
        let mac = Encoding::Base64.encode(&mac).parse().expect("base64 is visible ASCII");
        HeaderMap::from_iter([
            (SIGNATURE.clone(), mac),
            (TIMESTAMP.clone(), HeaderValue::from(request.timestamp())),
        ])
    }
}

fn main() -> anyhow::Result<()> {
    let secret = SigningSecret::new("acme_demo")?;
    let headers = Signer::new(Acme, &secret).headers("lights on");
    let verifier = Verifier::new(Acme, secret);
    for body in ["lights on", "lights off"] {
        match verifier.verify(&headers, body) {
            Ok(_) => println!("verified: {body}"),
            Err(rejection) => println!("refused: {}: {body}", rejection.code()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use http::Request;
    use tower_webhook::test::{RequestBuilder, TestBody, TestClock};

    use super::*;

    const NOW: u64 = 1_700_000_000;
    const BODY: &str = r#"{"lights":"on"}"#;

    fn secret() -> SigningSecret {
        SigningSecret::new("acme_test").unwrap()
    }

    fn webhook() -> RequestBuilder {
        RequestBuilder::new(Acme, &secret()).clock(TestClock::at(NOW))
    }

    async fn verdict(request: Request<TestBody>) -> Result<(), RejectionKind> {
        let verifier = Verifier::new(Acme, secret()).clock(TestClock::at(NOW));
        let outcome = verifier.verify_request(request).await;
        outcome.map(drop).map_err(|rejection| rejection.kind())
    }

    /// `printf '1700000000.{"lights":"on"}' | openssl dgst -sha256 -hmac acme_test -binary | base64`
    #[tokio::test]
    async fn the_signature_is_that_of_openssl() {
        let request = webhook().signed(BODY);
        assert_eq!(
            request.headers()[&SIGNATURE],
            "R9LzhnHDVxsBqtGSn816RSH83mrgc/SO8i7Bk+/oTdE="
        );
        assert_eq!(verdict(request).await, Ok(()));
    }

    #[tokio::test]
    async fn every_forgery_is_refused() {
        for (forgery, request) in webhook().forgeries(BODY) {
            assert_eq!(verdict(request).await, Err(forgery.rejection_kind()), "{forgery:?}");
        }
    }

    #[tokio::test]
    async fn a_changed_or_malformed_timestamp_is_refused() {
        for (timestamp, reason) in [
            ("1700000001", RejectionKind::SignatureMismatch),
            ("+1700000000", RejectionKind::MalformedTimestamp),
        ] {
            let mut request = webhook().signed(BODY);
            request.headers_mut().insert(&TIMESTAMP, timestamp.parse().unwrap());
            assert_eq!(verdict(request).await, Err(reason));
        }
        let mut request = webhook().signed(BODY);
        request.headers_mut().remove(&TIMESTAMP);
        assert_eq!(verdict(request).await, Err(RejectionKind::MissingTimestamp));
    }
}
