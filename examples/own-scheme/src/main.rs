//! A signature scheme of one's own: `cargo run -p own-scheme` signs and verifies, `cargo test -p own-scheme` forges.
//!
//! The provider of this example, Acme, sends two headers. `X-Acme-Timestamp` has the seconds since the Unix epoch.
//! `X-Acme-Signature` has the HMAC-SHA256 of that number, a dot and the body, in base64.
//!
//! A scheme whose signature is a prefix and the MAC of the body alone needs no code: use `HmacSha256Scheme`. For
//! production, begin the tests with a signature that the provider published. Acme does not exist, so openssl signs
//! here.

use std::time::{SystemTime, UNIX_EPOCH};

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};
use tower_webhook::scheme::{Encoding, HmacSha256Scheme, Scheme, SignatureHeader, only_timestamp, only_value};
use tower_webhook::{Rejection, SigningSecret, Verifier, sign::Signer};

static SIGNATURE: HeaderName = HeaderName::from_static("x-acme-signature");
static TIMESTAMP: HeaderName = HeaderName::from_static("x-acme-timestamp");

struct Acme;

impl Scheme for Acme {
    fn name(&self) -> &'static str {
        "acme"
    }

    fn read<'h>(&self, headers: &'h HeaderMap) -> Result<SignatureHeader<'h>, Rejection> {
        let signature = only_value(headers, &SIGNATURE)?;
        let mac = Encoding::Base64.decode(signature.as_bytes());
        let mac = mac.ok_or(Rejection::MalformedSignature)?;
        let (digits, seconds) = only_timestamp(headers, &TIMESTAMP)?;
        // A timestamp contains no dot, so a part of it cannot pass for a part of the body.
        let header = SignatureHeader::new(mac).timestamp(seconds);
        Ok(header.signed_before_body([digits, b"."]))
    }
}

/// The headers that Acme sends with this body.
fn sign(secret: &SigningSecret, seconds: u64, body: &str) -> HeaderMap {
    let mac = HmacSha256Scheme::new(SIGNATURE.clone()).encoding(Encoding::Base64);
    let mut headers = Signer::hmac_sha256(mac, secret).headers(format!("{seconds}.{body}"));
    headers.insert(TIMESTAMP.clone(), HeaderValue::from(seconds));
    headers
}

fn main() -> anyhow::Result<()> {
    let secret = SigningSecret::new("acme_demo")?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let headers = sign(&secret, now, "lights on");
    let verifier = Verifier::with_scheme(Acme, secret);
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
    use std::time::Duration;

    use super::*;

    const NOW: u64 = 1_700_000_000;
    const BODY: &str = r#"{"lights":"on"}"#;

    fn signed() -> HeaderMap {
        sign(&SigningSecret::new("acme_test").unwrap(), NOW, BODY)
    }

    /// The reason for which these headers and this body are refused, 10 s after they were signed.
    fn verdict(headers: &HeaderMap, body: &'static str) -> Result<(), Rejection> {
        let clock = || UNIX_EPOCH + Duration::from_secs(NOW + 10);
        let verifier = Verifier::with_scheme(Acme, SigningSecret::new("acme_test").unwrap()).clock(clock);
        verifier.verify(headers, body).map(|_| ())
    }

    fn with(name: &HeaderName, value: &str) -> HeaderMap {
        let mut headers = signed();
        headers.insert(name.clone(), value.parse().unwrap());
        headers
    }

    /// `printf '1700000000.{"lights":"on"}' | openssl dgst -sha256 -hmac acme_test -binary | base64`
    #[test]
    fn the_signature_is_that_of_openssl() {
        assert_eq!(signed()[&SIGNATURE], "R9LzhnHDVxsBqtGSn816RSH83mrgc/SO8i7Bk+/oTdE=");
        assert_eq!(verdict(&signed(), BODY), Ok(()));
    }

    #[test]
    fn a_forged_body_secret_or_timestamp_is_refused() {
        let other_secret = sign(&SigningSecret::new("other").unwrap(), NOW, BODY);
        assert_eq!(
            verdict(&signed(), r#"{"lights":"off"}"#),
            Err(Rejection::SignatureMismatch)
        );
        assert_eq!(verdict(&other_secret, BODY), Err(Rejection::SignatureMismatch));
        let later = with(&TIMESTAMP, "1700000001");
        assert_eq!(verdict(&later, BODY), Err(Rejection::SignatureMismatch));
    }

    #[test]
    fn a_replayed_request_is_refused_after_the_tolerance() {
        let secret = SigningSecret::new("acme_test").unwrap();
        assert_eq!(verdict(&sign(&secret, NOW - 290, BODY), BODY), Ok(()));
        assert_eq!(
            verdict(&sign(&secret, NOW - 291, BODY), BODY),
            Err(Rejection::TimestampTooOld)
        );
        assert_eq!(
            verdict(&sign(&secret, NOW + 311, BODY), BODY),
            Err(Rejection::TimestampInFuture)
        );
    }

    #[test]
    fn missing_malformed_and_repeated_headers_are_refused() {
        let without = |name: &HeaderName| {
            let mut headers = signed();
            headers.remove(name);
            headers
        };
        let mut repeated = signed();
        repeated.append(SIGNATURE.clone(), repeated[&SIGNATURE].clone());
        for (headers, reason) in [
            (without(&SIGNATURE), Rejection::MissingSignature),
            (without(&TIMESTAMP), Rejection::MissingTimestamp),
            (with(&SIGNATURE, "deadbeef"), Rejection::MalformedSignature),
            (with(&TIMESTAMP, "+1700000000"), Rejection::MalformedTimestamp),
            (repeated, Rejection::DuplicateSignature),
        ] {
            assert_eq!(verdict(&headers, BODY), Err(reason));
        }
    }
}
