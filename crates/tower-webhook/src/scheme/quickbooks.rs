//! QuickBooks' scheme.

use http::header::HeaderName;

use super::{Encoding, HmacScheme, provider};

static SCHEME: HmacScheme =
    HmacScheme::new("quickbooks", HeaderName::from_static("intuit-signature")).encoding(Encoding::Base64);

/// QuickBooks' scheme.
///
/// **Sends** exactly one `intuit-signature: <44 characters of base64>`.
///
/// **Specified** in
/// <https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks/managing-webhooks-notifications>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the app's verifier token as UTF-8 bytes. The token is not the client
/// secret.
///
/// No vector is published. The signature in the example was also computed with another program:
///
/// ```
/// use tower_webhook::scheme::QuickBooks;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(QuickBooks, &secret).headers("{}");
/// assert_eq!(headers["intuit-signature"], "UFwgrGBPZilFtmKh8TqcovA78LGYb1BdWu9I4Q2oyRg=");
/// let verifier = Verifier::new(QuickBooks, secret);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct QuickBooks;

provider!(QuickBooks: HmacScheme = SCHEME);
