//! Xero's handshake.

use http::StatusCode;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::answer::Answer;
use crate::layer::HandshakeLayer;

impl HandshakeLayer {
    /// Xero's handshake, its intent to receive. **Behind** the verifier: it is signed.
    ///
    /// **Sends** several POSTs when a subscription is made: the JSON of a webhook without events and with sequence
    /// numbers of 0. Some have a wrong signature on purpose, for which Xero wants an empty 401: the scheme
    /// [`Xero`](tower_webhook::scheme::Xero) has that status.
    ///
    /// **Specified** in <https://developer.xero.com/documentation/webhooks/configuring-your-server>.
    ///
    /// **Answers** those that verify with an empty 200, so that no inbox stores them. Xero waits for 5 seconds.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use http_body_util::{BodyExt, Full};
    /// # use tower::{Layer, ServiceExt};
    /// # use http::{Request, Response};
    /// # use tower_webhook::BufferedBody;
    /// use tower_webhook::scheme::Xero;
    /// # use tower_webhook::sign::Signer;
    /// use tower_webhook::{SigningSecret, Verifier, VerifyLayer};
    /// use tower_webhook_handshake::HandshakeLayer;
    ///
    /// let secret = SigningSecret::new("webhook_key")?;
    /// # let signer = Signer::new(Xero, &secret);
    /// # let inbox = tower::service_fn(async |_: Request<BufferedBody>| {
    /// #     Ok::<_, std::convert::Infallible>(Response::new(BufferedBody::default()))
    /// # });
    /// let verify = VerifyLayer::new(Verifier::new(Xero, secret));
    /// let service = verify.layer(HandshakeLayer::xero().layer(inbox));
    ///
    /// let body = r#"{"events":[],"lastEventSequence":0,"firstEventSequence":0,"entropy":"FXUN"}"#;
    /// # let request = |body| Request::post("/webhooks/xero").body(body).unwrap();
    /// # let right = signer.sign(request(body)).map(Full::<bytes::Bytes>::from);
    /// # let mut wrong = signer.sign(request("{}")).map(Full::<bytes::Bytes>::from);
    /// # *wrong.body_mut() = Full::from(body);
    /// assert_eq!(service.clone().oneshot(right).await?.status(), 200);
    /// assert_eq!(service.oneshot(wrong).await?.status(), 401);
    /// # Ok(())
    /// # }
    /// ```
    pub fn xero() -> Self {
        Self::new("xero", |head| {
            let asks = head.verified_json().is_some_and(|intent: Intent| intent.is_empty());
            asks.then(|| Answer::empty(StatusCode::OK)).into()
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Intent {
    events: Vec<IgnoredAny>,
    first_event_sequence: u64,
    last_event_sequence: u64,
}

impl Intent {
    fn is_empty(&self) -> bool {
        self.events.is_empty() && self.first_event_sequence == 0 && self.last_event_sequence == 0
    }
}
