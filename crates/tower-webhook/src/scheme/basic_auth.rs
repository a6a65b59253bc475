//! Basic authentication.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use zeroize::Zeroizing;

use super::only_value::malformed;
use super::{Head, Scheme, SignatureClaim, only_value};
use crate::rejection::Rejection;
use crate::secret::Token;

/// Basic authentication, as Postmark and others send it whose URL has a user and a password. It signs nothing:
/// [`Token`] says what that means.
///
/// **Sends** exactly one `Authorization: Basic <base64 of user:password>`.
///
/// **Specified** in [RFC 7617](https://www.rfc-editor.org/rfc/rfc7617), whose example this is. Text before the base64
/// is read in any case.
///
/// ```
/// use http::HeaderMap;
/// use tower_webhook::scheme::BasicAuth;
/// use tower_webhook::{Token, Verifier};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==".parse()?);
/// let verifier = Verifier::new(BasicAuth, Token::basic("Aladdin", "open sesame")?);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct BasicAuth;

const PREFIX: &str = "Basic ";

impl Scheme for BasicAuth {
    type Secret = Token;

    fn name(&self) -> &'static str {
        "basic_auth"
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        let value = only_value(head.headers(), &AUTHORIZATION)?.as_bytes();
        let malformed = || malformed(&AUTHORIZATION);
        let (prefix, digits) = value.split_at_checked(PREFIX.len()).ok_or_else(malformed)?;
        if !prefix.eq_ignore_ascii_case(PREFIX.as_bytes()) || digits.is_empty() {
            return Err(malformed());
        }
        let credentials = STANDARD.decode(digits).map(Zeroizing::new).map_err(|_| malformed())?;
        Ok(SignatureClaim::token(&credentials))
    }
}

#[cfg(feature = "sign")]
impl super::SigningScheme for BasicAuth {
    fn signature_header(&self) -> Option<&http::header::HeaderName> {
        Some(&AUTHORIZATION)
    }

    fn sign(&self, request: &super::Unsigned<'_>) -> http::HeaderMap {
        let credentials = Zeroizing::new(STANDARD.encode(request.token()));
        super::signing::shown(&AUTHORIZATION, PREFIX, credentials.as_bytes())
    }
}
