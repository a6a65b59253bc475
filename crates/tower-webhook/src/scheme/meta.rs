//! Meta's scheme.

use http::header::HeaderName;

use super::{HmacScheme, provider};

static SCHEME: HmacScheme = HmacScheme::new("meta", HeaderName::from_static("x-hub-signature-256")).prefix("sha256=");

/// Meta's scheme.
///
/// **Sends** exactly one `X-Hub-Signature-256: sha256=<64 lower-case hex digits>`, for Facebook, Messenger, WhatsApp
/// and Instagram. The older `X-Hub-Signature`, with SHA-1, is ignored.
///
/// **Specified** in <https://developers.facebook.com/docs/graph-api/webhooks/getting-started/>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the app's secret as UTF-8 bytes. Letters outside of ASCII arrive
/// escaped, in lower-case hex as in `\u00e9`: a body that was decoded and encoded again is another one.
///
/// Before the first delivery, Meta sends a `GET` with `hub.challenge` and the verify token that you chose. It is not
/// signed, and the token is not this secret.
///
/// No vector is published. The signature in the example was also computed with another program:
///
/// ```
/// use tower_webhook::scheme::Meta;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(Meta, &secret).headers("{}");
/// assert_eq!(
///     headers["x-hub-signature-256"],
///     "sha256=505c20ac604f662945b662a1f13a9ca2f03bf0b1986f505d5aef48e10da8c918"
/// );
/// let verifier = Verifier::new(Meta, secret);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Meta;

provider!(Meta: HmacScheme = SCHEME);
