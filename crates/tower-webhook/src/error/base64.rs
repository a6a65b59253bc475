//! The wrong forms of a key in base64.

use std::error::Error;
use std::fmt;

/// Why a text is not the standard base64 of a key. Its message says how to mend it.
///
/// ```
/// use tower_webhook::{Base64Error, ConfigError, DecodedSecret};
///
/// let error = DecodedSecret::from_base64("whsec_c2VjcmV0").unwrap_err();
/// assert!(matches!(error, ConfigError::Base64(Base64Error::Prefix)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Base64Error {
    /// There is white space or a quotation mark at its beginning or end.
    Surrounded,
    /// It begins with `whsec_` or `v1,`, as a secret of Standard Webhooks does.
    Prefix,
    /// Its base64 padding is wrong.
    Padding,
    /// It is in the URL-safe alphabet of base64.
    UrlSafe,
    /// It is not base64 at all, or it was cut off.
    NotBase64,
}

impl fmt::Display for Base64Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Surrounded => "signing secret has white space or quotes at an end: remove them",
            Self::Prefix => "signing secret has `whsec_` or `v1,` before its base64: read it with `from_whsec`",
            Self::Padding => "signing secret is base64 with wrong padding: copy all of it, or remove each `=`",
            Self::UrlSafe => "signing secret is URL-safe base64: write `+` for `-` and `/` for `_`",
            Self::NotBase64 => "signing secret is not standard base64: copy the whole key again",
        })
    }
}

impl Error for Base64Error {}
