//! Keys in hexadecimal digits.

use zeroize::Zeroizing;

use super::blank::is_blank;
use super::{DecodedSecret, SigningSecret};
use crate::error::ConfigError;

impl DecodedSecret {
    /// Decodes the text of a key in hexadecimal digits, in either case: two for each byte.
    ///
    /// ```
    /// use tower_webhook::DecodedSecret;
    ///
    /// assert!(DecodedSecret::from_hex("DFB1EB5485895CFA84146406857104AB").is_ok());
    ///
    /// let error = DecodedSecret::from_hex("DFB1EB5485895CFA84146406857104A").unwrap_err();
    /// assert_eq!(error.to_string(), "signing secret is not pairs of hexadecimal digits: copy the whole key again");
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError::BlankSecret`] when the text is [blank](SigningSecret), [`ConfigError::BlankKey`] when the key is,
    /// [`ConfigError::NotHex`] when the text has another form.
    pub fn from_hex(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let text = SigningSecret::non_blank(text.as_ref()).ok_or(ConfigError::BlankSecret)?;
        text.decode_hex()
    }
}

impl SigningSecret {
    /// Decodes this secret as [`from_hex`](DecodedSecret::from_hex) does; its label and its expiry stay.
    ///
    /// # Errors
    ///
    /// As [`from_hex`](DecodedSecret::from_hex).
    pub fn decode_hex(self) -> Result<DecodedSecret, ConfigError> {
        let mut key = Zeroizing::new(vec![0; self.bytes.len() / 2]);
        base16ct::mixed::decode(&self.bytes, &mut key).map_err(|_| ConfigError::NotHex)?;
        if is_blank(&key) {
            return Err(ConfigError::BlankKey);
        }
        Ok(self.decoded_to(&key))
    }
}
