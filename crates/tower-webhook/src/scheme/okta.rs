//! Okta's scheme.

use http::header::{AUTHORIZATION, HeaderName};

use super::{Provider, TokenScheme};

/// The authentication of Okta's event hooks. It signs nothing: [`Token`](crate::Token) says what that means.
///
/// **Sends** exactly one header of the name in the configuration of the hook, most often `Authorization`, whose whole
/// value is the token.
///
/// **Specified** in <https://developer.okta.com/docs/concepts/event-hooks/>.
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::Okta;
/// use tower_webhook::{Token, Verifier};
///
/// let verifier = Verifier::new(Okta::new(), Token::new("tk_4f1d")?);
/// let mut headers = HeaderMap::new();
/// headers.insert("authorization", "tk_4f1d".parse()?);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// headers.insert("authorization", "tk_4f1e".parse()?);
/// assert_eq!(verifier.verify(&headers, "{}").unwrap_err().code(), "signature_mismatch");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Okta(TokenScheme);

impl Okta {
    /// The token is the whole of `Authorization`.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_header(AUTHORIZATION)
    }

    /// The token is the whole of the header with this name.
    #[must_use]
    pub const fn with_header(name: HeaderName) -> Self {
        Self(TokenScheme::new("okta", name))
    }
}

impl Default for Okta {
    fn default() -> Self {
        Self::new()
    }
}

impl Provider for Okta {
    type Scheme = TokenScheme;

    fn scheme(&self) -> &TokenScheme {
        &self.0
    }
}
