//! Dropbox's handshake.

use http::Method;

use crate::answer::Answer;
use crate::layer::HandshakeLayer;
use crate::query::Parameters;
use crate::responder::{Head, Reply};

const CHALLENGE: &str = "challenge";

impl HandshakeLayer {
    /// Dropbox's handshake. **In front** of the verifier: it is not signed.
    ///
    /// **Sends** a GET with the parameter `challenge` when the URL is added in the app console.
    ///
    /// **Specified** in <https://www.dropbox.com/developers/reference/webhooks>.
    ///
    /// **Answers** 200 with the challenge as plain text and `X-Content-Type-Options: nosniff`, as that page demands.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use http::Request;
    /// use tower::ServiceExt;
    /// use tower_webhook_handshake::HandshakeLayer;
    ///
    /// let service = HandshakeLayer::dropbox().into_service();
    /// let response = service.oneshot(Request::get("/webhooks/dropbox?challenge=abc123").body(())?).await?;
    /// assert_eq!(response.status(), 200);
    /// assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    /// assert_eq!(response.into_body().bytes(), "abc123");
    /// # Ok(())
    /// # }
    /// ```
    pub fn dropbox() -> Self {
        Self::new("dropbox", reply)
    }
}

fn reply(head: &Head<'_>) -> Reply {
    let parameters = Parameters::of(head.uri);
    if head.method != Method::GET || !parameters.has(CHALLENGE) {
        return Reply::Pass;
    }
    parameters
        .challenge(CHALLENGE)
        .map(|challenge| Answer::text(&challenge))
        .into()
}
