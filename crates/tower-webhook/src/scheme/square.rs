//! Square's scheme.

use http::header::HeaderName;

use super::{Encoding, HmacScheme, Part, Provider};
use crate::error::ConfigError;
use crate::identity::DeliveryIdentity;

/// Without the public URL, which each receiver adds.
static SCHEME: HmacScheme = HmacScheme::new("square", HeaderName::from_static("x-square-hmacsha256-signature"))
    .encoding(Encoding::Base64)
    .signs(&[Part::PublicUrl, Part::Body])
    .with_delivery_identity(DeliveryIdentity::json_pointer("/event_id"));

/// Square's scheme.
///
/// **Sends** exactly one `x-square-hmacsha256-signature: <44 characters of base64>`. The older `x-square-signature`,
/// with SHA-1, is ignored.
///
/// **Specified** in <https://developer.squareup.com/docs/webhooks/step3validate>.
///
/// **Signs** the notification URL and the raw body, with nothing between them, with HMAC-SHA256 under the
/// subscription's signature key as UTF-8 bytes.
///
/// **Identified by** the `event_id` in the body, as <https://developer.squareup.com/docs/webhooks/step4manage> advises.
///
/// The example is from `tests/integration/webhooks.test.ts` of <https://github.com/square/square-nodejs-sdk>:
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::Square;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("x-square-hmacsha256-signature", "W3FlCNk5IA3ZQ2LHTWoajvzfaDu/OwY2tNHIHC3IUOA=".parse()?);
/// let square = Square::new("https://webhook.site/webhooks")?;
/// let verifier = Verifier::new(square, SigningSecret::new("signature-key")?);
/// assert!(verifier.verify(&headers, r#"{"data":{"type":"webhooks","id":"fake_id"}}"#).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Square(HmacScheme);

impl Square {
    /// For the subscription with this notification URL, written as in the dashboard. The URL of a request is not taken
    /// for it: proxies rewrite it.
    ///
    /// # Errors
    ///
    /// [`ConfigError::PublicUrl`] when it is not an absolute URL of `http` or `https`, or has a fragment.
    pub fn new(public_url: &str) -> Result<Self, ConfigError> {
        SCHEME.clone().public_url(public_url).map(Self)
    }
}

impl Provider for Square {
    type Scheme = HmacScheme;

    #[inline]
    fn scheme(&self) -> &HmacScheme {
        &self.0
    }
}
