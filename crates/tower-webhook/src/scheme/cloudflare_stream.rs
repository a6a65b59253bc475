//! Cloudflare Stream's scheme.

use http::header::HeaderName;

use super::{HmacScheme, Part, Separator, TimestampFormat, provider};

static SCHEME: HmacScheme = HmacScheme::new("cloudflare_stream", HeaderName::from_static("webhook-signature"))
    .prefix("sig1=")
    .list(Separator::Comma)
    .timestamp_entry("time=", TimestampFormat::Seconds)
    .signs(&[Part::Timestamp, Part::Literal("."), Part::Body]);

/// Cloudflare Stream's scheme.
///
/// **Sends** exactly one `Webhook-Signature: time=<seconds>,sig1=<64 lower-case hex digits>`. The header has the name
/// of Standard Webhooks' one, and another form.
///
/// **Specified** in <https://developers.cloudflare.com/stream/webhooks>. Cloudflare's Notifications are not signed:
/// they have a fixed token in `cf-webhook-auth`.
///
/// **Signs** `time`, a dot and the raw body, with HMAC-SHA256 under the secret of the webhook as UTF-8 bytes.
///
/// No vector is published: the header on that page has no secret. The signature in the example was also computed with
/// another program:
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use tower_webhook::scheme::CloudflareStream;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(CloudflareStream, &secret).timestamp(1_700_000_000).headers("{}");
/// assert_eq!(
///     headers["webhook-signature"],
///     "time=1700000000,sig1=763081ea12e3b1f903f958994c023cde07f1224b02a538ad6f959112a2f780ba"
/// );
///
/// let then = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
/// let verifier = Verifier::new(CloudflareStream, secret).clock(move || then);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct CloudflareStream;

provider!(CloudflareStream: HmacScheme = SCHEME);
