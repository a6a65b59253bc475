//! Discord's scheme.

use http::StatusCode;
use http::header::HeaderName;

use super::only_value::malformed;
use super::{Encoding, Head, Scheme, Signature, SignatureClaim, TimestampFormat, only_timestamp, only_value};
use crate::rejection::Rejection;
use crate::secret::Ed25519PublicKey;

static SIGNATURE: HeaderName = HeaderName::from_static("x-signature-ed25519");
static TIMESTAMP: HeaderName = HeaderName::from_static("x-signature-timestamp");

/// Discord's scheme, for interactions and webhook events.
///
/// **Sends** exactly one `X-Signature-Ed25519: <128 lower-case hex digits>` and one `X-Signature-Timestamp: <seconds>`.
///
/// **Specified** in <https://discord.com/developers/docs/interactions/overview>.
///
/// **Signs** the timestamp and the raw body, joined, with Ed25519. The secret is the application's public key, which
/// Discord shows in hex. Discord sends requests with wrong signatures to see that they are refused with a 401, which is
/// the [status](Scheme::refusal) of this scheme.
///
/// Discord publishes no example. This one is signed with the seed of RFC 8032, section 7.1, test 1:
///
/// ```
/// use tower_webhook::scheme::Discord;
/// # use tower_webhook::sign::Signer;
/// use tower_webhook::{Ed25519PublicKey, Verifier};
///
/// # let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
/// # let signer = Signer::new(Discord, &tower_webhook::Ed25519PrivateKey::new(seed)?);
/// # let headers = signer.headers(r#"{"type":1}"#);
/// let key = Ed25519PublicKey::new("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")?;
/// let verifier = Verifier::new(Discord, key);
/// assert!(verifier.verify(&headers, r#"{"type":1}"#).is_ok());
/// assert_eq!(verifier.verify(&headers, r#"{"type":2}"#).unwrap_err().code(), "signature_mismatch");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Discord;

impl Scheme for Discord {
    type Secret = Ed25519PublicKey;

    fn name(&self) -> &'static str {
        "discord"
    }

    fn refusal(&self) -> StatusCode {
        StatusCode::UNAUTHORIZED
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        let digits = only_value(head.headers(), &SIGNATURE)?.as_bytes();
        let signature = Encoding::Hex.decode(digits).ok_or_else(|| malformed(&SIGNATURE))?;
        let (text, seconds) = only_timestamp(head.headers(), &TIMESTAMP, TimestampFormat::Seconds)?;
        let header = SignatureClaim::new(Signature::Ed25519(signature));
        Ok(header.signed_before_body([text]).timestamp(seconds))
    }
}

#[cfg(feature = "sign")]
impl super::SigningScheme for Discord {
    fn signature_header(&self) -> Option<&HeaderName> {
        Some(&SIGNATURE)
    }

    fn sign(&self, request: &super::Unsigned<'_>) -> http::HeaderMap {
        let time = request.timestamp().to_string();
        let signature = request.signature(super::Algorithm::Ed25519, &[time.as_bytes()], &[]);
        let digits = Encoding::Hex.encode(&signature.to_vec());
        super::signing::headers([(&SIGNATURE, digits), (&TIMESTAMP, time)])
    }
}
