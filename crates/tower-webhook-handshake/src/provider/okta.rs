//! Okta's handshake.

use http::{HeaderName, Method};
use serde_json::json;

use crate::answer::Answer;
use crate::layer::HandshakeLayer;
use crate::responder::{Head, Reply};

static CHALLENGE: HeaderName = HeaderName::from_static("x-okta-verification-challenge");

impl HandshakeLayer {
    /// Okta's handshake, for event hooks. **In front** of whatever checks the events.
    ///
    /// **Sends** one GET with the header `X-Okta-Verification-Challenge` when a hook is verified. Like the events, it
    /// carries the `Authorization` header that was configured: behind a layer that checks that header, only Okta is
    /// answered.
    ///
    /// **Specified** in <https://developer.okta.com/docs/concepts/event-hooks/>.
    ///
    /// **Answers** 200 with the JSON `{"verification":"<the header's value>"}`. Okta waits for 3 seconds.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use http::Request;
    /// use tower::ServiceExt;
    /// use tower_webhook_handshake::HandshakeLayer;
    ///
    /// let service = HandshakeLayer::okta().into_service();
    /// let request = Request::get("/webhooks/okta").header("x-okta-verification-challenge", "my-challenge-1");
    /// let response = service.oneshot(request.body(())?).await?;
    /// assert_eq!(response.status(), 200);
    /// assert_eq!(response.into_body().bytes(), r#"{"verification":"my-challenge-1"}"#);
    /// # Ok(())
    /// # }
    /// ```
    pub fn okta() -> Self {
        Self::new("okta", reply)
    }
}

fn reply(head: &Head<'_>) -> Reply {
    if head.method != Method::GET || !head.headers.contains_key(&CHALLENGE) {
        return Reply::Pass;
    }
    let challenge = head.challenge(&CHALLENGE, "x-okta-verification-challenge");
    challenge
        .map(|challenge| Answer::json(&json!({ "verification": challenge.as_str() })))
        .into()
}
