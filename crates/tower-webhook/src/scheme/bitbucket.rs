//! Bitbucket's scheme.

use http::header::HeaderName;

use super::{HmacScheme, provider};

static SCHEME: HmacScheme = HmacScheme::new("bitbucket", HeaderName::from_static("x-hub-signature")).prefix("sha256=");

/// Bitbucket's scheme.
///
/// **Sends** exactly one `X-Hub-Signature: sha256=<64 lower-case hex digits>`, and none when the webhook has no secret.
/// The admin webhooks of Jira Cloud are the same. GitHub's header of this name is another one: it has SHA-1.
///
/// **Specified** in <https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the webhook's secret as UTF-8 bytes. `X-Request-UUID` and
/// `X-Event-Key` are not signed.
///
/// The example is Atlassian's:
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::Bitbucket;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let mut headers = HeaderMap::new();
/// headers.insert(
///     "x-hub-signature",
///     "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9".parse()?,
/// );
/// let verifier = Verifier::new(Bitbucket, SigningSecret::new("It's a Secret to Everybody")?);
/// assert!(verifier.verify(&headers, "Hello World!").is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Bitbucket;

provider!(Bitbucket: HmacScheme = SCHEME);
