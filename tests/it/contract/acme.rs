//! A scheme that is not the core's: it signs the name of its channel, a colon and the body.

use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};
use tower_webhook::scheme::{Encoding, Head, Scheme, SignatureClaim, SigningScheme, Unsigned, only_value};
use tower_webhook::{Rejection, RejectionKind, SigningSecret};

pub(crate) static SIGNATURE: HeaderName = HeaderName::from_static("x-acme-mac");
pub(crate) static CHANNEL: HeaderName = HeaderName::from_static("x-acme-channel");

/// What the sender's side signs; the receiver's side reads the channel from the request.
const LIGHTS: HeaderValue = HeaderValue::from_static("lights");

#[derive(Clone)]
pub(crate) struct Acme;

impl Scheme for Acme {
    type Secret = SigningSecret;

    fn name(&self) -> &'static str {
        "acme"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        let value = only_value(head.headers(), &SIGNATURE)?;
        let malformed = || Rejection::new(RejectionKind::MalformedSignature).with_header(&SIGNATURE);
        let mac = Encoding::Hex.decode(value.as_bytes()).ok_or_else(malformed)?;
        let channel = only_value(head.headers(), &CHANNEL)?;
        Ok(SignatureClaim::new(mac).signed_before_body([channel.as_bytes(), b":"]))
    }
}

impl SigningScheme for Acme {
    fn signature_header(&self) -> Option<&HeaderName> {
        Some(&SIGNATURE)
    }

    fn sign(&self, request: &Unsigned<'_>) -> HeaderMap {
        let mac = Encoding::Hex.encode(&request.mac(&[LIGHTS.as_bytes(), b":"], &[]));
        HeaderMap::from_iter([(SIGNATURE.clone(), mac.parse().unwrap()), (CHANNEL.clone(), LIGHTS)])
    }
}
