//! Keys in base64 without a prefix, and the decoding that all keys share.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use zeroize::Zeroizing;

use super::blank::is_blank;
use super::{DecodedSecret, SigningSecret};
use crate::error::{Base64Error, ConfigError};

impl DecodedSecret {
    /// Decodes the text of a key in standard base64, with its padding or without: for a scheme that takes decoded keys,
    /// where the provider shows the key without `whsec_`.
    ///
    /// ```
    /// use tower_webhook::DecodedSecret;
    ///
    /// assert!(DecodedSecret::from_base64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=").is_ok());
    /// assert!(DecodedSecret::from_base64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo").is_ok());
    ///
    /// let error = DecodedSecret::from_base64("-_KQ9r8GKYo").unwrap_err();
    /// assert_eq!(error.to_string(), "signing secret is URL-safe base64: write `+` for `-` and `/` for `_`");
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError::BlankSecret`] when the text is [blank](SigningSecret), [`ConfigError::BlankKey`] when the key is,
    /// [`ConfigError::Base64`] when the text has another form.
    pub fn from_base64(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let text = SigningSecret::non_blank(text.as_ref()).ok_or(ConfigError::BlankSecret)?;
        text.decode_base64()
    }
}

impl SigningSecret {
    /// Decodes this secret as [`from_base64`](DecodedSecret::from_base64) does; its label and its expiry stay.
    ///
    /// # Errors
    ///
    /// As [`from_base64`](DecodedSecret::from_base64).
    pub fn decode_base64(self) -> Result<DecodedSecret, ConfigError> {
        let decoded = standard(&self.bytes, &STANDARD).or_else(|| standard(&self.bytes, &STANDARD_NO_PAD));
        let key = decoded.ok_or_else(|| diagnose(&self.bytes))?;
        if is_blank(&key) {
            return Err(ConfigError::BlankKey);
        }
        Ok(self.decoded_to(&key))
    }
}

/// The first fault of a text in another form.
fn diagnose(text: &[u8]) -> Base64Error {
    let begins = |prefixes: &[&[u8]]| prefixes.iter().any(|prefix| text.starts_with(prefix));
    if is_surrounded(text) {
        Base64Error::Surrounded
    } else if begins(&[b"whsec_", b"v1,"]) {
        Base64Error::Prefix
    } else if begins(&[b"whpk_", b"whsk_"]) {
        Base64Error::NotBase64
    } else if standard(without_padding(text), &STANDARD_NO_PAD).is_some() {
        Base64Error::Padding
    } else if is_url_safe(without_padding(text)) {
        Base64Error::UrlSafe
    } else {
        Base64Error::NotBase64
    }
}

/// Whether there is white space or a quotation mark at an end.
pub(super) fn is_surrounded(text: &[u8]) -> bool {
    let surrounds = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`');
    text.first().is_some_and(surrounds) || text.last().is_some_and(surrounds)
}

pub(super) fn without_padding(digits: &[u8]) -> &[u8] {
    let padding = digits.iter().rev().take_while(|&&digit| digit == b'=').count();
    &digits[..digits.len() - padding]
}

/// Whether the digits, without padding, are of the URL-safe alphabet.
pub(super) fn is_url_safe(digits: &[u8]) -> bool {
    let to_standard = |digit: &u8| match digit {
        b'-' => b'+',
        b'_' => b'/',
        digit => *digit,
    };
    let translated: Zeroizing<Vec<u8>> = Zeroizing::new(digits.iter().map(to_standard).collect());
    standard(&translated, &STANDARD_NO_PAD).is_some()
}

/// Decodes into a buffer that never grows: growing would leave a copy that is not wiped.
pub(super) fn standard(digits: &[u8], engine: &impl Engine) -> Option<Zeroizing<Vec<u8>>> {
    let mut key = Zeroizing::new(vec![0; digits.len()]);
    let len = engine.decode_slice(digits, &mut key).ok()?;
    key.truncate(len);
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_in_every_text_that_providers_show() {
        let key = |secret: Result<DecodedSecret, ConfigError>| secret.unwrap().0.expose().to_vec();
        for key in [
            key(DecodedSecret::from_base64("Pj8/c2VjcmV0")),
            key(DecodedSecret::from_whsec("whsec_Pj8/c2VjcmV0")),
            key(DecodedSecret::from_whsec("v1,whsec_Pj8/c2VjcmV0")),
            key(DecodedSecret::from_hex("3E3f3f736563726574")),
            key(SigningSecret::new(">??secret").map(SigningSecret::into_key)),
        ] {
            assert_eq!(key, b">??secret");
        }
        assert_eq!(
            key(DecodedSecret::from_base64("c2VjcmV0Kys=")),
            key(DecodedSecret::from_base64("c2VjcmV0Kys"))
        );
    }

    #[test]
    fn each_wrong_form_has_a_reason_of_its_own() {
        use Base64Error::*;
        for (text, reason) in [
            (" c2VjcmV0", Surrounded),
            ("c2VjcmV0\n", Surrounded),
            ("'c2VjcmV0'", Surrounded),
            ("whsec_c2VjcmV0", Prefix),
            ("v1,whsec_c2VjcmV0", Prefix),
            ("whpk_c2VjcmV0", NotBase64),
            ("c2VjcmV0=", Padding),
            ("c2VjcmV0Kys==", Padding),
            ("-_VjcmV0", UrlSafe),
            ("-_VjcmV0Kys=", UrlSafe),
            ("c2VjcmV0c", NotBase64),
            ("a secret of the provider", NotBase64),
        ] {
            let error = DecodedSecret::from_base64(text).unwrap_err();
            assert!(
                matches!(error, ConfigError::Base64(seen) if seen == reason),
                "{text}: {error:?}"
            );
            assert!(!error.to_string().contains("VjcmV0"), "{error}");
        }
        let messages = [Surrounded, Prefix, Padding, UrlSafe, NotBase64].map(|reason| reason.to_string());
        let different: std::collections::HashSet<_> = messages.iter().collect();
        assert_eq!(different.len(), messages.len());
    }

    #[test]
    fn a_blank_key_is_told_from_a_blank_text() {
        for blank in [DecodedSecret::from_base64("AAAA"), DecodedSecret::from_hex("0020")] {
            assert!(matches!(blank, Err(ConfigError::BlankKey)), "{blank:?}");
        }
        for blank in [DecodedSecret::from_base64(" "), DecodedSecret::from_hex("")] {
            assert!(matches!(blank, Err(ConfigError::BlankSecret)), "{blank:?}");
        }
    }
}
