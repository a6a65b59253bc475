//! Typeform's scheme.

use http::header::HeaderName;

use super::{Encoding, HmacScheme, provider};

static SCHEME: HmacScheme = HmacScheme::new("typeform", HeaderName::from_static("typeform-signature"))
    .prefix("sha256=")
    .encoding(Encoding::Base64);

/// Typeform's scheme.
///
/// **Sends** exactly one `Typeform-Signature: sha256=<44 characters of base64>`.
///
/// **Specified** in <https://www.typeform.com/developers/webhooks/secure-your-webhooks/>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the webhook's secret as UTF-8 bytes.
///
/// No vector is published. The signature in the example was also computed with another program:
///
/// ```
/// use tower_webhook::scheme::Typeform;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(Typeform, &secret).headers("{}");
/// assert_eq!(headers["typeform-signature"], "sha256=UFwgrGBPZilFtmKh8TqcovA78LGYb1BdWu9I4Q2oyRg=");
/// let verifier = Verifier::new(Typeform, secret);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Typeform;

provider!(Typeform: HmacScheme = SCHEME);
