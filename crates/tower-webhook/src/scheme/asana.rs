//! Asana's scheme.

use http::header::HeaderName;

use super::{HmacScheme, provider};

static SCHEME: HmacScheme = HmacScheme::new("asana", HeaderName::from_static("x-hook-signature"));

/// Asana's scheme.
///
/// **Sends** exactly one `X-Hook-Signature: <64 lower-case hex digits>`.
///
/// **Specified** in <https://developers.asana.com/reference/createwebhook>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the secret of this webhook as UTF-8 bytes.
///
/// Each webhook has a secret of its own. Asana sends it in `X-Hook-Secret`, in a request without a signature, while the
/// call that creates the webhook is in flight. Believe it then alone: whoever chooses the secret can sign. Look the
/// secrets up by the path, with [`Verifier::per_request`](crate::Verifier::per_request).
///
/// No vector is published. The example is signed by the [`Signer`](crate::sign::Signer):
///
/// ```
/// use tower_webhook::scheme::Asana;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(Asana, &secret).headers("{}");
/// assert_eq!(headers["x-hook-signature"], "505c20ac604f662945b662a1f13a9ca2f03bf0b1986f505d5aef48e10da8c918");
/// let verifier = Verifier::new(Asana, secret);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Asana;

provider!(Asana: HmacScheme = SCHEME);
