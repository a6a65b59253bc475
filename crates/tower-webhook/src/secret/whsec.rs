//! The form of secret that Standard Webhooks prescribes: `whsec_` and the standard base64 of the key.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use zeroize::Zeroizing;

use super::blank::is_blank;
use super::{DecodedSecret, SigningSecret};
use crate::error::{ConfigError, WhsecError};

const PREFIX: &[u8] = b"whsec_";

impl SigningSecret {
    /// Decodes a secret of [Standard Webhooks]: `whsec_` and the standard base64 of the key.
    ///
    /// Secrets from the environment or a file are decoded by [`decode_whsec`](Self::decode_whsec).
    ///
    /// ```
    /// use tower_webhook::SigningSecret;
    ///
    /// assert!(SigningSecret::from_whsec("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_ok());
    ///
    /// let error = SigningSecret::from_whsec("v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap_err();
    /// assert_eq!(error.to_string(), "signing secret has `v1,` before `whsec_`: remove `v1,`");
    /// ```
    ///
    /// [Standard Webhooks]: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    ///
    /// # Errors
    ///
    /// [`ConfigError::BlankSecret`] when the text is [blank](Self), [`ConfigError::Whsec`] when it has another form.
    pub fn from_whsec(text: impl AsRef<[u8]>) -> Result<DecodedSecret, ConfigError> {
        let text = Self::non_blank(text.as_ref()).ok_or(ConfigError::BlankSecret)?;
        text.decode_whsec()
    }

    /// Decodes this secret as [`from_whsec`](Self::from_whsec) does; its label and its expiry stay.
    ///
    /// ```
    /// use tower_webhook::SigningSecret;
    ///
    /// # fn read() -> Result<(), tower_webhook::ConfigError> {
    /// let secret = SigningSecret::from_env("SVIX_WEBHOOK_SECRET")?.decode_whsec()?;
    /// # drop(secret);
    /// # Ok(())
    /// # }
    /// # assert!(read().is_err());
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
    match text.strip_prefix(PREFIX).and_then(|digits| standard(digits, &STANDARD)) {
        Some(key) if key.is_empty() => Err(WhsecError::BlankKey),
        Some(key) => Ok(key),
        None => Err(diagnose(text)),
    }
}

/// The first fault of a text in another form.
fn diagnose(text: &[u8]) -> WhsecError {
    let surrounds = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`');
    if text.first().is_some_and(surrounds) || text.last().is_some_and(surrounds) {
        return WhsecError::Surrounded;
    }
    if text.starts_with(b"v1,") {
        return WhsecError::VersionPrefix;
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
    let to_standard = |digit: &u8| match digit {
        b'-' => b'+',
        b'_' => b'/',
        digit => *digit,
    };
    let unpadded = digits.trim_ascii_end();
    let padding = unpadded.iter().rev().take_while(|&&digit| digit == b'=').count();
    let unpadded = &unpadded[..unpadded.len() - padding];
    if standard(unpadded, &STANDARD_NO_PAD).is_some() {
        return WhsecError::Unpadded;
    }
    let translated: Zeroizing<Vec<u8>> = Zeroizing::new(unpadded.iter().map(to_standard).collect());
    match standard(&translated, &STANDARD_NO_PAD) {
        Some(_) => WhsecError::UrlSafe,
        None => WhsecError::NotBase64,
    }
}

/// Decodes into a buffer that never grows: growing would leave a copy that is not wiped.
fn standard(digits: &[u8], engine: &impl Engine) -> Option<Zeroizing<Vec<u8>>> {
    let mut key = Zeroizing::new(vec![0; digits.len()]);
    let len = engine.decode_slice(digits, &mut key).ok()?;
    key.truncate(len);
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_form_has_a_reason_of_its_own() {
        use WhsecError::*;
        for (text, reason) in [
            ("v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", VersionPrefix),
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
            let error = SigningSecret::from_whsec(text).unwrap_err();
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
            VersionPrefix,
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
