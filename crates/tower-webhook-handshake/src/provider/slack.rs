//! Slack's handshake.

use std::borrow::Cow;

use serde::Deserialize;

use crate::answer::Answer;
use crate::challenge::Challenge;
use crate::layer::HandshakeLayer;
use crate::responder::Head;

impl HandshakeLayer {
    /// Slack's handshake, for the Events API. **Behind** the verifier: it is signed.
    ///
    /// **Sends** the JSON `{"type":"url_verification","challenge":"…","token":"…"}` when the request URL is entered.
    ///
    /// **Specified** in <https://docs.slack.dev/reference/events/url_verification/>.
    ///
    /// **Answers** 200 with the challenge as plain text.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use http::Request;
    /// # use http_body_util::{BodyExt, Full};
    /// # use tower::{Layer, ServiceExt};
    /// use tower_webhook::scheme::Slack;
    /// # use tower_webhook::sign::Signer;
    /// use tower_webhook::{SigningSecret, Verifier, VerifyLayer};
    /// use tower_webhook_handshake::HandshakeLayer;
    ///
    /// let secret = SigningSecret::new("8f742231b10e8888abcd99yyyzzz85a5")?;
    /// # let signer = Signer::new(Slack, &secret);
    /// # let inbox = tower::service_fn(async |_: Request<tower_webhook::BufferedBody>| {
    /// #     Ok::<_, std::convert::Infallible>(http::Response::new(tower_webhook::BufferedBody::default()))
    /// # });
    /// let verify = VerifyLayer::new(Verifier::new(Slack, secret));
    /// let service = verify.layer(HandshakeLayer::slack().layer(inbox));
    ///
    /// let body = r#"{"token":"Jhj5","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd","type":"url_verification"}"#;
    /// # let request = |body| Request::post("/webhooks/slack").body(body).unwrap();
    /// # let signed = signer.sign(request(body)).map(Full::<bytes::Bytes>::from);
    /// # let unsigned = request(body).map(Full::<bytes::Bytes>::from);
    /// let response = service.clone().oneshot(signed).await?;
    /// assert_eq!(response.status(), 200);
    /// assert_eq!(response.into_body().bytes(), "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd");
    /// assert_eq!(service.oneshot(unsigned).await?.status(), 403);
    /// # Ok(())
    /// # }
    /// ```
    pub fn slack() -> Self {
        Self::new("slack", |head| answer(head).into())
    }
}

#[derive(Deserialize)]
struct UrlVerification<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    challenge: Cow<'a, str>,
}

fn answer(head: &Head<'_>) -> Option<Answer> {
    let asked: UrlVerification<'_> = head.verified_json()?;
    let challenge = (asked.kind == "url_verification").then(|| Challenge::new(&asked.challenge))??;
    Some(Answer::text(&challenge))
}
