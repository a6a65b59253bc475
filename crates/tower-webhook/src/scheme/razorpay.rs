//! Razorpay's scheme.

use http::header::HeaderName;

use super::{HmacScheme, provider};

static SCHEME: HmacScheme = HmacScheme::new("razorpay", HeaderName::from_static("x-razorpay-signature"));

/// Razorpay's scheme.
///
/// **Sends** exactly one `X-Razorpay-Signature: <64 lower-case hex digits>`.
///
/// **Specified** in <https://razorpay.com/docs/webhooks/validate-test/>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the webhook's secret as UTF-8 bytes. `X-Razorpay-Event-Id` identifies
/// an event, and is not signed. The signature of a payment, which the browser brings after the checkout, is another
/// one.
///
/// The example is from `test/utils/razorpay-utils.spec.js` of <https://github.com/razorpay/razorpay-node>:
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::Razorpay;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let mut headers = HeaderMap::new();
/// headers.insert(
///     "x-razorpay-signature",
///     "2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc".parse()?,
/// );
/// let verifier = Verifier::new(Razorpay, SigningSecret::new("123456")?);
/// assert!(verifier.verify(&headers, r#"{"a":1,"b":2,"c":{"d":3}}"#).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Razorpay;

provider!(Razorpay: HmacScheme = SCHEME);
