//! Sanity's scheme.

use http::header::HeaderName;

use super::{Encoding, HmacScheme, Part, Separator, TimestampFormat, provider};

static SCHEME: HmacScheme = HmacScheme::new("sanity", HeaderName::from_static("sanity-webhook-signature"))
    .prefix("v1=")
    .encoding(Encoding::Base64Url)
    .list(Separator::Comma)
    .timestamp_entry("t=", TimestampFormat::Milliseconds)
    .signs(&[Part::Timestamp, Part::Literal("."), Part::Body]);

/// Sanity's scheme.
///
/// **Sends** exactly one `sanity-webhook-signature: t=<milliseconds>,v1=<43 characters of base64 for URLs>`.
///
/// **Specified** in <https://github.com/sanity-io/webhook-toolkit>, by its code.
///
/// **Signs** `t`, a dot and the raw body, with HMAC-SHA256 under the webhook's secret as UTF-8 bytes.
///
/// Sanity's library checks no age, this crate accepts [five minutes](crate::Verifier::tolerance).
///
/// The example is from `test/signature.test.ts` of that library:
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use http::HeaderMap;
/// use tower_webhook::scheme::Sanity;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let mut headers = HeaderMap::new();
/// headers.insert(
///     "sanity-webhook-signature",
///     "t=1633519811129,v1=tLa470fx7qkLLEcMOcEUFuBbRSkGujyskxrNXcoh0N0".parse()?,
/// );
/// let then = UNIX_EPOCH + Duration::from_secs(1_633_519_811);
/// let verifier = Verifier::new(Sanity, SigningSecret::new("test")?).clock(move || then);
/// assert!(verifier.verify(&headers, r#"{"_id":"resume"}"#).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Sanity;

provider!(Sanity: HmacScheme = SCHEME);
