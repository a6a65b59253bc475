//! Stripe's scheme.

use http::header::HeaderName;

use super::only_value::{malformed, only_value};
use super::{Encoding, Head, MAX_ENTRIES, Scheme, SignatureHeader, timestamp};
use crate::rejection::{Rejection, RejectionKind};
use crate::secret::SigningSecret;

static SIGNATURE: HeaderName = HeaderName::from_static("stripe-signature");

/// Stripe's scheme.
///
/// **Sends** exactly one `Stripe-Signature: t=<seconds>,v1=<64 lower-case hex digits>`, with a `v1` for each secret
/// while they are rolled. Entries of other schemes, such as `v0`, are ignored.
///
/// **Specified** in <https://docs.stripe.com/webhooks#verify-manually>.
///
/// **Signs** `t`, a dot and the raw body, with HMAC-SHA256 under the endpoint's secret as it is, `whsec_` included.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use http::HeaderMap;
/// use tower_webhook::scheme::Stripe;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let mut headers = HeaderMap::new();
/// let signature = "t=1492774577,v1=cbd2fd5719ca69daa42ea50ae098d870f26a9e2b89e515c553f0959dd47d3bdd";
/// headers.insert("stripe-signature", signature.parse()?);
/// let verifier = Verifier::new(Stripe, SigningSecret::new("whsec_demo")?);
/// assert_eq!(verifier.verify(&headers, "{}").unwrap_err().code(), "timestamp_too_old");
///
/// let then = UNIX_EPOCH + Duration::from_secs(1_492_774_577);
/// assert!(verifier.clock(move || then).verify(&headers, "{}").is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Stripe;

impl Scheme for Stripe {
    type Secret = SigningSecret;

    fn name(&self) -> &'static str {
        "stripe"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureHeader<'a>, Rejection> {
        let fault = |kind: RejectionKind| Rejection::new(kind).with_header(&SIGNATURE);
        let value = only_value(head.headers(), &SIGNATURE)?.as_bytes();
        let mut time = None;
        let mut header: Option<SignatureHeader<'a>> = None;
        for entry in value.split(|&byte| byte == b',').take(MAX_ENTRIES) {
            if let Some(text) = entry.strip_prefix(b"t=") {
                let seconds = timestamp::parse(text).ok_or_else(|| fault(RejectionKind::MalformedTimestamp))?;
                if time.replace((text, seconds)).is_some() {
                    return Err(fault(RejectionKind::MalformedTimestamp));
                }
            } else if let Some(digits) = entry.strip_prefix(b"v1=") {
                let mac = Encoding::Hex.decode(digits).ok_or_else(|| malformed(&SIGNATURE))?;
                header = Some(match header {
                    None => SignatureHeader::new(mac),
                    Some(header) => header.or(mac),
                });
            }
        }
        let header = header.ok_or_else(|| malformed(&SIGNATURE))?;
        let (text, seconds) = time.ok_or_else(|| fault(RejectionKind::MissingTimestamp))?;
        Ok(header.signed_before_body([text, b"."]).timestamp(seconds))
    }
}

#[cfg(feature = "sign")]
impl super::SigningScheme for Stripe {
    fn signature_header(&self) -> &HeaderName {
        &SIGNATURE
    }

    fn sign(&self, request: &super::Unsigned<'_>) -> http::HeaderMap {
        let time = request.timestamp().to_string();
        let mac = Encoding::Hex.encode(&request.mac(&[time.as_bytes(), b"."], &[]));
        super::signing::headers([(&SIGNATURE, format!("t={time},v1={mac}"))])
    }
}
