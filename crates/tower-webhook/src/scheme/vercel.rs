//! Vercel's scheme.

use http::header::HeaderName;

use super::{Algorithm, HmacScheme, provider};

static SCHEME: HmacScheme =
    HmacScheme::new("vercel", HeaderName::from_static("x-vercel-signature")).algorithm(Algorithm::HmacSha1);

/// Vercel's scheme.
///
/// **Sends** exactly one `x-vercel-signature: <40 lower-case hex digits>`.
///
/// **Specified** in <https://vercel.com/docs/webhooks/webhooks-api>.
///
/// **Signs** the raw body, with HMAC-SHA1 under the secret of the webhook, or the client secret of the integration, as
/// UTF-8 bytes. SHA-1 is what Vercel chose.
///
/// No vector is published. The signature in the example was computed with another program:
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::Vercel;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let mut headers = HeaderMap::new();
/// let signature = "0af7da869bc29bd6c38c0f5337dd9c8e00f885ec";
/// headers.insert("x-vercel-signature", signature.parse()?);
/// let verifier = Verifier::new(Vercel, SigningSecret::new("hush")?);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Vercel;

provider!(Vercel: HmacScheme = SCHEME);
