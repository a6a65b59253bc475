//! Flutterwave's scheme.

use http::header::HeaderName;

use super::{Encoding, HmacScheme, provider};

static SCHEME: HmacScheme =
    HmacScheme::new("flutterwave", HeaderName::from_static("flutterwave-signature")).encoding(Encoding::Base64);

/// Flutterwave's scheme.
///
/// **Sends** exactly one `flutterwave-signature: <44 characters of base64>`, since version 4 of the API. Version 3
/// sends the secret itself, as `verif-hash`, which this scheme ignores.
///
/// **Specified** in <https://developer.flutterwave.com/docs/webhooks>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the secret hash of the dashboard as UTF-8 bytes.
///
/// No vector is published. The signature in the example was also computed with another program:
///
/// ```
/// use tower_webhook::scheme::Flutterwave;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(Flutterwave, &secret).headers("{}");
/// assert_eq!(headers["flutterwave-signature"], "UFwgrGBPZilFtmKh8TqcovA78LGYb1BdWu9I4Q2oyRg=");
/// let verifier = Verifier::new(Flutterwave, secret);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Flutterwave;

provider!(Flutterwave: HmacScheme = SCHEME);
