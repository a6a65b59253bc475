//! SendGrid's scheme.

use http::header::HeaderName;

use super::der::only_der;
use super::{Head, Scheme, SignatureClaim, TimestampFormat, only_timestamp};
use crate::rejection::Rejection;
use crate::secret::P256PublicKey;

static SIGNATURE: HeaderName = HeaderName::from_static("x-twilio-email-event-webhook-signature");
static TIMESTAMP: HeaderName = HeaderName::from_static("x-twilio-email-event-webhook-timestamp");

/// The scheme of SendGrid's event webhook.
///
/// **Sends** exactly one `X-Twilio-Email-Event-Webhook-Signature: <base64 of DER>` and one
/// `X-Twilio-Email-Event-Webhook-Timestamp: <seconds>`.
///
/// **Specified** in
/// <https://docs.sendgrid.com/for-developers/tracking-events/getting-started-event-webhook-security-features>.
///
/// **Signs** the timestamp and the raw body, joined, with ECDSA, P-256 and SHA-256. The secret is the verification key
/// that SendGrid shows: base64 of a `SubjectPublicKeyInfo`. The body ends in a line break, which is signed too.
///
/// The example is from the tests of SendGrid's library for Go, `eventwebhook_test.go`:
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use http::HeaderMap;
/// use tower_webhook::scheme::SendGrid;
/// use tower_webhook::{P256PublicKey, Verifier};
///
/// let body = "[{\"email\":\"hello@world.com\",\"event\":\"dropped\",\"reason\":\"Bounced Address\",\
///     \"sg_event_id\":\"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA\",\
///     \"sg_message_id\":\"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0\",\
///     \"smtp-id\":\"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>\",\"timestamp\":1600112492}]\r\n";
/// let mut headers = HeaderMap::new();
/// headers.insert("x-twilio-email-event-webhook-timestamp", "1600112502".parse()?);
/// headers.insert(
///     "x-twilio-email-event-webhook-signature",
///     "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=".parse()?,
/// );
///
/// let key = P256PublicKey::new(
///     "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe6\
///      2gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==",
/// )?;
/// let then = UNIX_EPOCH + Duration::from_secs(1_600_112_502);
/// assert!(Verifier::new(SendGrid, key).clock(move || then).verify(&headers, body).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SendGrid;

impl Scheme for SendGrid {
    type Secret = P256PublicKey;

    fn name(&self) -> &'static str {
        "sendgrid"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        let header: SignatureClaim<'a> = only_der(head.headers(), &SIGNATURE)?;
        let (text, seconds) = only_timestamp(head.headers(), &TIMESTAMP, TimestampFormat::Seconds)?;
        Ok(header.signed_before_body([text]).timestamp(seconds))
    }
}

#[cfg(feature = "sign")]
impl super::SigningScheme for SendGrid {
    fn signature_header(&self) -> Option<&HeaderName> {
        Some(&SIGNATURE)
    }

    fn sign(&self, request: &super::Unsigned<'_>) -> http::HeaderMap {
        let time = request.timestamp().to_string();
        let signature = request.signature(super::Algorithm::EcdsaP256, &[time.as_bytes()], &[]);
        let signature = super::Encoding::Base64.encode(&signature.to_vec());
        super::signing::headers([(&SIGNATURE, signature), (&TIMESTAMP, time)])
    }
}
