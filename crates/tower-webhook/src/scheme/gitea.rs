//! Gitea's scheme.

use http::header::HeaderName;

use super::{HmacScheme, provider};

static SCHEME: HmacScheme = HmacScheme::new("gitea", HeaderName::from_static("x-gitea-signature"))
    .second_header(HeaderName::from_static("x-forgejo-signature"));

/// Gitea's scheme.
///
/// **Sends** exactly one `X-Gitea-Signature: <64 lower-case hex digits>`. Forgejo sends `X-Forgejo-Signature` in the
/// same form: either of the two headers is enough, and each that is there must be well-formed. Without a secret the
/// headers are empty, and so refused. The MAC is in `X-Gogs-Signature` and `X-Hub-Signature-256` too, which are
/// ignored.
///
/// **Specified** in <https://docs.gitea.com/usage/repository/webhooks>.
///
/// **Signs** the raw body, with HMAC-SHA256 under the webhook's secret as UTF-8 bytes. Choose the content type
/// `application/json`: in a form, the value of `payload` is signed before it is encoded, and so refused here.
/// `X-Gitea-Delivery` is not signed.
///
/// No vector is published. The signature in the example was also computed with another program:
///
/// ```
/// use tower_webhook::scheme::Gitea;
/// use tower_webhook::sign::Signer;
/// use tower_webhook::{SigningSecret, Verifier};
///
/// let secret = SigningSecret::new("hush")?;
/// let headers = Signer::new(Gitea, &secret).headers("{}");
/// assert_eq!(headers["x-gitea-signature"], "505c20ac604f662945b662a1f13a9ca2f03bf0b1986f505d5aef48e10da8c918");
/// let verifier = Verifier::new(Gitea, secret);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), tower_webhook::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Gitea;

provider!(Gitea: HmacScheme = SCHEME);
