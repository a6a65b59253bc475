//! Shopify's scheme.

use http::StatusCode;
use http::header::HeaderName;

use super::{Encoding, HmacScheme, hmac_provider};

static SCHEME: HmacScheme = HmacScheme::new(HeaderName::from_static("x-shopify-hmac-sha256"))
    .named("shopify")
    .encoding(Encoding::Base64)
    .refused_with(StatusCode::UNAUTHORIZED);

/// Shopify's scheme.
///
/// **Sends** exactly one `X-Shopify-Hmac-Sha256: <44 characters of base64>`.
///
/// **Specified** in <https://shopify.dev/docs/apps/build/webhooks/verify-deliveries>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the app's client secret as UTF-8 bytes. For webhooks that were
/// created in a store's admin, it is the secret that is shown there.
///
/// **Refused with** 401, which Shopify's review of an app asks for.
///
/// Two deliveries may have the same bytes, and so the same [key](crate::VerifiedBody::delivery_key): a shop whose data
/// is to be erased twice, for example. `X-Shopify-Event-Id` differs, and `X-Shopify-Topic` says what happened, but
/// neither is signed.
///
/// The example is from the tests of Shopify's library for PHP:
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::Shopify;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("x-shopify-hmac-sha256", "/Redz4YXHLnSmmSN8grr5/Jl/Ua3d7yX3iWbjb8R8wo=".parse()?);
/// let verifier = Verifier::new(Shopify, SigningSecret::new("steffi")?);
/// assert!(verifier.verify(&headers, r#"{"foo":"bar"}"#).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Shopify;

hmac_provider!(Shopify, SCHEME);
