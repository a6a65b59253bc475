//! GitLab's scheme.

use http::header::HeaderName;

use super::{TokenScheme, provider};

static SCHEME: TokenScheme = TokenScheme::new("gitlab", HeaderName::from_static("x-gitlab-token"));

/// GitLab's secret token. It signs nothing: [`Token`](crate::Token) says what that means. Webhooks that have a signing
/// token are signed, and better: that scheme is [`StandardWebhooks`](super::StandardWebhooks).
///
/// **Sends** exactly one `X-Gitlab-Token`, which is the token.
///
/// **Specified** in <https://docs.gitlab.com/user/project/integrations/webhooks/>.
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::GitLab;
/// use tower_webhook::{Token, Verifier};
///
/// let verifier = Verifier::new(GitLab, Token::new("tk_4f1d")?);
/// let mut headers = HeaderMap::new();
/// headers.insert("x-gitlab-token", "tk_4f1d".parse()?);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// headers.insert("x-gitlab-token", "tk_4f1e".parse()?);
/// assert_eq!(verifier.verify(&headers, "{}").unwrap_err().code(), "signature_mismatch");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct GitLab;

provider!(GitLab: TokenScheme = SCHEME);
