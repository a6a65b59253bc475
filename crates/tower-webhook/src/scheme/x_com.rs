//! X's scheme.

use http::header::HeaderName;

use super::{Encoding, HmacScheme, hmac_provider};

static SCHEME: HmacScheme = HmacScheme::new(HeaderName::from_static("x-twitter-webhooks-signature"))
    .named("x_com")
    .prefix("sha256=")
    .encoding(Encoding::Base64);

/// X's scheme.
///
/// **Sends** exactly one `x-twitter-webhooks-signature: sha256=<44 characters of base64>`. X was Twitter.
///
/// **Specified** in
/// <https://developer.x.com/en/docs/twitter-api/enterprise/account-activity-api/guides/securing-webhooks>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the app's consumer secret as UTF-8 bytes.
///
/// When a webhook is registered, and again and again later, X sends a `GET` with `crc_token`, and wants its MAC under
/// the same secret.
///
/// No vector is published. The example is signed by the [`Signer`](crate::sign::Signer):
///
/// ```
/// use tower_webhook::scheme::XCom;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(XCom, &secret).headers("{}");
/// assert_eq!(headers["x-twitter-webhooks-signature"], "sha256=UFwgrGBPZilFtmKh8TqcovA78LGYb1BdWu9I4Q2oyRg=");
/// let verifier = Verifier::new(XCom, secret);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct XCom;

hmac_provider!(XCom, SCHEME);
