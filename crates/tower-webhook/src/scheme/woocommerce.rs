//! WooCommerce's scheme.

use http::header::HeaderName;

use super::{Encoding, HmacScheme, provider};

static SCHEME: HmacScheme =
    HmacScheme::new("woocommerce", HeaderName::from_static("x-wc-webhook-signature")).encoding(Encoding::Base64);

/// WooCommerce's scheme.
///
/// **Sends** exactly one `X-WC-Webhook-Signature: <44 characters of base64>`.
///
/// **Specified** in <https://woocommerce.com/document/webhooks/>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the webhook's secret as UTF-8 bytes. WordPress decodes HTML entities
/// in it first: `&amp;` in the setting signs as `&`. A shop can change the hash by a filter, and is then refused.
/// `X-WC-Webhook-Delivery-ID` identifies a delivery, and is not signed.
///
/// When a webhook is made, the shop sends a ping, the form `webhook_id=<n>` without a signature, and makes the webhook
/// active only when the answer is exactly 200.
///
/// No vector is published. The signature in the example was also computed with another program:
///
/// ```
/// use tower_webhook::scheme::WooCommerce;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(WooCommerce, &secret).headers("{}");
/// assert_eq!(headers["x-wc-webhook-signature"], "UFwgrGBPZilFtmKh8TqcovA78LGYb1BdWu9I4Q2oyRg=");
/// let verifier = Verifier::new(WooCommerce, secret);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct WooCommerce;

provider!(WooCommerce: HmacScheme = SCHEME);
