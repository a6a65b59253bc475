//! Trello's scheme.

use http::header::HeaderName;

use super::{Algorithm, Encoding, HmacScheme, Part, Provider};
use crate::error::ConfigError;

/// Without the public URL, which each receiver adds.
static SCHEME: HmacScheme = HmacScheme::new("trello", HeaderName::from_static("x-trello-webhook"))
    .algorithm(Algorithm::HmacSha1)
    .encoding(Encoding::Base64)
    .signs(&[Part::Body, Part::PublicUrl]);

/// Trello's scheme.
///
/// **Sends** exactly one `X-Trello-Webhook: <28 characters of base64>`.
///
/// **Specified** in <https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/>.
///
/// **Signs** the raw body and the callback URL, with nothing between them, with HMAC-SHA1 under the application's
/// secret as UTF-8 bytes. SHA-1 is what Trello chose.
///
/// No vector is published. The signature in the example was computed with another program:
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::Trello;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("x-trello-webhook", "C32+8+bWFG5iFIqjkAOwsWaP+yE=".parse()?);
/// let trello = Trello::new("https://example.com/trello")?;
/// let verifier = Verifier::new(trello, SigningSecret::new("hush")?);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Trello(HmacScheme);

impl Trello {
    /// For the webhook with this callback URL, written as it was when the webhook was made. The URL of a request is not
    /// taken for it: proxies rewrite it.
    ///
    /// # Errors
    ///
    /// [`ConfigError::PublicUrl`] when it is not an absolute URL of `http` or `https`, or has a fragment.
    pub fn new(callback_url: &str) -> Result<Self, ConfigError> {
        SCHEME.clone().public_url(callback_url).map(Self)
    }
}

impl Provider for Trello {
    type Scheme = HmacScheme;

    #[inline]
    fn scheme(&self) -> &HmacScheme {
        &self.0
    }
}
