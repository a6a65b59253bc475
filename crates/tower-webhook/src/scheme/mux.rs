//! Mux' scheme.

use http::header::HeaderName;

use super::{HmacScheme, Part, Separator, TimestampFormat, provider};
use crate::identity::DeliveryIdentity;

static SCHEME: HmacScheme = HmacScheme::new("mux", HeaderName::from_static("mux-signature"))
    .prefix("v1=")
    .list(Separator::Comma)
    .timestamp_entry("t=", TimestampFormat::Seconds)
    .signs(&[Part::Timestamp, Part::Literal("."), Part::Body])
    .with_delivery_identity(DeliveryIdentity::json_pointer("/id"));

/// Mux' scheme.
///
/// **Sends** exactly one `Mux-Signature: t=<seconds>,v1=<64 lower-case hex digits>`. Entries of other versions are
/// ignored.
///
/// **Specified** in <https://www.mux.com/docs/core/verify-webhook-signatures>.
///
/// **Signs** `t`, a dot and the raw body, with HMAC-SHA256 under the webhook's signing secret as UTF-8 bytes.
///
/// **Identified by** the event's `id` in the body. The body also tells of the attempts that were made, so a retry has
/// other bytes.
///
/// No vector is published. The signature in the example was also computed with another program:
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use tower_webhook::scheme::Mux;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(Mux, &secret).timestamp(1_700_000_000).headers("{}");
/// assert_eq!(
///     headers["mux-signature"],
///     "t=1700000000,v1=763081ea12e3b1f903f958994c023cde07f1224b02a538ad6f959112a2f780ba"
/// );
///
/// let then = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
/// let verifier = Verifier::new(Mux, secret).clock(move || then);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Mux;

provider!(Mux: HmacScheme = SCHEME);
