//! Linear's scheme.

use http::header::HeaderName;

use super::{HmacScheme, provider};

static SCHEME: HmacScheme = HmacScheme::new("linear", HeaderName::from_static("linear-signature"));

/// Linear's scheme.
///
/// **Sends** exactly one `Linear-Signature: <64 lower-case hex digits>`.
///
/// **Specified** in <https://linear.app/developers/webhooks>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the webhook's signing secret as UTF-8 bytes. `Linear-Timestamp` and
/// `Linear-Delivery` are not signed.
///
/// The signed time is in the JSON, as `webhookTimestamp` in milliseconds, so this scheme cannot judge it. Linear's
/// library refuses a webhook that is older than a minute: compare it in the handler, or remember the
/// [key](crate::VerifiedBody::delivery_key).
///
/// No vector is published. The signature in the example was also computed with another program:
///
/// ```
/// use tower_webhook::scheme::Linear;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(Linear, &secret).headers("{}");
/// assert_eq!(headers["linear-signature"], "505c20ac604f662945b662a1f13a9ca2f03bf0b1986f505d5aef48e10da8c918");
/// let verifier = Verifier::new(Linear, secret);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Linear;

provider!(Linear: HmacScheme = SCHEME);
