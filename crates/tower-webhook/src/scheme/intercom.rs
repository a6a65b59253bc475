//! Intercom's scheme.

use http::header::HeaderName;

use super::{Algorithm, HmacScheme, provider};

static SCHEME: HmacScheme = HmacScheme::new("intercom", HeaderName::from_static("x-hub-signature"))
    .prefix("sha1=")
    .algorithm(Algorithm::HmacSha1);

/// Intercom's scheme.
///
/// **Sends** exactly one `X-Hub-Signature: sha1=<40 lower-case hex digits>`.
///
/// **Specified** in <https://developers.intercom.com/docs/references/webhooks/webhook-models>.
///
/// **Signs** the raw body, with HMAC-SHA1 under the client secret of the app as UTF-8 bytes. SHA-1 is what Intercom
/// chose.
///
/// No vector is published. The signature in the example was computed with another program:
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::Intercom;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let mut headers = HeaderMap::new();
/// let signature = "sha1=0af7da869bc29bd6c38c0f5337dd9c8e00f885ec";
/// headers.insert("x-hub-signature", signature.parse()?);
/// let verifier = Verifier::new(Intercom, SigningSecret::new("hush")?);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Intercom;

provider!(Intercom: HmacScheme = SCHEME);
