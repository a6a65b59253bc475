//! The layer: it makes the services.

use std::fmt;
use std::sync::Arc;

use tower_layer::Layer;

use crate::forbidden::Forbidden;
use crate::responder::{Head, Reply, Responder};
use crate::service::Handshake;

/// A [`Layer`] that answers the handshake of one provider, and passes on every other request; see the
/// [crate's page](crate) for its place.
///
/// Each constructor is a provider, and its page says what the provider sends and what is answered. Two providers on one
/// route are two layers.
#[derive(Clone)]
#[must_use]
pub struct HandshakeLayer {
    responder: Responder,
}

impl HandshakeLayer {
    pub(crate) fn new(provider: &'static str, reply: impl Fn(&Head<'_>) -> Reply + Send + Sync + 'static) -> Self {
        let reply = Arc::new(reply);
        Self {
            responder: Responder { provider, reply },
        }
    }

    /// The handshake as a service of its own, for a route that serves nothing else: every other request is answered
    /// with an empty 403.
    ///
    /// ```
    /// use axum::Router;
    /// use axum::routing::post;
    /// use tower_webhook::{SigningSecret, Token, Verifier, VerifyLayer};
    /// use tower_webhook_handshake::HandshakeLayer;
    ///
    /// # use axum::body::Body;
    /// # use axum::http::Request;
    /// # use tower::ServiceExt;
    /// # async fn receive() {}
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let verify = VerifyLayer::new(Verifier::knowrithm(SigningSecret::new("whk_demo")?));
    /// let handshake = HandshakeLayer::meta(Token::new("tk_4f1d")?);
    /// let route = post(receive).route_layer(verify).get_service(handshake.into_service());
    /// let app: Router = Router::new().route("/webhooks/meta", route);
    /// # let asks = "/webhooks/meta?hub.mode=subscribe&hub.verify_token=tk_4f1d&hub.challenge=1158201444";
    /// # let answer = app.clone().oneshot(Request::get(asks).body(Body::empty())?).await?;
    /// # assert_eq!(axum::body::to_bytes(answer.into_body(), 64).await?, "1158201444");
    /// # assert_eq!(app.oneshot(Request::get("/webhooks/meta").body(Body::empty())?).await?.status(), 403);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn into_service(self) -> Handshake<Forbidden> {
        Handshake::new(Forbidden, self.responder)
    }
}

impl<S> Layer<S> for HandshakeLayer {
    type Service = Handshake<S>;

    fn layer(&self, inner: S) -> Handshake<S> {
        Handshake::new(inner, self.responder.clone())
    }
}

/// Prints the name of the provider.
impl fmt::Debug for HandshakeLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HandshakeLayer({})", self.responder.provider)
    }
}
