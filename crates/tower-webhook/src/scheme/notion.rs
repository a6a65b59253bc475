//! Notion's scheme.

use http::header::HeaderName;

use super::{Encoding, HmacScheme, provider};

static SCHEME: HmacScheme = HmacScheme::new("notion", HeaderName::from_static("x-notion-signature"))
    .prefix("sha256=")
    .encoding(Encoding::HexOfEitherCase);

/// Notion's scheme.
///
/// **Sends** exactly one `X-Notion-Signature: sha256=<64 hex digits>`. Their case does not matter, as in Notion's
/// library.
///
/// **Specified** in <https://developers.notion.com/reference/webhooks>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the subscription's verification token, `secret_` included, as UTF-8
/// bytes.
///
/// Notion invents the token. The first request to a new subscription is `{"verification_token": "secret_..."}` without
/// a signature, and so refused here: show the token to a person once, who pastes it into Notion, and make the secret
/// from it.
///
/// The example is the one of that page:
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::Notion;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let mut headers = HeaderMap::new();
/// headers.insert(
///     "x-notion-signature",
///     "sha256=461e8cbcba8a75c3edd866f0e71280f5a85cbf21eff040ebd10fe266df38a735".parse()?,
/// );
/// let body = r#"{"verification_token":"secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"}"#;
/// let secret = SigningSecret::new("secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl")?;
/// let verifier = Verifier::new(Notion, secret);
/// assert!(verifier.verify(&headers, body).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Notion;

provider!(Notion: HmacScheme = SCHEME);
