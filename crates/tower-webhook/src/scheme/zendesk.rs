//! Zendesk's scheme.

use http::header::HeaderName;

use super::{Encoding, HmacScheme, Part, TimestampFormat, provider};

static SCHEME: HmacScheme = HmacScheme::new("zendesk", HeaderName::from_static("x-zendesk-webhook-signature"))
    .encoding(Encoding::Base64)
    .timestamp_header(
        HeaderName::from_static("x-zendesk-webhook-signature-timestamp"),
        TimestampFormat::Rfc3339,
    )
    .signs(&[Part::Timestamp, Part::Body]);

/// Zendesk's scheme.
///
/// **Sends** exactly one `X-Zendesk-Webhook-Signature: <44 characters of base64>` and one
/// `X-Zendesk-Webhook-Signature-Timestamp: <RFC 3339>`.
///
/// **Specified** in <https://developer.zendesk.com/documentation/webhooks/verifying/>. An older page had the body
/// before the timestamp.
///
/// **Signs** the timestamp and the raw body, with nothing between them, with HMAC-SHA256 under the webhook's signing
/// secret as UTF-8 bytes. The secret looks like base64, and is not decoded.
///
/// No vector is published. The signature in the example was also computed with another program:
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use tower_webhook::scheme::Zendesk;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(Zendesk, &secret).timestamp(1_700_000_000).headers("{}");
/// assert_eq!(headers["x-zendesk-webhook-signature"], "JEs0OwUflon99qZo6nQM4ldUY099JcD/pYRoNFT9XVw=");
///
/// let then = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
/// let verifier = Verifier::new(Zendesk, secret).clock(move || then);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Zendesk;

provider!(Zendesk: HmacScheme = SCHEME);
