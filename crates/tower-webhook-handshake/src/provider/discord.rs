//! Discord's handshakes.

use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use serde_json::json;

use crate::answer::Answer;
use crate::layer::HandshakeLayer;
use crate::responder::Head;

impl HandshakeLayer {
    /// Discord's handshake for an interactions endpoint. **Behind** the verifier: it is signed.
    ///
    /// **Sends** JSON with the `type` 1, a PING, when the URL is saved. There and later it also sends wrong signatures
    /// on purpose, and wants 401 for them: the scheme `Discord` of `tower-webhook` has that status.
    ///
    /// **Specified** in <https://docs.discord.com/developers/interactions/overview>.
    ///
    /// **Answers** 200 with the JSON `{"type":1}`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use http::Request;
    /// # use http_body_util::{BodyExt, Full};
    /// # use tower::{Layer, ServiceExt};
    /// # use tower_webhook::scheme::Discord;
    /// # use tower_webhook::sign::Signer;
    /// # use tower_webhook::{Ed25519PrivateKey, Verifier, VerifyLayer};
    /// use tower_webhook_handshake::HandshakeLayer;
    ///
    /// # let key = Ed25519PrivateKey::new("01".repeat(32))?;
    /// # let signer = Signer::new(Discord, &key);
    /// # let verify = VerifyLayer::new(Verifier::new(Discord, key.public_key()));
    /// # let inner = tower::service_fn(async |_: Request<tower_webhook::BufferedBody>| {
    /// #     Ok::<_, std::convert::Infallible>(http::Response::new(tower_webhook::BufferedBody::default()))
    /// # });
    /// let service = verify.layer(HandshakeLayer::discord_interactions().layer(inner));
    ///
    /// let request = Request::post("/interactions").body(r#"{"id":"1","type":1}"#)?;
    /// # let request = signer.sign(request).map(Full::<bytes::Bytes>::from);
    /// let response = service.oneshot(request).await?;
    /// assert_eq!(response.status(), 200);
    /// assert_eq!(response.into_body().bytes(), r#"{"type":1}"#);
    /// # Ok(())
    /// # }
    /// ```
    pub fn discord_interactions() -> Self {
        Self::new("discord_interactions", |head| {
            is_type(head, 1).then(|| Answer::json(&json!({ "type": 1 }))).into()
        })
    }

    /// Discord's handshake for webhook events. **Behind** the verifier: it is signed.
    ///
    /// **Sends** JSON with the `type` 0, a PING, when the URL is saved. (Here an event has the type 1, so the two
    /// handshakes of Discord cannot share a route.) Wrong signatures are sent on purpose, as to
    /// [interactions](Self::discord_interactions).
    ///
    /// **Specified** in <https://docs.discord.com/developers/events/webhook-events>.
    ///
    /// **Answers** an empty 204 with a `Content-Type`, as that page demands.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use http::Request;
    /// # use http_body_util::{BodyExt, Full};
    /// # use tower::{Layer, ServiceExt};
    /// # use tower_webhook::scheme::Discord;
    /// # use tower_webhook::sign::Signer;
    /// # use tower_webhook::{Ed25519PrivateKey, Verifier, VerifyLayer};
    /// use tower_webhook_handshake::HandshakeLayer;
    ///
    /// # let key = Ed25519PrivateKey::new("01".repeat(32))?;
    /// # let signer = Signer::new(Discord, &key);
    /// # let verify = VerifyLayer::new(Verifier::new(Discord, key.public_key()));
    /// # let inbox = tower::service_fn(async |_: Request<tower_webhook::BufferedBody>| {
    /// #     Ok::<_, std::convert::Infallible>(http::Response::new(tower_webhook::BufferedBody::default()))
    /// # });
    /// let service = verify.layer(HandshakeLayer::discord_events().layer(inbox));
    ///
    /// let request = Request::post("/webhooks/discord").body(r#"{"version":1,"application_id":"1","type":0}"#)?;
    /// # let request = signer.sign(request).map(Full::<bytes::Bytes>::from);
    /// assert_eq!(service.oneshot(request).await?.status(), 204);
    /// # Ok(())
    /// # }
    /// ```
    pub fn discord_events() -> Self {
        Self::new("discord_events", |head| {
            let json = HeaderValue::from_static("application/json");
            let answer = || Answer::empty(StatusCode::NO_CONTENT).header(CONTENT_TYPE, json);
            is_type(head, 0).then(answer).into()
        })
    }
}

#[derive(Deserialize)]
struct Typed {
    #[serde(rename = "type")]
    kind: u64,
}

fn is_type(head: &Head<'_>, kind: u64) -> bool {
    head.verified_json().is_some_and(|typed: Typed| typed.kind == kind)
}
