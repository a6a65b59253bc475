//! The bounds of what a provider asks to have repeated.

use serde::de::IgnoredAny;

/// A text that may be repeated to whoever sent it: at most 512 bytes of visible ASCII and blanks, without the
/// characters that markup and scripts need.
#[derive(Debug)]
pub(crate) struct Challenge(String);

const MAX_LENGTH: usize = 512;

impl Challenge {
    pub(crate) fn new(text: &str) -> Option<Self> {
        let allowed = |byte: u8| matches!(byte, b' '..=b'~') && !b"<>&\"'`\\".contains(&byte);
        let bounded = (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(allowed);
        bounded.then(|| Self(text.to_owned()))
    }

    /// A challenge whose MAC under the secret may be told: its bytes are in no message that the secret signs.
    ///
    /// The messages that X and Zoom sign are JSON objects, with `v0:` and the time in front at Zoom. Such a challenge
    /// has no braces and no colon, and is no JSON at all, not even a number.
    pub(crate) fn to_be_signed(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~+/=".contains(&byte);
        let is_json = || serde_json::from_str::<IgnoredAny>(text).is_ok();
        let bounded = (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(allowed) && !is_json();
        bounded.then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenges_that_providers_publish_are_allowed() {
        for challenge in [
            // Slack's, Twitch's, Meta's, Zoom's and Microsoft's.
            "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
            "pogchamp-kappa-360noscope-vohiyo",
            "1158201444",
            "qgg8vlvZRS6UYooatFL8Aw",
            "Validation: Testing client application reachability for subscription Request-Id: \
             522a8e7e-096a-494c-aaf1-ac0dcfca45b7",
        ] {
            assert_eq!(Challenge::new(challenge).unwrap().as_str(), challenge);
        }
    }

    #[test]
    fn what_no_provider_sends_is_not_allowed() {
        assert!(Challenge::new(&"x".repeat(MAX_LENGTH)).is_some());
        assert!(Challenge::new(&"x".repeat(MAX_LENGTH + 1)).is_none());
        for text in [
            "",
            "<script>alert(1)</script>",
            "x\" onload=\"",
            "it's",
            "a&b",
            "`id`",
            "a\\u003c",
            "a\nb",
            "a\r\nSet-Cookie: a=b",
            "a\tb",
            "a\0b",
            "a\u{7f}",
            "\u{1b}[31m",
            "\u{feff}abc",
            "\u{fffd}",
            "ünïcode",
            "\u{2028}",
        ] {
            assert!(Challenge::new(text).is_none(), "{text:?}");
            assert!(Challenge::to_be_signed(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn what_is_to_be_signed_is_no_message_of_the_provider() {
        for token in [
            "qgg8vlvZRS6UYooatFL8Aw",
            "challenge_string",
            "9b4507b3-9040-4669-9ca3-6b94edb50553",
            "a+b/c==",
        ] {
            assert!(Challenge::to_be_signed(token).is_some(), "{token}");
        }
        assert!(Challenge::to_be_signed(&"x".repeat(MAX_LENGTH)).is_some());
        assert!(Challenge::to_be_signed(&"x".repeat(MAX_LENGTH + 1)).is_none());
        for message in [
            r#"{"for_user_id":"1"}"#,
            "v0:1720000000:{}",
            "[]",
            "12",
            "-1.5e3",
            "true",
            "null",
            "a b",
            "a,b",
            "a;b",
            "(a)",
        ] {
            assert!(Challenge::to_be_signed(message).is_none(), "{message}");
        }
    }
}
