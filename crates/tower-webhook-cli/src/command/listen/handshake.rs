//! What providers ask before they send: a genuine request that wants its challenge back.
//!
//! A handshake is one line of [`HANDSHAKES`]. Whoever wrote the challenge has the secret; the answer is nevertheless
//! no use as a mirror: plain text, which is not sniffed, visible ASCII, and short.

use http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Response};

use super::members::text_members;
use super::reply::{Reply, reply};

/// A challenge is a few dozen letters.
const MAX_CHALLENGE: usize = 4096;

/// Reads the challenge in a genuine body.
type Challenge = fn(body: &[u8]) -> Option<String>;

/// The handshakes, by the name of their scheme.
const HANDSHAKES: &[(&str, Challenge)] = &[("slack", url_verification)];

/// The answer to a genuine request, if it is a handshake of this scheme.
pub(super) fn answer(scheme: &str, body: &[u8]) -> Option<Response<Reply>> {
    let (_, challenge) = HANDSHAKES.iter().find(|(name, _)| *name == scheme)?;
    let challenge = challenge(body)?;
    let is_plain = challenge.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_plain || challenge.is_empty() || challenge.len() > MAX_CHALLENGE {
        return None;
    }
    let mut answer = reply(challenge);
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Some(answer)
}

/// Slack's [`url_verification`](https://docs.slack.dev/reference/events/url_verification/).
fn url_verification(body: &[u8]) -> Option<String> {
    let [kind, challenge] = text_members(body, ["type", "challenge"]);
    challenge.filter(|_| kind.as_deref() == Some("url_verification"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slack(kind: &str, challenge: &str) -> bool {
        let body = serde_json::json!({ "type": kind, "challenge": challenge });
        answer("slack", body.to_string().as_bytes()).is_some()
    }

    #[test]
    fn only_a_short_visible_challenge_is_answered() {
        assert!(slack(
            "url_verification",
            "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
        ));
        assert!(slack("url_verification", &"a".repeat(4096)));
        for wrong in ["", "a b", "a\nb", "é", "<b>\u{7f}", &"a".repeat(4097)] {
            assert!(!slack("url_verification", wrong), "{wrong}");
        }
        assert!(!slack("event_callback", "abc"));
        assert!(answer("github", br#"{"type":"url_verification","challenge":"abc"}"#).is_none());
    }
}
