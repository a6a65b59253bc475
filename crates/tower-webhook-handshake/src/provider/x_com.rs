//! X's handshake.

use http::Method;
use serde_json::json;
use tower_webhook::SigningSecret;
use tower_webhook::scheme::Encoding;

use crate::answer::Answer;
use crate::challenge::Challenge;
use crate::layer::HandshakeLayer;
use crate::query::Parameters;
use crate::rejection::HandshakeRejection;
use crate::responder::{Head, Reply};
use crate::token_mac::TokenMac;

const TOKEN: &str = "crc_token";

impl HandshakeLayer {
    /// X's handshake, its challenge-response check. **In front** of the verifier: it is not signed.
    ///
    /// **Sends** a GET with the parameter `crc_token` when a webhook is made, and every hour.
    ///
    /// **Specified** in <https://docs.x.com/x-api/webhooks/quickstart>.
    ///
    /// **Answers** 200 with the JSON `{"response_token":"sha256=<base64>"}`: the HMAC-SHA256 of the token under the
    /// consumer secret. X waits for 3 seconds.
    ///
    /// # What a stranger may do with it
    ///
    /// X signs the body of a webhook in the same way, under the same secret. So whoever knows the URL can have a token
    /// signed, and send that token as a body with its signature. To keep this harmless, a token that is JSON is
    /// refused, and so is one with a brace, a quotation mark or a blank: nothing that is signed here is an event. The
    /// scheme [`XCom`](tower_webhook::scheme::XCom) for its part refuses every body that does not begin with a brace. A
    /// verifier of another scheme in its place does not.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use http::Request;
    /// use tower::ServiceExt;
    /// use tower_webhook::SigningSecret;
    /// use tower_webhook_handshake::HandshakeLayer;
    ///
    /// let service = HandshakeLayer::x_com(SigningSecret::new("consumer_secret")?).into_service();
    /// let uri = "/webhooks/x?crc_token=challenge_string";
    /// let response = service.clone().oneshot(Request::get(uri).body(())?).await?;
    /// assert_eq!(response.status(), 200);
    /// assert_eq!(
    ///     response.into_body().bytes(),
    ///     r#"{"response_token":"sha256=v1WdiCVwy17uGTMWveHGlqQXN/qW1bQraNXXByRO2YA="}"#
    /// );
    ///
    /// let event = "/webhooks/x?crc_token=%7B%22for_user_id%22%3A%221%22%7D";
    /// assert_eq!(service.oneshot(Request::get(event).body(())?).await?.status(), 403);
    /// # Ok(())
    /// # }
    /// ```
    #[expect(clippy::needless_pass_by_value, reason = "as the other constructors take theirs")]
    pub fn x_com(consumer_secret: SigningSecret) -> Self {
        let mac = TokenMac::new(&consumer_secret, "sha256=", Encoding::Base64);
        Self::new("x_com", move |head| reply(head, &mac))
    }
}

fn reply(head: &Head<'_>, mac: &TokenMac) -> Reply {
    let parameters = Parameters::of(head.uri);
    if head.method != Method::GET || !parameters.has(TOKEN) {
        return Reply::Pass;
    }
    answer(parameters, mac).into()
}

fn answer(parameters: Parameters<'_>, mac: &TokenMac) -> Result<Answer, HandshakeRejection> {
    let token = parameters.only(TOKEN)?;
    let token = Challenge::to_be_signed(&token).ok_or(HandshakeRejection::Malformed(TOKEN))?;
    Ok(Answer::json(&json!({ "response_token": mac.of(&token) })))
}
