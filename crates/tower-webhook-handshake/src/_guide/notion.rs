//! Notion: the secret comes in the first request, in clear.
//!
//! Notion signs its webhooks with the verification token of the subscription. It sends that token once, when the
//! subscription is made: a POST whose body is `{"verification_token":"secret_…"}`, without a signature. You answer with
//! 2xx, and paste the token into Notion's form. From then on `X-Notion-Signature` is `sha256=` and the HMAC-SHA256 of
//! the body in hex. (<https://developers.notion.com/reference/webhooks>)
//!
//! So the endpoint has to believe one unsigned request, and a stranger can send it too. Three rules keep that harmless:
//!
//! - Take a token only while you have none and are setting the subscription up. Here that is until the first one.
//! - Take one of the right form, from a short body.
//! - Look at what you paste: a token of a stranger is not the one that Notion waits for, and its form says so. Then
//!   remove the stranger's and ask Notion to send the token again.
//!
//! [`SecretSource`](tower_webhook::SecretSource) gives the verifier the token as soon as it is there. Until then every
//! webhook is refused. In front of the verifier, a middleware takes the token:
//!
//! ```
//! use std::convert::Infallible;
//! use std::sync::{Arc, OnceLock};
//!
//! use axum::Router;
//! use axum::body::{Body, to_bytes};
//! use axum::extract::{Request, State};
//! use axum::http::request::Parts;
//! use axum::http::StatusCode;
//! use axum::middleware::{Next, from_fn_with_state};
//! use axum::response::{IntoResponse, Response};
//! use axum::routing::post;
//! use tower_webhook::scheme::Notion;
//! use tower_webhook::{SecretSource, Secrets, SigningSecret, Verifier, VerifyLayer};
//!
//! /// The verification token, once there is one. Keep it in a file or a store of secrets, to survive a restart.
//! #[derive(Clone, Default)]
//! struct Token(Arc<OnceLock<SigningSecret>>);
//!
//! impl SecretSource for Token {
//!     type Error = Infallible;
//!
//!     async fn secrets(&self, _: &Parts) -> Result<Option<Secrets>, Infallible> {
//!         Ok(self.0.get().cloned().map(Secrets::new))
//!     }
//! }
//!
//! /// Takes the first token that is offered, and passes on everything else.
//! async fn take_once(State(token): State<Token>, request: Request, next: Next) -> Response {
//!     if token.0.get().is_some() || request.headers().contains_key("x-notion-signature") {
//!         return next.run(request).await;
//!     }
//!     let Ok(body) = to_bytes(request.into_body(), 1024).await else {
//!         return StatusCode::FORBIDDEN.into_response();
//!     };
//!     let taken = offered(&body).is_some_and(|secret| token.0.set(secret).is_ok());
//!     let status = if taken { StatusCode::OK } else { StatusCode::FORBIDDEN };
//!     status.into_response()
//! }
//!
//! fn offered(body: &[u8]) -> Option<SigningSecret> {
//!     let body: serde_json::Value = serde_json::from_slice(body).ok()?;
//!     let token = body.get("verification_token")?.as_str()?;
//!     let is_token = token.starts_with("secret_") && token.bytes().all(|byte| byte.is_ascii_graphic());
//!     // Show it to the operator, who pastes it into Notion: it is a secret, so not in a log.
//!     is_token.then(|| SigningSecret::from_peer(token).ok())?
//! }
//!
//! async fn receive() {}
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let token = Token::default();
//! let verify = VerifyLayer::new(Verifier::per_request(Notion, token.clone()));
//! let route = post(receive).route_layer(verify).route_layer(from_fn_with_state(token, take_once));
//! let app: Router = Router::new().route("/webhooks/notion", route);
//!
//! # use tower::ServiceExt;
//! # let send = async |signature: Option<&str>, body: &str| {
//! #     let mut request = Request::post("/webhooks/notion");
//! #     if let Some(signature) = signature {
//! #         request = request.header("x-notion-signature", signature);
//! #     }
//! #     let request = request.body(Body::from(body.to_owned())).unwrap();
//! #     app.clone().oneshot(request).await.unwrap().status()
//! # };
//! // The token and the signature are those of Notion's page.
//! let first = r#"{"verification_token":"secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"}"#;
//! let signature = "sha256=461e8cbcba8a75c3edd866f0e71280f5a85cbf21eff040ebd10fe266df38a735";
//! # assert_eq!(send(Some(signature), first).await, 403);
//! # assert_eq!(send(None, "{}").await, 403);
//! assert_eq!(send(None, first).await, 200);
//! assert_eq!(send(None, first).await, 403);
//! assert_eq!(send(None, r#"{"verification_token":"secret_of_a_stranger"}"#).await, 403);
//! assert_eq!(send(Some(signature), first).await, 200);
//! # Ok(())
//! # }
//! ```
