//! GitHub's scheme.

use http::header::HeaderName;

use super::{HmacScheme, provider};

static SCHEME: HmacScheme = HmacScheme::new("github", HeaderName::from_static("x-hub-signature-256"))
    .prefix("sha256=")
    .with_max_body(25 * 1024 * 1024);

/// GitHub's scheme.
///
/// **Sends** exactly one `X-Hub-Signature-256: sha256=<64 lower-case hex digits>`. The older `X-Hub-Signature`, with
/// SHA-1, is ignored.
///
/// **Specified** in <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the webhook's secret as UTF-8 bytes. `X-GitHub-Event` is not signed.
///
/// **Sends up to** 25 MB, as <https://docs.github.com/en/webhooks/webhook-events-and-payloads> says. A verifier admits
/// 25 MiB, and holds at most 100 MiB of bodies at a time; [`max_body`](crate::Verifier::max_body) changes both. A
/// server or a proxy in front has a limit of its own.
///
/// The example is the one of that page:
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::GitHub;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let mut headers = HeaderMap::new();
/// let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
/// headers.insert("x-hub-signature-256", signature.parse()?);
/// let verifier = Verifier::new(GitHub, SigningSecret::new("It's a Secret to Everybody")?);
/// assert!(verifier.verify(&headers, "Hello, World!").is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct GitHub;

provider!(GitHub: HmacScheme = SCHEME);
