//! Stripe's scheme.

use http::header::HeaderName;

use super::{HmacScheme, Part, Separator, TimestampFormat, provider};
use crate::identity::DeliveryIdentity;

static SCHEME: HmacScheme = HmacScheme::new("stripe", HeaderName::from_static("stripe-signature"))
    .prefix("v1=")
    .list(Separator::Comma)
    .timestamp_entry("t=", TimestampFormat::Seconds)
    .signs(&[Part::Timestamp, Part::Literal("."), Part::Body])
    .with_delivery_identity(DeliveryIdentity::json_pointer("/id"));

/// Stripe's scheme.
///
/// **Sends** exactly one `Stripe-Signature: t=<seconds>,v1=<64 lower-case hex digits>`, with a `v1` for each secret
/// while they are rolled. Entries of other schemes, such as `v0`, are ignored.
///
/// **Specified** in <https://docs.stripe.com/webhooks#verify-manually>.
///
/// **Signs** `t`, a dot and the raw body, with HMAC-SHA256 under the endpoint's secret as it is, `whsec_` included.
///
/// **Identified by** the event's `id` in the body, which Stripe's page on webhooks tells receivers to remember. A retry
/// may have another body: `pending_webhooks` counts the endpoints that have not answered yet. Endpoints with several
/// secrets that receive one event, such as one of an account and one of Connect, need [owners](crate::Secrets::owner)
/// if each is to have it.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use http::HeaderMap;
/// use tower_webhook::scheme::Stripe;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let mut headers = HeaderMap::new();
/// let signature = "t=1492774577,v1=cbd2fd5719ca69daa42ea50ae098d870f26a9e2b89e515c553f0959dd47d3bdd";
/// headers.insert("stripe-signature", signature.parse()?);
/// let verifier = Verifier::new(Stripe, SigningSecret::new("whsec_demo")?);
/// assert_eq!(verifier.verify(&headers, "{}").unwrap_err().code(), "timestamp_too_old");
///
/// let then = UNIX_EPOCH + Duration::from_secs(1_492_774_577);
/// assert!(verifier.clock(move || then).verify(&headers, "{}").is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Stripe;

provider!(Stripe: HmacScheme = SCHEME);
