//! Any provider that shows a token in a header.

use http::header::HeaderName;

use super::only_value::malformed;
use super::{Head, Scheme, SignatureHeader, only_value};
use crate::rejection::Rejection;
use crate::secret::Token;

/// A scheme as data: exactly one header of this name has a token, behind a prefix if there is one. It signs nothing:
/// [`Token`] says what that means.
///
/// ```
/// use http::HeaderMap;
/// use http::header::HeaderName;
/// use tower_webhook::scheme::TokenScheme;
/// use tower_webhook::{Token, Verifier};
///
/// // Flutterwave's, of its version 3.
/// const FLUTTERWAVE: TokenScheme = TokenScheme::new(HeaderName::from_static("verif-hash"));
///
/// let verifier = Verifier::new(FLUTTERWAVE, Token::new("hush")?);
/// let mut headers = HeaderMap::new();
/// headers.insert("verif-hash", "hush".parse()?);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// headers.insert("verif-hash", "hush!".parse()?);
/// assert_eq!(verifier.verify(&headers, "{}").unwrap_err().code(), "signature_mismatch");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct TokenScheme {
    name: &'static str,
    header: HeaderName,
    prefix: &'static str,
}

impl TokenScheme {
    /// The token is the whole of this header.
    pub const fn new(header: HeaderName) -> Self {
        Self {
            name: "token",
            header,
            prefix: "",
        }
    }

    /// Sets its name in logs, in `snake_case`; `token` by default.
    pub const fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// Sets the text before the token, such as `Bearer `; none by default. Its case matters.
    pub const fn prefix(mut self, prefix: &'static str) -> Self {
        self.prefix = prefix;
        self
    }
}

impl Scheme for TokenScheme {
    type Secret = Token;

    fn name(&self) -> &'static str {
        self.name
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureHeader<'a>, Rejection> {
        let value = only_value(head.headers(), &self.header)?.as_bytes();
        match value.strip_prefix(self.prefix.as_bytes()) {
            Some(token) if !token.is_empty() => Ok(SignatureHeader::token(token)),
            _ => Err(malformed(&self.header)),
        }
    }
}

#[cfg(feature = "sign")]
impl super::SigningScheme for TokenScheme {
    fn signature_header(&self) -> Option<&HeaderName> {
        Some(&self.header)
    }

    fn sign(&self, request: &super::Unsigned<'_>) -> http::HeaderMap {
        super::signing::shown(&self.header, self.prefix, request.token())
    }
}
