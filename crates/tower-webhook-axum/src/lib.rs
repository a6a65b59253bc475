//! axum extractors for verified webhooks.
//!
//! **You can leave this crate out.** [`VerifyLayer`] is a tower layer and needs no adapter: behind it, axum's own
//! `Bytes`, `String` and `Json` see the verified body, and `Extension<VerifiedBody>` the proof. What this crate adds is
//! a handler that cannot be mounted without the layer and go unnoticed, and JSON that is parsed from the verified bytes
//! whatever the Content-Type says.
//!
//! ```
//! use axum::Router;
//! use axum::routing::post;
//! use serde::Deserialize;
//! use tower_webhook::{SigningSecret, Verifier, VerifyLayer};
//! use tower_webhook_axum::VerifiedJson;
//!
//! #[derive(Deserialize)]
//! struct Event {
//!     event: String,
//! }
//!
//! async fn receive(event: VerifiedJson<Event>) -> String {
//!     format!("thank you for {}", event.event)
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = SigningSecret::new("whk_demo")?;
//! # let signer = tower_webhook::sign::Signer::new(tower_webhook::scheme::Knowrithm, &secret);
//! let verify = VerifyLayer::new(Verifier::knowrithm(secret));
//! let app: Router = Router::new().route("/webhooks/knowrithm", post(receive).route_layer(verify));
//! # use tower::ServiceExt;
//! #
//! # let request = axum::http::Request::post("/webhooks/knowrithm").body(r#"{"event":"lead.created"}"#)?;
//! # let response = app.clone().oneshot(signer.sign(request).map(axum::body::Body::from)).await?;
//! # assert_eq!(axum::body::to_bytes(response.into_body(), 64).await?, "thank you for lead.created");
//! # let forged = axum::http::Request::post("/webhooks/knowrithm").body(axum::body::Body::empty())?;
//! # assert_eq!(app.oneshot(forged).await?.status(), 403);
//! # Ok(())
//! # }
//! ```
//!
//! # Where to put the layer
//!
//! In each of these places a webhook is verified, and an unsigned one is answered with 403. They differ in what else
//! stands behind the layer, and so in the answer to an unsigned request of
//!
//! | | another method | an unknown path |
//! |---|---|---|
//! | `post(receive).route_layer(verify)` | 405 | 404 |
//! | `post(receive).layer(verify)` | 403 | 404 |
//! | `Router::route_layer(verify)` | 403 | 404 |
//! | `Router::layer(verify)` | 403 | 403 |
//!
//! Each holds for the routes that were added before it.
//!
//! axum's `DefaultBodyLimit` lives in its extractors and does not reach a layer: the limit of a webhook is
//! [`Verifier::max_body`](tower_webhook::Verifier::max_body).
//!
//! [`VerifyLayer`]: https://docs.rs/tower-webhook/latest/tower_webhook/struct.VerifyLayer.html

mod extract;
mod rejection;

pub use extract::{Verified, VerifiedJson};
pub use rejection::{InvalidJson, MissingVerifyLayer, VerifiedJsonRejection};
