//! The form of secret that Standard Webhooks prescribes: `whsec_` and the standard base64 of the key.

use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use zeroize::Zeroizing;

use super::base64::{is_surrounded, is_url_safe, standard, without_padding};
use super::blank::is_blank;
use super::{DecodedSecret, SigningSecret};
use crate::error::{ConfigError, WhsecError};

const PREFIX: &[u8] = b"whsec_";
/// It tells secrets from those of the asymmetric variant, and is no part of the key.
const VERSION: &[u8] = b"v1,";

impl DecodedSecret {
    /// Decodes a secret of [Standard Webhooks]: `whsec_` and the standard base64 of the key. A `v1,` may stand before
    /// it, as Supabase shows its secrets.
    ///
    /// Secrets from the environment or a file are decoded by [`decode_whsec`](SigningSecret::decode_whsec).
    ///
    /// ```
    /// use tower_webhook::DecodedSecret;
    ///
    /// assert!(DecodedSecret::from_whsec("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_ok());
    /// assert!(DecodedSecret::from_whsec("v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_ok());
    ///
    /// let error = DecodedSecret::from_whsec("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "signing secret has no `whsec_` before its base64: put `whsec_` there"
    /// );
    /// ```
    ///
    /// [Standard Webhooks]: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    ///
    /// # Errors
    ///
    /// [`ConfigError::BlankSecret`] when the text is [blank](SigningSecret), [`ConfigError::Whsec`] when it has another
    /// form.
    pub fn from_whsec(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let text = SigningSecret::non_blank(text.as_ref()).ok_or(ConfigError::BlankSecret)?;
        text.decode_whsec()
    }
}

impl SigningSecret {
    /// Decodes this secret as [`from_whsec`](DecodedSecret::from_whsec) does; its label and its expiry stay.
    ///
    /// ```
    /// use tower_webhook::SigningSecret;
    ///
    /// # fn read() -> Result<(), tower_webhook::ConfigError> {
    /// let secret = SigningSecret::from_env("SVIX_WEBHOOK_SECRET")?.decode_whsec()?;
    /// # drop(secret);
    /// # Ok(())
    /// # }
    /// # let _ = read;
    /// assert!(SigningSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?.decode_whsec().is_ok());
    /// # Ok::<(), tower_webhook::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError::Whsec`] when it has another form.
    pub fn decode_whsec(self) -> Result<DecodedSecret, ConfigError> {
        let key = decode(&self.bytes)?;
        if is_blank(&key) {
            return Err(WhsecError::BlankKey.into());
        }
        Ok(self.decoded_to(&key))
    }
}

/// The key that the text stands for.
fn decode(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, WhsecError> {
    let text = text.strip_prefix(VERSION).unwrap_or(text);
    match text.strip_prefix(PREFIX).and_then(|digits| standard(digits, &STANDARD)) {
        Some(key) if key.is_empty() => Err(WhsecError::BlankKey),
        Some(key) => Ok(key),
        None => Err(diagnose(text)),
    }
}

/// The first fault of a text in another form.
fn diagnose(text: &[u8]) -> WhsecError {
    if is_surrounded(text) {
        return WhsecError::Surrounded;
    }
    if text.starts_with(b"whpk_") || text.starts_with(b"whsk_") {
        return WhsecError::AsymmetricKey;
    }
    let Some(digits) = text.strip_prefix(PREFIX) else {
        return match standard(text, &STANDARD) {
            Some(_) => WhsecError::MissingPrefix,
            None => WhsecError::RawText,
        };
    };
    let unpadded = without_padding(digits.trim_ascii_end());
    if standard(unpadded, &STANDARD_NO_PAD).is_some() {
        WhsecError::Unpadded
    } else if is_url_safe(unpadded) {
        WhsecError::UrlSafe
    } else {
        WhsecError::NotBase64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_form_has_a_reason_of_its_own() {
        use WhsecError::*;
        for (text, reason) in [
            ("v1,MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", MissingPrefix),
            ("v1,whsec_MfKQ9r8GKYo", Unpadded),
            ("v1,v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", RawText),
            ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", MissingPrefix),
            ("whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", AsymmetricKey),
            ("whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", AsymmetricKey),
            (" whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Surrounded),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", Surrounded),
            ("\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"", Surrounded),
            ("whsec_-_KQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", UrlSafe),
            ("whsec_-_KQ9r8GKYo", UrlSafe),
            ("whsec_MfKQ9r8GKYo", Unpadded),
            ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw=", Unpadded),
            ("whsec_MfKQ9r8GKYq", NotBase64),
            ("whsec_a secret?", NotBase64),
            ("a secret of the provider", RawText),
            ("whsec_", BlankKey),
            ("whsec_AAAA", BlankKey),
        ] {
            let error = DecodedSecret::from_whsec(text).unwrap_err();
            assert!(
                matches!(error, ConfigError::Whsec(seen) if seen == reason),
                "{text}: {error:?}"
            );
            assert!(!error.to_string().contains("MfKQ"), "{error}");
        }
    }

    #[test]
    fn messages_differ() {
        use WhsecError::*;
        let all = [
            MissingPrefix,
            AsymmetricKey,
            Surrounded,
            UrlSafe,
            Unpadded,
            NotBase64,
            RawText,
            BlankKey,
        ];
        let messages: std::collections::HashSet<_> = all.iter().map(ToString::to_string).collect();
        assert_eq!(messages.len(), all.len());
    }
}
