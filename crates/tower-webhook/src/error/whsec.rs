//! The wrong forms of a secret of Standard Webhooks.

use std::error::Error;
use std::fmt;

/// Why a text is not `whsec_` and the standard base64 of a key. Its message says how to mend it.
///
/// ```
/// use tower_webhook::{ConfigError, DecodedSecret, WhsecError};
///
/// let error = DecodedSecret::from_whsec("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap_err();
/// assert!(matches!(error, ConfigError::Whsec(WhsecError::MissingPrefix)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhsecError {
    /// It is standard base64 without `whsec_`. [`from_base64`](crate::DecodedSecret::from_base64) takes it.
    MissingPrefix,
    /// It is a key of the asymmetric variant, `whpk_` or `whsk_`.
    AsymmetricKey,
    /// There is white space or a quotation mark at its beginning or end.
    Surrounded,
    /// It is in the URL-safe alphabet of base64.
    UrlSafe,
    /// Its base64 padding is missing or wrong, or it was cut off.
    Unpadded,
    /// What follows `whsec_` is not base64 at all, or it was cut off.
    NotBase64,
    /// It is a text that is neither `whsec_` nor base64. Where its bytes are the key,
    /// [`into_key`](crate::SigningSecret::into_key) takes it.
    RawText,
    /// The key behind `whsec_` is [blank](crate::SigningSecret).
    BlankKey,
}

impl fmt::Display for WhsecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingPrefix => "signing secret has no `whsec_` before its base64: put `whsec_` there",
            Self::AsymmetricKey => {
                "signing secret is an asymmetric key (`whpk_` or `whsk_`): take the endpoint's symmetric secret, `whsec_`"
            }
            Self::Surrounded => "signing secret has white space or quotes at an end: remove them",
            Self::UrlSafe => "signing secret is URL-safe base64: write `+` for `-` and `/` for `_`",
            Self::Unpadded => {
                "signing secret is base64 with missing or wrong padding: copy all of it, or pad it with `=` to a multiple of four"
            }
            Self::NotBase64 => "signing secret has no standard base64 after `whsec_`: copy all of it again",
            Self::RawText => {
                "signing secret is raw text, not `whsec_` and base64: copy the secret that begins with `whsec_`"
            }
            Self::BlankKey => "signing secret has an empty or invisible key after `whsec_`: make a new secret",
        })
    }
}

impl Error for WhsecError {}
