//! Twitch's handshake.

use std::borrow::Cow;

use http::HeaderName;
use serde::Deserialize;

use crate::answer::Answer;
use crate::challenge::Challenge;
use crate::layer::HandshakeLayer;
use crate::responder::Head;

static MESSAGE_TYPE: HeaderName = HeaderName::from_static("twitch-eventsub-message-type");

impl HandshakeLayer {
    /// Twitch's handshake, for EventSub. **Behind** the verifier: it is signed.
    ///
    /// **Sends** the header `Twitch-Eventsub-Message-Type: webhook_callback_verification`, which is not signed, and
    /// JSON with a `challenge` when a subscription is made. (The message type `revocation` passes on: any 2xx will do.)
    ///
    /// **Specified** in <https://dev.twitch.tv/docs/eventsub/handling-webhook-events/>.
    ///
    /// **Answers** 200 with the challenge as plain text.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use http::Request;
    /// # use http_body_util::{BodyExt, Full};
    /// # use tower::{Layer, ServiceExt};
    /// # use tower_webhook::scheme::Twitch;
    /// # use tower_webhook::sign::Signer;
    /// # use tower_webhook::{SigningSecret, Verifier, VerifyLayer};
    /// use tower_webhook_handshake::HandshakeLayer;
    ///
    /// # let secret = SigningSecret::new("s3cre77890ab")?;
    /// # let signer = Signer::new(Twitch, &secret);
    /// # let verify = VerifyLayer::new(Verifier::new(Twitch, secret));
    /// # let inbox = tower::service_fn(async |_: Request<tower_webhook::BufferedBody>| {
    /// #     Ok::<_, std::convert::Infallible>(http::Response::new(tower_webhook::BufferedBody::default()))
    /// # });
    /// let service = verify.layer(HandshakeLayer::twitch().layer(inbox));
    ///
    /// let request = Request::post("/webhooks/twitch")
    ///     .header("twitch-eventsub-message-type", "webhook_callback_verification")
    ///     .body(r#"{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{"type":"channel.follow"}}"#)?;
    /// # let request = signer.sign(request).map(Full::<bytes::Bytes>::from);
    /// let response = service.oneshot(request).await?;
    /// assert_eq!(response.status(), 200);
    /// assert_eq!(response.into_body().bytes(), "pogchamp-kappa-360noscope-vohiyo");
    /// # Ok(())
    /// # }
    /// ```
    pub fn twitch() -> Self {
        Self::new("twitch", |head| answer(head).into())
    }
}

#[derive(Deserialize)]
struct Verification<'a> {
    #[serde(borrow)]
    challenge: Cow<'a, str>,
}

fn answer(head: &Head<'_>) -> Option<Answer> {
    if head.headers.get(&MESSAGE_TYPE)? != "webhook_callback_verification" {
        return None;
    }
    let asked: Verification<'_> = head.verified_json()?;
    let challenge = Challenge::new(&asked.challenge)?;
    Some(Answer::text(&challenge))
}
