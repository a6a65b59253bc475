//! Coinbase Commerce's scheme.

use http::header::HeaderName;

use super::{HmacScheme, provider};

static SCHEME: HmacScheme = HmacScheme::new("coinbase_commerce", HeaderName::from_static("x-cc-webhook-signature"));

/// Coinbase Commerce's scheme.
///
/// **Sends** exactly one `X-CC-Webhook-Signature: <64 lower-case hex digits>`.
///
/// **Specified** in <https://docs.cdp.coinbase.com/commerce/docs/webhooks-security>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the shared secret of the webhook as UTF-8 bytes. The newer platform
/// of Coinbase, CDP, signs in another way.
///
/// The example is from `test/testWebhook.spec.js` of <https://github.com/coinbase/coinbase-commerce-node>:
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::CoinbaseCommerce;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let mut headers = HeaderMap::new();
/// headers.insert(
///     "x-cc-webhook-signature",
///     "8be7742c7d372f08a6a3224edadf18a22b65fa9e28f3f2de97376cdaa092590d".parse()?,
/// );
/// let body = concat!(
///     r#"{"id":1,"scheduled_for":"2017-01-31T20:50:02Z","attempt_number":1,"#,
///     r#""event":{"id":"24934862-d980-46cb-9402-43c81b0cdba6","type":"charge:created","#,
///     r#""api_version":"2018-03-22","created_at":"2017-01-31T20:49:02Z","data":{"code":"66BEOV2A","#,
///     r#""name":"The Sovereign Individual","description":"Mastering the Transition to the Information Age","#,
///     r#""hosted_url":"https://commerce.coinbase.com/charges/66BEOV2A","created_at":"2017-01-31T20:49:02Z","#,
///     r#""expires_at":"2017-01-31T21:04:02Z","timeline":[{"time":"2017-01-31T20:49:02Z","status":"NEW"}],"#,
///     r#""metadata":{},"pricing_type":"no_price","payments":[],"#,
///     r#""addresses":{"bitcoin":"0000000000000000000000000000000000","#,
///     r#""ethereum":"0x0000000000000000000000000000000000000000","#,
///     r#""litecoin":"3000000000000000000000000000000000","#,
///     r#""bitcoincash":"bitcoincash:000000000000000000000000000000000000000000"}}}}"#,
/// );
/// let verifier = Verifier::new(CoinbaseCommerce, SigningSecret::new("30291a20-0bd1-4267-9b0f-e6e7b123c0bf")?);
/// assert!(verifier.verify(&headers, body).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct CoinbaseCommerce;

provider!(CoinbaseCommerce: HmacScheme = SCHEME);
