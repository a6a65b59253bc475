//! Lemon Squeezy's scheme.

use http::header::HeaderName;

use super::{HmacScheme, provider};

static SCHEME: HmacScheme = HmacScheme::new("lemon_squeezy", HeaderName::from_static("x-signature"));

/// Lemon Squeezy's scheme.
///
/// **Sends** exactly one `X-Signature: <64 lower-case hex digits>`.
///
/// **Specified** in <https://docs.lemonsqueezy.com/help/webhooks/signing-requests>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the webhook's signing secret as UTF-8 bytes. `X-Event-Name` is not
/// signed.
///
/// No vector is published. The signature in the example was also computed with another program:
///
/// ```
/// use tower_webhook::scheme::LemonSqueezy;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(LemonSqueezy, &secret).headers("{}");
/// assert_eq!(headers["x-signature"], "505c20ac604f662945b662a1f13a9ca2f03bf0b1986f505d5aef48e10da8c918");
/// let verifier = Verifier::new(LemonSqueezy, secret);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct LemonSqueezy;

provider!(LemonSqueezy: HmacScheme = SCHEME);
