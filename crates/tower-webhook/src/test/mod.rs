//! For tests of a service behind the layer: requests as a provider sends them, and forged ones.
//!
//! ```
//! use axum::routing::post;
//! use axum::{Extension, Router};
//! use tower::ServiceExt;
//! use tower_webhook::scheme::Knowrithm;
//! use tower_webhook::test::RequestBuilder;
//! use tower_webhook::{SigningSecret, VerifiedBody, Verifier, VerifyLayer};
//!
//! async fn receive(Extension(body): Extension<VerifiedBody>) -> String {
//!     format!("{} bytes", body.bytes().len())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = SigningSecret::new("whk_demo")?;
//! let webhook = RequestBuilder::new(Knowrithm, &secret).uri("/webhooks");
//! let verify = VerifyLayer::new(Verifier::knowrithm(secret));
//! let app: Router = Router::new().route("/webhooks", post(receive).route_layer(verify));
//!
//! let event = r#"{"event": "agent.created"}"#;
//! let response = app.clone().oneshot(webhook.signed(event)).await?;
//! assert_eq!(axum::body::to_bytes(response.into_body(), 64).await?, "26 bytes");
//! for (forgery, request) in webhook.forgeries(event) {
//!     assert_eq!(app.clone().oneshot(request).await?.status(), 403, "{forgery:?}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Requests
//!
//! [`RequestBuilder`] takes every [`SigningScheme`](crate::scheme::SigningScheme), one of your own included. It makes a
//! `Request<`[`TestBody`]`>`, which axum, warp, hyper and every other tower service accept like the request of a
//! server. [`Forgery::ALL`] lists the classic ways to get around a signature, each with the [kind of
//! rejection](Forgery::rejection_kind) by which it is refused.
//!
//! # Bodies
//!
//! A [`TestBody`] arrives in the frames of your choice. It can pause, never end, break off, carry trailers, and lie
//! about its size. [`RequestBuilder::signed_as`] signs one content and sends another body:
//!
//! ```
//! use tower_webhook::scheme::Knowrithm;
//! use tower_webhook::test::{RequestBuilder, TestBody};
//! use tower_webhook::{RejectionKind, SigningSecret, Verifier};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = SigningSecret::new("whk_demo")?;
//! let webhook = RequestBuilder::new(Knowrithm, &secret);
//! let verifier = Verifier::knowrithm(secret);
//!
//! let in_bytes = webhook.signed_as("{}", TestBody::chunks("{}", 1));
//! assert!(verifier.verify_request(in_bytes).await.is_ok());
//!
//! let broken = webhook.signed_as("{}", TestBody::new().frame("{").fail());
//! let rejection = verifier.verify_request(broken).await.unwrap_err();
//! assert_eq!(rejection.kind(), RejectionKind::BodyRead);
//! # Ok(())
//! # }
//! ```
//!
//! # Time
//!
//! For schemes that sign a timestamp, give a [`TestClock`] to the verifier and to the builder. It moves only when the
//! test moves it.

mod body;
mod builder;
mod clock;
mod forgery;
#[cfg(test)]
mod tests;

pub use self::body::{BrokenBody, TestBody};
pub use self::builder::RequestBuilder;
pub use self::clock::TestClock;
pub use self::forgery::Forgery;
