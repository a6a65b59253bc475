//! Tokens, which are compared as MACs: in constant time, whatever their lengths.

use sha2::Sha256;

use super::hmac::Keyed;
use super::{Key, Signature, sha256};

/// The key of a token. Its hash keys it, because HMAC takes a short key and the same with zeros for one.
pub(crate) fn token_key(token: &[u8]) -> Key {
    Key::hmac(&sha256(&[token]))
}

/// The MAC of no bytes under the key of a token: it is that of another token if both are equal.
pub(crate) fn token_claim(token: &[u8]) -> Signature {
    Signature::HmacSha256(keyed(token).start().finish())
}

/// Whether two tokens are equal.
pub(crate) fn same_token(token: &[u8], shown: &[u8]) -> bool {
    let shown = keyed(shown).start().finish();
    keyed(token).start().matches::<32, 4>(&shown, std::iter::empty())
}

fn keyed(token: &[u8]) -> Keyed<Sha256> {
    Keyed::new(&sha256(&[token]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_tokens_and_no_others_match() {
        let long = "t".repeat(100);
        let tokens = ["t", "t\0", "T", "tt", &long[..64], &long[..65], &long, ""];
        for token in tokens {
            for shown in tokens {
                let claim = token_claim(shown.as_bytes());
                let matches = token_key(token.as_bytes()).start(&claim, &[]).matches(&claim, &[]);
                assert_eq!(matches, token == shown, "{token:?} and {shown:?}");
                let same = same_token(token.as_bytes(), shown.as_bytes());
                assert_eq!(same, token == shown, "{token:?} and {shown:?}");
            }
        }
        let hash = sha256(&[long.as_bytes()]);
        let claim = token_claim(&hash);
        assert!(!token_key(long.as_bytes()).start(&claim, &[]).matches(&claim, &[]));
    }
}
