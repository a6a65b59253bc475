//! Paddle's scheme.

use http::header::HeaderName;

use super::{HmacScheme, Part, Separator, TimestampFormat, provider};
use crate::identity::DeliveryIdentity;

static SCHEME: HmacScheme = HmacScheme::new("paddle", HeaderName::from_static("paddle-signature"))
    .prefix("h1=")
    .list(Separator::Semicolon)
    .timestamp_entry("ts=", TimestampFormat::Seconds)
    .signs(&[Part::Timestamp, Part::Literal(":"), Part::Body])
    .with_delivery_identity(DeliveryIdentity::json_pointer("/event_id"));

/// Paddle's scheme.
///
/// **Sends** exactly one `Paddle-Signature: ts=<seconds>;h1=<64 lower-case hex digits>`, with an `h1` for each secret
/// while they are rotated.
///
/// **Specified** in <https://developer.paddle.com/webhooks/signature-verification>. That is Paddle Billing; Paddle
/// Classic signs in another way.
///
/// **Signs** `ts`, a colon and the raw body, with HMAC-SHA256 under the destination's secret as it is, `pdl_ntfset_`
/// included.
///
/// **Identified by** the `event_id` in the body, as <https://developer.paddle.com/webhooks/about/how-webhooks-work>
/// advises. Two destinations of one event have the same.
///
/// Paddle's library for Node accepts five seconds, this crate [five minutes](crate::Verifier::tolerance).
///
/// The example is from `webhook_verifier_test.go` of <https://github.com/PaddleHQ/paddle-go-sdk>:
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use http::HeaderMap;
/// use tower_webhook::scheme::Paddle;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let mut headers = HeaderMap::new();
/// headers.insert(
///     "paddle-signature",
///     "ts=1710929255;h1=6c05ef8fa83c44d751be6d259ec955ce5638e2c54095bf128e408e2fce1589c8".parse()?,
/// );
/// let body = concat!(
///     r#"{"data":{"id":"pri_01hsdn96k2hxjzsq5yerecdj9j","name":null,"status":"active","#,
///     r#""quantity":{"maximum":999999,"minimum":1},"tax_mode":"account_setting","#,
///     r#""product_id":"pro_01hsdn8qp7yydry3x1yeg6a9rv","unit_price":{"amount":"1000","currency_code":"USD"},"#,
///     r#""custom_data":null,"description":"testing","import_meta":null,"trial_period":null,"#,
///     r#""billing_cycle":{"interval":"month","frequency":1},"unit_price_overrides":[]},"#,
///     r#""event_id":"evt_01hsdn97563968dy0szkmgjwh3","event_type":"price.created","#,
///     r#""occurred_at":"2024-03-20T10:07:35.590857Z","notification_id":"ntf_01hsdn977e920kbgzt6r6c9rqc"}"#,
/// );
/// let then = UNIX_EPOCH + Duration::from_secs(1_710_929_255);
/// let secret = SigningSecret::new("pdl_ntfset_01hsdn8d43dt7mezr1ef2jtbaw_hKkRiCGyyRhbFwIUuqiTBgI7gnWoV0Gr")?;
/// let verifier = Verifier::new(Paddle, secret).clock(move || then);
/// assert!(verifier.verify(&headers, body).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Paddle;

provider!(Paddle: HmacScheme = SCHEME);
