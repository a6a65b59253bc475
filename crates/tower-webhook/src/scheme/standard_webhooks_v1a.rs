//! The asymmetric variant of Standard Webhooks, `v1a`.

use http::header::HeaderName;

use super::only_value::malformed;
use super::{Encoding, Head, Scheme, Signature, SignatureClaim, TimestampFormat, only_timestamp, only_value};
use crate::rejection::Rejection;
use crate::secret::Ed25519PublicKey;

static ID: HeaderName = HeaderName::from_static("webhook-id");
static TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
static SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
const PREFIX: &str = "v1a,";

/// How many entries of a list are considered, of any kind. Each signature hashes the body on its own.
const MAX_ENTRIES: usize = 4;

/// The asymmetric variant of Standard Webhooks, `v1a`: the receiver holds a public key, `whpk_`.
///
/// **Sends** exactly one each of `webhook-id`, `webhook-timestamp: <seconds>` and
/// `webhook-signature: v1a,<88 characters of base64>`, with an entry for each key while they are rotated, separated by
/// blanks. Entries of other versions, such as the symmetric `v1`, are ignored. The first four entries are considered,
/// of any kind: each signature has to hash the body once more.
///
/// **Specified** in <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>.
///
/// **Signs** the id, a dot, the timestamp, a dot and the raw body, with Ed25519. The signed id identifies the delivery.
///
/// The example is from the tests of Svix's server, `worker.rs` in <https://github.com/svix/svix-webhooks>:
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use http::HeaderMap;
/// use tower_webhook::scheme::StandardWebhooksV1a;
/// use tower_webhook::{Ed25519PublicKey, Verifier};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".parse()?);
/// headers.insert("webhook-timestamp", "1614265330".parse()?);
/// let signature = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";
/// headers.insert("webhook-signature", signature.parse()?);
///
/// let key = Ed25519PublicKey::new("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=")?;
/// let then = UNIX_EPOCH + Duration::from_secs(1_614_265_330);
/// let verifier = Verifier::new(StandardWebhooksV1a, key).clock(move || then);
/// assert!(verifier.verify(&headers, r#"{"test": 2432232314}"#).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct StandardWebhooksV1a;

impl Scheme for StandardWebhooksV1a {
    type Secret = Ed25519PublicKey;

    fn name(&self) -> &'static str {
        "standard_webhooks_v1a"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        let headers = head.headers();
        let list = only_value(headers, &SIGNATURE)?.as_bytes();
        let mut header: Option<SignatureClaim<'a>> = None;
        for entry in list.split(|&byte| byte == b' ').take(MAX_ENTRIES) {
            if let Some(text) = entry.strip_prefix(PREFIX.as_bytes()) {
                let signature = Encoding::Base64.decode(text).ok_or_else(|| malformed(&SIGNATURE))?;
                let signature = Signature::Ed25519(signature);
                header = Some(match header {
                    None => SignatureClaim::new(signature),
                    Some(header) => header.or(signature),
                });
            }
        }
        let header = header.ok_or_else(|| malformed(&SIGNATURE))?;
        let id = only_value(headers, &ID)?;
        // With a dot in the id, the signed bytes could be divided in two ways.
        if id.is_empty() || id.as_bytes().contains(&b'.') {
            return Err(malformed(&ID));
        }
        let (text, seconds) = only_timestamp(headers, &TIMESTAMP, TimestampFormat::Seconds)?;
        let header = header.signed_before_body([id.as_bytes(), b".", text, b"."]);
        Ok(header.timestamp(seconds).delivery_id(id))
    }
}

#[cfg(feature = "sign")]
impl super::SigningScheme for StandardWebhooksV1a {
    fn signature_header(&self) -> Option<&HeaderName> {
        Some(&SIGNATURE)
    }

    fn sign(&self, request: &super::Unsigned<'_>) -> http::HeaderMap {
        let (id, time) = (request.id().to_owned(), request.timestamp().to_string());
        let before: [&[u8]; 4] = [id.as_bytes(), b".", time.as_bytes(), b"."];
        let signature = request.signature(super::Algorithm::Ed25519, &before, &[]);
        let signature = Encoding::Base64.encode(&signature.to_vec());
        super::signing::headers([
            (&ID, id),
            (&TIMESTAMP, time),
            (&SIGNATURE, format!("{PREFIX}{signature}")),
        ])
    }
}
