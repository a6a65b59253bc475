//! LINE's scheme.

use http::header::HeaderName;

use super::{Encoding, HmacScheme, provider};

static SCHEME: HmacScheme =
    HmacScheme::new("line", HeaderName::from_static("x-line-signature")).encoding(Encoding::Base64);

/// LINE's scheme.
///
/// **Sends** exactly one `X-Line-Signature: <44 characters of base64>`.
///
/// **Specified** in <https://developers.line.biz/en/reference/messaging-api/#signature-validation>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the channel's secret as UTF-8 bytes. While the secret is changed, no
/// second signature is sent: accept both secrets with [`Secrets`](crate::Secrets).
///
/// The example is from `tests/test_webhook.py` of <https://github.com/line/line-bot-sdk-python>:
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::Line;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("x-line-signature", "/gg9a+LvFevTH1sd7XCQycD7tsWclCsInj7MhBHxN7k=".parse()?);
/// let verifier = Verifier::new(Line, SigningSecret::new("channel_secret")?);
/// assert!(verifier.verify(&headers, "bodybodybodybody").is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Line;

provider!(Line: HmacScheme = SCHEME);
