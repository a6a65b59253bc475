//! Dropbox's scheme.

use http::header::HeaderName;

use super::{HmacScheme, provider};

static SCHEME: HmacScheme = HmacScheme::new("dropbox", HeaderName::from_static("x-dropbox-signature"));

/// Dropbox's scheme.
///
/// **Sends** exactly one `X-Dropbox-Signature: <64 lower-case hex digits>`.
///
/// **Specified** in <https://www.dropbox.com/developers/reference/webhooks>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the app's secret as UTF-8 bytes.
///
/// The body names the accounts that changed, and has neither an id nor a time: two notifications may have the same
/// bytes, and so the same [key](crate::VerifiedBody::delivery_key). Before the first one, Dropbox sends a `GET` with
/// `?challenge=`, which is not signed.
///
/// No vector is published. The signature in the example was also computed with another program:
///
/// ```
/// use tower_webhook::scheme::Dropbox;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(Dropbox, &secret).headers("{}");
/// assert_eq!(headers["x-dropbox-signature"], "505c20ac604f662945b662a1f13a9ca2f03bf0b1986f505d5aef48e10da8c918");
/// let verifier = Verifier::new(Dropbox, secret);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Dropbox;

provider!(Dropbox: HmacScheme = SCHEME);
