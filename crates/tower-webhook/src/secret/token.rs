//! A token that the sender shows, in place of a signature.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::{Keyed, Secret, SigningSecret, sealed};
use crate::error::ConfigError;
use crate::mac;

/// A token that the sender shows in clear: with each request, in a header or as user and password; or in a handshake,
/// as Meta shows its verify token.
///
/// It signs nothing. Whoever sees one request can send any other: the transport must hide it, so receive by HTTPS
/// alone.
///
/// It never prints, and is compared in a time that does not depend on it: what is compared are MACs under the hashes of
/// both tokens. A blank token is refused, as a blank [`SigningSecret`] is.
///
/// ```
/// use http::HeaderMap;
/// use http::header::HeaderName;
/// use tower_webhook::scheme::TokenScheme;
/// use tower_webhook::{Token, Verifier};
///
/// let token = Token::new("glpat-1f2e")?.label("spring");
/// assert_eq!(format!("{token:?}"), "Token(\"spring\", ..)");
///
/// let verifier = Verifier::new(TokenScheme::new("gitlab", HeaderName::from_static("x-gitlab-token")), token);
/// let mut headers = HeaderMap::new();
/// headers.insert("x-gitlab-token", "glpat-1f2e".parse()?);
/// assert_eq!(verifier.verify(&headers, "{}")?.signed_by(), Some("spring"));
/// headers.insert("x-gitlab-token", "glpat-1f2".parse()?);
/// assert!(verifier.verify(&headers, "{}").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Token(SigningSecret);

impl Token {
    /// Takes the bytes exactly as they are, as [`SigningSecret::new`] does.
    ///
    /// # Errors
    ///
    /// [`ConfigError::BlankSecret`] when they are [blank](SigningSecret).
    pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        SigningSecret::new(bytes).map(Self)
    }

    /// Takes a user and a password, for [`BasicAuth`](crate::scheme::BasicAuth).
    ///
    /// ```
    /// use tower_webhook::Token;
    ///
    /// assert!(Token::basic("postmark", "hush").is_ok());
    /// assert!(Token::basic("post:mark", "hush").is_err());
    /// assert!(Token::basic("postmark", "").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError::BlankSecret`] when the password is [blank](SigningSecret), [`ConfigError::UserName`] when the
    /// user contains a colon: it would end there.
    pub fn basic(user: &str, password: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        if user.contains(':') {
            return Err(ConfigError::UserName);
        }
        let password = SigningSecret::new(password)?;
        let credentials = zeroize::Zeroizing::new([user.as_bytes(), b":", password.expose()].concat());
        Self::new(&*credentials)
    }

    /// Whether this is the token, for one that is not shown in place of a signature; its
    /// [expiry](Self::not_after) does not count. The time that this takes does not depend on where they differ.
    ///
    /// ```
    /// use tower_webhook::Token;
    ///
    /// let token = Token::new("tk_4f1d")?;
    /// assert!(token.matches("tk_4f1d"));
    /// assert!(!token.matches("tk_4f1") && !token.matches(""));
    /// # Ok::<(), tower_webhook::ConfigError>(())
    /// ```
    #[must_use]
    pub fn matches(&self, shown: impl AsRef<[u8]>) -> bool {
        mac::same_token(self.0.expose(), shown.as_ref())
    }

    /// Names the token, as [`SigningSecret::label`] does.
    #[must_use]
    pub fn label(self, label: impl Into<Arc<str>>) -> Self {
        Self(self.0.label(label))
    }

    /// Lets the token expire, as [`SigningSecret::not_after`] does.
    #[must_use]
    pub fn not_after(self, instant: SystemTime) -> Self {
        Self(self.0.not_after(instant))
    }
}

/// A token from the environment or a file: `SigningSecret::from_env("GITLAB_TOKEN")?.into()`.
impl From<SigningSecret> for Token {
    fn from(secret: SigningSecret) -> Self {
        Self(secret)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.terms.fmt(f, "Token")
    }
}

impl Secret for Token {
    #[cfg(feature = "sign")]
    type SigningKey = Self;
}

impl sealed::Sealed for Token {
    fn into_keyed(self) -> Keyed {
        let key = mac::token_key(self.0.expose());
        let terms = self.0.terms;
        Keyed { key, terms }
    }

    fn decoy() -> Keyed {
        mac::token_key(sealed::DECOY).into()
    }
}

#[cfg(feature = "sign")]
impl super::SigningKey for Token {}

#[cfg(feature = "sign")]
impl sealed::Signs for Token {
    fn signing_key(&self) -> super::Signing {
        super::Signing(mac::SigningKey::Token(self.0.bytes.clone()))
    }

    fn unknown() -> Self {
        Self(sealed::Signs::unknown())
    }

    fn empty_signing_key() -> Option<super::Signing> {
        Some(super::Signing(mac::SigningKey::Token(zeroize::Zeroizing::default())))
    }
}
