//! Xero's scheme.

use http::StatusCode;
use http::header::HeaderName;

use super::{Encoding, HmacScheme, provider};

static SCHEME: HmacScheme = HmacScheme::new("xero", HeaderName::from_static("x-xero-signature"))
    .encoding(Encoding::Base64)
    .with_refusal(StatusCode::UNAUTHORIZED);

/// Xero's scheme.
///
/// **Sends** exactly one `x-xero-signature: <44 characters of base64>`.
///
/// **Specified** in <https://developer.xero.com/documentation/guides/webhooks/configuring-your-server/>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the webhook's key as UTF-8 bytes. The key looks like base64, and is
/// not decoded.
///
/// **Refused with** 401: before a webhook is active, and later, Xero tests the receiver. It sends some requests with a
/// wrong signature, and wants 401 for them and 200 for the others.
///
/// No vector is published. The signature in the example was also computed with another program:
///
/// ```
/// use tower_webhook::scheme::Xero;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(Xero, &secret).headers("{}");
/// assert_eq!(headers["x-xero-signature"], "UFwgrGBPZilFtmKh8TqcovA78LGYb1BdWu9I4Q2oyRg=");
/// let verifier = Verifier::new(Xero, secret);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Xero;

provider!(Xero: HmacScheme = SCHEME);
