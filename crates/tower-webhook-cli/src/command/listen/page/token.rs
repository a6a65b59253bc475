//! What whoever sees the page has to know: a random part of its path, which the command prints for one person.

use bytes::Bytes;
use http::HeaderMap;
use tower_webhook::scheme::Knowrithm;
use tower_webhook::sign::Signer;
use tower_webhook::{SigningSecret, Verifier};

use crate::outcome::{Failure, Result};
use crate::random;

/// A token of this run.
pub(super) struct Token {
    text: String,
    /// The MAC of the token under a key of this run.
    mac: HeaderMap,
    verifier: Verifier,
}

impl Token {
    /// # Errors
    ///
    /// A failure of usage when the system has no random bytes.
    pub(super) fn random() -> Result<Self> {
        let [text, key] = [random::name()?, random::name()?];
        let key = SigningSecret::new(key).map_err(Failure::usage)?;
        Ok(Self {
            mac: Signer::new(Knowrithm, &key).headers(text.as_bytes()),
            verifier: Verifier::knowrithm(key),
            text,
        })
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether this is the token. Compares MACs in constant time, so a wrong guess tells nothing of the right one.
    pub(super) fn is(&self, guess: &str) -> bool {
        self.verifier
            .verify(&self.mac, Bytes::copy_from_slice(guess.as_bytes()))
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_itself_is_right() {
        let token = Token::random().unwrap();
        let text = token.text();
        assert_eq!(text.len(), 32);
        assert!(token.is(text));
        let other = Token::random().unwrap();
        for wrong in ["", &text[..31], &format!("{text}0"), other.text()] {
            assert!(!token.is(wrong), "{wrong}");
        }
    }
}
