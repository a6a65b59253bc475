//! HubSpot's scheme.

use http::header::HeaderName;

use super::{Encoding, HmacScheme, Part, Provider, TimestampFormat};
use crate::error::ConfigError;

/// Without the public URL, which each receiver adds.
static SCHEME: HmacScheme = HmacScheme::new("hubspot", HeaderName::from_static("x-hubspot-signature-v3"))
    .encoding(Encoding::Base64)
    .timestamp_header(
        HeaderName::from_static("x-hubspot-request-timestamp"),
        TimestampFormat::Milliseconds,
    )
    .signs(&[Part::Method, Part::PublicUrl, Part::Body, Part::Timestamp]);

/// HubSpot's scheme.
///
/// **Sends** exactly one `X-HubSpot-Signature-v3: <44 characters of base64>` and one
/// `X-HubSpot-Request-Timestamp: <milliseconds>`. The older `X-HubSpot-Signature` of the versions 1 and 2 may be there
/// too. It is no HMAC, and is ignored.
///
/// **Specified** in <https://developers.hubspot.com/docs/api/webhooks/validating-requests>.
///
/// **Signs** the method, the public URL, the raw body and the timestamp, with nothing between them, with HMAC-SHA256
/// under the app's client secret as UTF-8 bytes. The `eventId` in the body identifies an event.
///
/// The method is a part of the request, so give a request, or its [`Head`](super::Head), to
/// [`verify`](crate::Verifier::verify), and not its headers alone.
///
/// No vector is published. The signature in the example was also computed with another program:
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use http::Request;
/// use tower_webhook::scheme::HubSpot;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let hubspot = HubSpot::new("https://example.com/hubspot")?;
/// let secret = SigningSecret::new("hush")?;
/// let signer = Signer::new(hubspot.clone(), &secret).timestamp(1_700_000_000);
/// let request = signer.sign(Request::post("/hubspot").body("{}")?);
/// assert_eq!(request.headers()["x-hubspot-signature-v3"], "nuO2CIyCOmWVTLJYt0WHdeKCwj5zlKzMPE09gw7XkH4=");
///
/// let then = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
/// let verifier = Verifier::new(hubspot, secret).clock(move || then);
/// assert!(verifier.verify(&request, "{}").is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct HubSpot(HmacScheme);

impl HubSpot {
    /// For the app with this URL, as HubSpot calls it: with its query, and with the percent-escapes decoded that the
    /// page above lists. The URL of a request is not taken for it: proxies rewrite it.
    ///
    /// # Errors
    ///
    /// [`ConfigError::PublicUrl`] when it is not an absolute URL of `http` or `https`, or has a fragment.
    pub fn new(public_url: &str) -> Result<Self, ConfigError> {
        SCHEME.clone().public_url(public_url).map(Self)
    }
}

impl Provider for HubSpot {
    type Scheme = HmacScheme;

    #[inline]
    fn scheme(&self) -> &HmacScheme {
        &self.0
    }
}
