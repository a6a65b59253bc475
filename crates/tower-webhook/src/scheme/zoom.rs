//! Zoom's scheme.

use http::header::HeaderName;

use super::{HmacScheme, Part, TimestampFormat, provider};

static SCHEME: HmacScheme = HmacScheme::new("zoom", HeaderName::from_static("x-zm-signature"))
    .prefix("v0=")
    .timestamp_header(
        HeaderName::from_static("x-zm-request-timestamp"),
        TimestampFormat::Seconds,
    )
    .signs(&[Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body]);

/// Zoom's scheme.
///
/// **Sends** exactly one `x-zm-signature: v0=<64 lower-case hex digits>` and one `x-zm-request-timestamp: <seconds>`.
///
/// **Specified** in <https://developers.zoom.us/docs/api/webhooks/>.
///
/// **Signs** `v0:`, the timestamp, a colon and the raw body, with HMAC-SHA256 under the app's secret token as UTF-8
/// bytes. Zoom's sample hashes the JSON as it re-serialises it, which is not always what was sent.
///
/// When an endpoint is added, and every 72 hours, Zoom sends the signed event `endpoint.url_validation`. It wants the
/// MAC of its `plainToken` under the same secret within three seconds.
///
/// No vector is published. The signature in the example was also computed with another program:
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use tower_webhook::scheme::Zoom;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(Zoom, &secret).timestamp(1_700_000_000).headers("{}");
/// assert_eq!(headers["x-zm-signature"], "v0=c62ce386359bde5c8a2e68a3735771f202d45715d714e08af5c4624dfb74dd21");
///
/// let then = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
/// let verifier = Verifier::new(Zoom, secret).clock(move || then);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Zoom;

provider!(Zoom: HmacScheme = SCHEME);
