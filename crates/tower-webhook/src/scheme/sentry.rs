//! Sentry's scheme.

use http::header::HeaderName;

use super::{HmacScheme, provider};

static SCHEME: HmacScheme = HmacScheme::new("sentry", HeaderName::from_static("sentry-hook-signature"));

/// Sentry's scheme.
///
/// **Sends** exactly one `Sentry-Hook-Signature: <64 lower-case hex digits>`.
///
/// **Specified** in <https://docs.sentry.io/organization/integrations/integration-platform/webhooks/>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the integration's client secret as UTF-8 bytes.
/// `Sentry-Hook-Timestamp` and `Request-ID` are not signed. The sample of that page hashes the JSON as it serialises it
/// again, which is not always what was sent.
///
/// No vector is published. The signature in the example was also computed with another program:
///
/// ```
/// use tower_webhook::scheme::Sentry;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(Sentry, &secret).headers("{}");
/// assert_eq!(
///     headers["sentry-hook-signature"],
///     "505c20ac604f662945b662a1f13a9ca2f03bf0b1986f505d5aef48e10da8c918"
/// );
/// let verifier = Verifier::new(Sentry, secret);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Sentry;

provider!(Sentry: HmacScheme = SCHEME);
