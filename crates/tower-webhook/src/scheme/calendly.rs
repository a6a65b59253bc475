//! Calendly's scheme.

use http::header::HeaderName;

use super::{HmacScheme, Part, Separator, TimestampFormat, provider};

static SCHEME: HmacScheme = HmacScheme::new("calendly", HeaderName::from_static("calendly-webhook-signature"))
    .prefix("v1=")
    .list(Separator::Comma)
    .timestamp_entry("t=", TimestampFormat::Seconds)
    .signs(&[Part::Timestamp, Part::Literal("."), Part::Body]);

/// Calendly's scheme.
///
/// **Sends** exactly one `Calendly-Webhook-Signature: t=<seconds>,v1=<64 lower-case hex digits>`.
///
/// **Specified** in <https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures>.
///
/// **Signs** `t`, a dot and the raw body, with HMAC-SHA256 under the webhook's signing key as UTF-8 bytes.
///
/// Calendly advises three minutes, this crate accepts [five](crate::Verifier::tolerance).
///
/// No vector is published. The signature in the example was also computed with another program:
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use tower_webhook::scheme::Calendly;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(Calendly, &secret).timestamp(1_700_000_000).headers("{}");
/// assert_eq!(
///     headers["calendly-webhook-signature"],
///     "t=1700000000,v1=763081ea12e3b1f903f958994c023cde07f1224b02a538ad6f959112a2f780ba"
/// );
///
/// let then = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
/// let verifier = Verifier::new(Calendly, secret).clock(move || then);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Calendly;

provider!(Calendly: HmacScheme = SCHEME);
