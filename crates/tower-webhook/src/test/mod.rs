//! For tests of what stands behind the layer: requests as a provider sends them, and as a forger does.
//!
//! ```
//! use axum::routing::post;
//! use axum::{Extension, Router};
//! use tower::ServiceExt;
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
//! let webhook = RequestBuilder::knowrithm(&secret).uri("/webhooks");
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
//! [`RequestBuilder`] has a constructor for each scheme, as [`Verifier`](crate::Verifier) has. What it makes is a
//! `Request<`[`TestBody`]`>`, which axum, warp, hyper and every other tower service take as they take a request of a
//! server. [`Forgery::ALL`] are the classic ways to get around a signature; each says by which
//! [`Rejection`](crate::Rejection) it is refused.
//!
//! # Bodies
//!
//! [`TestBody`] comes in the frames that it is told, pauses, never ends, breaks off, carries trailers, and lies about its
//! size. [`RequestBuilder::signed_as`] signs one content and sends another body:
//!
//! ```
//! use tower_webhook::test::{RequestBuilder, TestBody};
//! use tower_webhook::{Rejection, SigningSecret, Verifier};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = SigningSecret::new("whk_demo")?;
//! let webhook = RequestBuilder::knowrithm(&secret);
//! let verifier = Verifier::knowrithm(secret);
//!
//! let in_bytes = webhook.signed_as("{}", TestBody::chunks("{}", 1));
//! assert!(verifier.verify_request(in_bytes).await.is_ok());
//!
//! let broken = webhook.signed_as("{}", TestBody::new().frame("{").fail());
//! assert_eq!(verifier.verify_request(broken).await.unwrap_err(), Rejection::BodyRead);
//! # Ok(())
//! # }
//! ```
//!
//! # Time
//!
//! For the schemes that sign a time, [`TestClock`] goes into verifier and builder, and moves when it is told.

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
