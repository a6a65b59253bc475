//! Keys in hexadecimal digits, and texts that are keys.

use zeroize::Zeroizing;

use super::blank::is_blank;
use super::{DecodedSecret, SigningSecret};
use crate::error::ConfigError;

impl SigningSecret {
    /// Takes the bytes as the key, for a scheme that takes decoded keys: Polar signs by Standard Webhooks, with the
    /// text of its secret. Its label and its expiry stay.
    ///
    /// ```
    /// use tower_webhook::scheme::StandardWebhooks;
    /// use tower_webhook::sign::Signer;
    /// use tower_webhook::{SigningSecret, Verifier};
    ///
    /// let secret = SigningSecret::new("polar_whs_4f1d")?.into_key();
    /// let headers = Signer::new(StandardWebhooks::new(), &secret).headers("{}");
    /// assert!(Verifier::new(StandardWebhooks::new(), secret).verify(&headers, "{}").is_ok());
    /// # Ok::<(), tower_webhook::ConfigError>(())
    /// ```
    #[must_use]
    pub fn into_key(self) -> DecodedSecret {
        DecodedSecret(self)
    }

    /// Decodes the text of a key in hexadecimal digits, in either case: two for each byte.
    ///
    /// ```
    /// use tower_webhook::SigningSecret;
    ///
    /// assert!(SigningSecret::from_hex("DFB1EB5485895CFA84146406857104AB").is_ok());
    ///
    /// let error = SigningSecret::from_hex("DFB1EB5485895CFA84146406857104A").unwrap_err();
    /// assert_eq!(error.to_string(), "signing secret is not pairs of hexadecimal digits: copy all of the key anew");
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError::BlankSecret`] when the text is [blank](Self), [`ConfigError::BlankKey`] when the key is,
    /// [`ConfigError::NotHex`] when the text has another form.
    pub fn from_hex(text: impl AsRef<[u8]>) -> Result<DecodedSecret, ConfigError> {
        let text = Self::non_blank(text.as_ref()).ok_or(ConfigError::BlankSecret)?;
        text.decode_hex()
    }

    /// Decodes this secret as [`from_hex`](Self::from_hex) does; its label and its expiry stay.
    ///
    /// # Errors
    ///
    /// As [`from_hex`](Self::from_hex).
    pub fn decode_hex(self) -> Result<DecodedSecret, ConfigError> {
        let mut key = Zeroizing::new(vec![0; self.bytes.len() / 2]);
        base16ct::mixed::decode(&self.bytes, &mut key).map_err(|_| ConfigError::NotHex)?;
        if is_blank(&key) {
            return Err(ConfigError::BlankKey);
        }
        Ok(self.decoded_to(&key))
    }
}
