//! Zoom's handshake.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::json;
use tower_webhook::scheme::Encoding;
use tower_webhook::{SigningSecret, VerifiedBody};

use crate::answer::Answer;
use crate::challenge::Challenge;
use crate::layer::HandshakeLayer;
use crate::responder::Head;
use crate::token_mac::TokenMac;

impl HandshakeLayer {
    /// Zoom's handshake. **Behind** the verifier: it is signed.
    ///
    /// **Sends** the JSON `{"event":"endpoint.url_validation","payload":{"plainToken":"…"}}` when the URL is entered,
    /// and every 72 hours.
    ///
    /// **Specified** in <https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint>.
    ///
    /// **Answers** 200 with the JSON `{"plainToken":"…","encryptedToken":"<hex>"}`: the token, and its HMAC-SHA256
    /// under the secret token. Zoom waits for 3 seconds. What Zoom signs has colons, and a token with one is not
    /// answered: so nobody can have a webhook signed here.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use http::Request;
    /// # use http_body_util::{BodyExt, Full};
    /// # use tower::{Layer, ServiceExt};
    /// # use tower_webhook::scheme::Zoom;
    /// # use tower_webhook::sign::Signer;
    /// # use tower_webhook::{SigningSecret, Verifier, VerifyLayer};
    /// use tower_webhook_handshake::HandshakeLayer;
    ///
    /// # let secret = SigningSecret::new("zoom_secret_token")?;
    /// # let signer = Signer::new(Zoom, &secret);
    /// # let verify = VerifyLayer::new(Verifier::new(Zoom, secret.clone()));
    /// # let inbox = tower::service_fn(async |_: Request<tower_webhook::BufferedBody>| {
    /// #     Ok::<_, std::convert::Infallible>(http::Response::new(tower_webhook::BufferedBody::default()))
    /// # });
    /// let service = verify.layer(HandshakeLayer::zoom(secret).layer(inbox));
    ///
    /// let body = r#"{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}"#;
    /// # let request = signer.sign(Request::post("/webhooks/zoom").body(body)?).map(Full::<bytes::Bytes>::from);
    /// let response = service.oneshot(request).await?;
    /// assert_eq!(response.status(), 200);
    /// let answer: serde_json::Value = serde_json::from_slice(response.into_body().bytes())?;
    /// assert_eq!(answer["plainToken"], "qgg8vlvZRS6UYooatFL8Aw");
    /// assert_eq!(answer["encryptedToken"], "bd48235863f4a6323ccc4963c594908b7c97f88b4a6a95278f4f093690b12726");
    /// # Ok(())
    /// # }
    /// ```
    pub fn zoom(secret_token: SigningSecret) -> Self {
        Self::zoom_with(move |_| Some(secret_token.clone()))
    }

    /// [Zoom's](Self::zoom) handshake where there are several secret tokens, because of tenants or of a rotation: the
    /// closure picks the one for a verified body, by its [owner](VerifiedBody::owner) or its
    /// [label](VerifiedBody::signed_by). With `None` the request passes on.
    pub fn zoom_with(secret_token: impl Fn(&VerifiedBody) -> Option<SigningSecret> + Send + Sync + 'static) -> Self {
        Self::new("zoom", move |head| answer(head, &secret_token).into())
    }
}

#[derive(Deserialize)]
struct UrlValidation<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(borrow)]
    payload: Payload<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    #[serde(borrow)]
    plain_token: Cow<'a, str>,
}

fn answer(head: &Head<'_>, secret_token: impl Fn(&VerifiedBody) -> Option<SigningSecret>) -> Option<Answer> {
    let asked: UrlValidation<'_> = head.verified_json()?;
    if asked.event != "endpoint.url_validation" {
        return None;
    }
    let token = Challenge::to_be_signed(&asked.payload.plain_token)?;
    let mac = TokenMac::new(&secret_token(head.verified()?)?, "", Encoding::Hex).of(&token);
    Some(Answer::json(
        &json!({ "plainToken": token.as_str(), "encryptedToken": mac }),
    ))
}
