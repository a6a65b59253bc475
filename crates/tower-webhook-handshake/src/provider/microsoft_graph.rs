//! Microsoft Graph's handshake.

use http::Method;

use crate::answer::Answer;
use crate::layer::HandshakeLayer;
use crate::query::Parameters;
use crate::responder::{Head, Reply};

const TOKEN: &str = "validationToken";

impl HandshakeLayer {
    /// Microsoft Graph's handshake. **In front** of everything else: it is not signed, nor are the notifications.
    ///
    /// **Sends** a POST without a body and with the parameter `validationToken` when a subscription is made or renewed.
    ///
    /// **Specified** in <https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks>.
    ///
    /// **Answers** 200 with the token, decoded, as plain text. Microsoft waits for 10 seconds.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use http::Request;
    /// use tower::ServiceExt;
    /// use tower_webhook_handshake::HandshakeLayer;
    ///
    /// let service = HandshakeLayer::microsoft_graph().into_service();
    /// let uri = "/webhooks/graph?validationToken=Validation%3a+Testing+client";
    /// let response = service.oneshot(Request::post(uri).body(())?).await?;
    /// assert_eq!(response.status(), 200);
    /// assert_eq!(response.into_body().bytes(), "Validation: Testing client");
    /// # Ok(())
    /// # }
    /// ```
    pub fn microsoft_graph() -> Self {
        Self::new("microsoft_graph", reply)
    }
}

fn reply(head: &Head<'_>) -> Reply {
    let parameters = Parameters::of(head.uri);
    if head.method != Method::POST || !parameters.has(TOKEN) {
        return Reply::Pass;
    }
    parameters.challenge(TOKEN).map(|token| Answer::text(&token)).into()
}
