//! Any provider that shows a token in a header.

use std::mem;

use http::StatusCode;
use http::header::HeaderName;

use super::only_value::{assert_prefix, malformed};
use super::{Head, Scheme, SignatureClaim, assert_refusal, only_value};
use crate::identity::DeliveryIdentity;
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
/// const FLUTTERWAVE: TokenScheme = TokenScheme::new("flutterwave_v3", HeaderName::from_static("verif-hash"));
///
/// let verifier = Verifier::new(FLUTTERWAVE, Token::new("hush")?);
/// let mut headers = HeaderMap::new();
/// headers.insert("verif-hash", "hush".parse()?);
/// assert!(verifier.verify(&headers, "{}").is_ok());
/// headers.insert("verif-hash", "hush!".parse()?);
/// assert_eq!(verifier.verify(&headers, "{}").unwrap_err().code(), "signature_mismatch");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// All methods are `const`, so that a provider is a constant.
#[derive(Clone, Debug)]
#[must_use]
pub struct TokenScheme {
    name: &'static str,
    header: HeaderName,
    prefix: &'static str,
    refusal: StatusCode,
    max_body: Option<usize>,
    identity: DeliveryIdentity,
}

impl TokenScheme {
    /// The token is the whole of this header.
    ///
    /// The [name](Scheme::name) of the scheme, in `snake_case`, is in logs and in the keys of its deliveries.
    ///
    /// # Panics
    ///
    /// When the name is empty.
    pub const fn new(name: &'static str, header: HeaderName) -> Self {
        assert!(!name.is_empty(), "a scheme has a name");
        Self {
            name,
            header,
            prefix: "",
            refusal: StatusCode::FORBIDDEN,
            max_body: None,
            identity: DeliveryIdentity::signed_id(),
        }
    }

    /// Sets the text before the token, such as `Bearer `; none by default. Its case matters.
    ///
    /// # Panics
    ///
    /// When no header value can begin with it: it begins with a blank, or is not visible ASCII.
    pub const fn prefix(mut self, prefix: &'static str) -> Self {
        assert_prefix(prefix);
        self.prefix = prefix;
        self
    }

    /// Sets the status of the answer to a request with a wrong token, for a provider that demands another one than 403.
    ///
    /// # Panics
    ///
    /// When the status is not from 400 to 499.
    pub const fn with_refusal(mut self, status: StatusCode) -> Self {
        assert_refusal(status);
        self.refusal = status;
        self
    }

    /// Sets the largest body that the provider says it sends, in bytes, where that is more than the 2 MiB that a
    /// verifier admits otherwise.
    pub const fn with_max_body(mut self, bytes: usize) -> Self {
        self.max_body = Some(bytes);
        self
    }

    /// Sets what tells a delivery from others; the bytes of the body by default. Nothing is signed, so that only the
    /// token says that the value is the provider's.
    pub const fn with_delivery_identity(mut self, identity: DeliveryIdentity) -> Self {
        mem::forget(mem::replace(&mut self.identity, identity));
        self
    }
}

impl Scheme for TokenScheme {
    type Secret = Token;

    fn name(&self) -> &'static str {
        self.name
    }

    fn refusal(&self) -> StatusCode {
        self.refusal
    }

    fn max_body(&self) -> Option<usize> {
        self.max_body
    }

    fn delivery_identity(&self) -> DeliveryIdentity {
        self.identity.clone()
    }

    fn read<'a>(&'a self, head: Head<'a>) -> Result<SignatureClaim<'a>, Rejection> {
        let value = only_value(head.headers(), &self.header)?.as_bytes();
        match value.strip_prefix(self.prefix.as_bytes()) {
            Some(token) if !token.is_empty() => Ok(SignatureClaim::token(token)),
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

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;
    use crate::verifier::Verifier;

    #[test]
    fn a_scheme_as_data_sets_what_its_provider_expects() {
        const ACME: TokenScheme = TokenScheme::new("acme", HeaderName::from_static("x-acme"))
            .with_refusal(StatusCode::UNAUTHORIZED)
            .with_max_body(3 << 20)
            .with_delivery_identity(DeliveryIdentity::json_pointer("/id"));
        let verifier = Verifier::new(ACME, Token::new("hush").unwrap());
        let headers = |token: &str| HeaderMap::from_iter([(ACME.header, token.parse().unwrap())]);
        assert_eq!(verifier.verify(&headers("hush!"), "{}").unwrap_err().status(), 401);
        assert!(verifier.verify(&headers("hush"), vec![0; 3 << 20]).is_ok());
        let key = |body: &str| {
            verifier
                .verify(&headers("hush"), body.to_owned())
                .unwrap()
                .delivery_key()
        };
        assert_eq!(key(r#"{"id":1,"attempt":1}"#), key(r#"{"attempt":2,"id":1}"#));
        assert_ne!(key(r#"{"id":1}"#), key(r#"{"id":2}"#));
    }
}
