//! ElevenLabs' scheme.

use http::header::HeaderName;

use super::{HmacScheme, Part, Separator, TimestampFormat, provider};

static SCHEME: HmacScheme = HmacScheme::new("elevenlabs", HeaderName::from_static("elevenlabs-signature"))
    .prefix("v0=")
    .list(Separator::Comma)
    .timestamp_entry("t=", TimestampFormat::Seconds)
    .signs(&[Part::Timestamp, Part::Literal("."), Part::Body]);

/// ElevenLabs' scheme.
///
/// **Sends** exactly one `ElevenLabs-Signature: t=<seconds>,v0=<64 lower-case hex digits>`.
///
/// **Specified** in <https://elevenlabs.io/docs/eleven-agents/workflows/post-call-webhooks>.
///
/// **Signs** `t`, a dot and the raw body, with HMAC-SHA256 under the webhook's secret as UTF-8 bytes.
///
/// ElevenLabs' library accepts half an hour, this crate [five minutes](crate::Verifier::tolerance).
///
/// No vector is published. The signature in the example was also computed with another program:
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use tower_webhook::scheme::ElevenLabs;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(ElevenLabs, &secret).timestamp(1_700_000_000).headers("{}");
/// assert_eq!(
///     headers["elevenlabs-signature"],
///     "t=1700000000,v0=763081ea12e3b1f903f958994c023cde07f1224b02a538ad6f959112a2f780ba"
/// );
///
/// let then = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
/// let verifier = Verifier::new(ElevenLabs, secret).clock(move || then);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ElevenLabs;

provider!(ElevenLabs: HmacScheme = SCHEME);
