//! Meta's handshake.

use http::Method;
use tower_webhook::Token;

use crate::answer::Answer;
use crate::layer::HandshakeLayer;
use crate::query::Parameters;
use crate::rejection::HandshakeRejection;
use crate::responder::{Head, Reply};

const MODE: &str = "hub.mode";
const TOKEN: &str = "hub.verify_token";
const CHALLENGE: &str = "hub.challenge";

impl HandshakeLayer {
    /// Meta's handshake: Facebook, Messenger, WhatsApp, Instagram. **In front** of the verifier: it is not signed.
    ///
    /// **Sends** a GET with the parameters `hub.mode=subscribe`, `hub.challenge`, and `hub.verify_token`: the text that
    /// was typed into the app's dashboard beside the URL.
    ///
    /// **Specified** in <https://developers.facebook.com/docs/graph-api/webhooks/getting-started>.
    ///
    /// **Answers** 200 with the challenge as plain text if the verify token is this one, which is compared in constant
    /// time; otherwise an empty 403.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use http::Request;
    /// use tower::ServiceExt;
    /// use tower_webhook::Token;
    /// use tower_webhook_handshake::HandshakeLayer;
    ///
    /// let service = HandshakeLayer::meta(Token::new("meatyhamhock")?).into_service();
    /// let uri = "/webhooks/meta?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyhamhock";
    /// let response = service.oneshot(Request::get(uri).body(())?).await?;
    /// assert_eq!(response.status(), 200);
    /// assert_eq!(response.into_body().bytes(), "1158201444");
    /// # Ok(())
    /// # }
    /// ```
    pub fn meta(verify_token: Token) -> Self {
        Self::new("meta", move |head| reply(head, &verify_token))
    }
}

fn reply(head: &Head<'_>, expected: &Token) -> Reply {
    let parameters = Parameters::of(head.uri);
    let asks = [MODE, TOKEN, CHALLENGE].iter().any(|name| parameters.has(name));
    if head.method != Method::GET || !asks {
        return Reply::Pass;
    }
    answer(parameters, expected).into()
}

fn answer(parameters: Parameters<'_>, expected: &Token) -> Result<Answer, HandshakeRejection> {
    if parameters.only(MODE)? != "subscribe" {
        return Err(HandshakeRejection::Malformed(MODE));
    }
    // First, so that without the token nobody can try what is answered.
    if !expected.matches(parameters.only(TOKEN)?.as_bytes()) {
        return Err(HandshakeRejection::WrongToken);
    }
    let challenge = parameters.challenge(CHALLENGE)?;
    Ok(Answer::text(&challenge))
}
