//! Shopify's scheme.

use http::StatusCode;
use http::header::HeaderName;

use super::{Encoding, HmacScheme, provider};
use crate::identity::DeliveryIdentity;

static SCHEME: HmacScheme = HmacScheme::new("shopify", HeaderName::from_static("x-shopify-hmac-sha256"))
    .encoding(Encoding::Base64)
    .with_refusal(StatusCode::UNAUTHORIZED)
    .with_delivery_identity(
        DeliveryIdentity::body()
            .and_header(HeaderName::from_static("x-shopify-event-id"))
            .and_header(HeaderName::from_static("x-shopify-topic")),
    );

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
/// **Identified by** the body, `X-Shopify-Event-Id` and `X-Shopify-Topic`. The bytes alone do not tell: the data of a
/// customer may have to be erased twice, and the topic, which says what happened, is only in its header.
/// <https://shopify.dev/docs/apps/build/webhooks/ignore-duplicates> names the event id as what a duplicate has in
/// common. Neither header is signed, and nor is a time: whoever has recorded a request can send it as a new delivery
/// again and again. Choose [`DeliveryIdentity::body`] where that is worse than to miss a delivery.
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

provider!(Shopify: HmacScheme = SCHEME);
