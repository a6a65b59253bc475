//! Trello's handshake.

use http::{Method, StatusCode};

use crate::answer::Answer;
use crate::layer::HandshakeLayer;
use crate::responder::{Head, Reply};

impl HandshakeLayer {
    /// Trello's handshake. **In front** of the verifier: it is not signed.
    ///
    /// **Sends** a HEAD when a webhook is made.
    ///
    /// **Specified** in <https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/>.
    ///
    /// **Answers** every HEAD with an empty 200.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use http::Request;
    /// use tower::ServiceExt;
    /// use tower_webhook_handshake::HandshakeLayer;
    ///
    /// let service = HandshakeLayer::trello().into_service();
    /// let response = service.oneshot(Request::head("/webhooks/trello").body(())?).await?;
    /// assert_eq!(response.status(), 200);
    /// # Ok(())
    /// # }
    /// ```
    pub fn trello() -> Self {
        Self::new("trello", reply)
    }
}

fn reply(head: &Head<'_>) -> Reply {
    (head.method == Method::HEAD)
        .then(|| Answer::empty(StatusCode::OK))
        .into()
}
