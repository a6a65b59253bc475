//! A warp filter for verified webhooks.
//!
//! **You can leave this crate out** when you serve a `warp::service` yourself, and all of it is webhooks: a
//! [`VerifyLayer`](tower_webhook::VerifyLayer) goes around it, as [shown below](#with-the-layer). What this crate adds
//! is a filter for one route among others, under `warp::serve`.
//!
//! ```
//! use tower_webhook::{SigningSecret, VerifiedBody, Verifier};
//! use tower_webhook_warp::{recover, verified};
//! use warp::Filter;
//!
//! fn receive(body: VerifiedBody) -> String {
//!     format!("{} bytes, every one of them signed", body.bytes().len())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = Verifier::knowrithm(SigningSecret::new("whk_demo")?);
//! let route = warp::path!("webhooks" / "knowrithm")
//!     .and(warp::post())
//!     .and(verified(verifier))
//!     .map(receive)
//!     .recover(recover);
//!
//! // A server does this: `warp::serve(route).run(([127, 0, 0, 1], 5000))`.
//! let post = || warp::test::request().method("POST").path("/webhooks/knowrithm").body("{}");
//! let signature = "sha256=61d5dd2ee53e48999c812fa34687780c240cd9f7c183ab778c801adc91ba8e5d";
//! let response = post().header("x-knowrithm-signature", signature).reply(&route).await;
//! assert_eq!(response.body(), "2 bytes, every one of them signed");
//!
//! let response = post().reply(&route).await;
//! assert_eq!(response.status(), 403);
//! # Ok(())
//! # }
//! ```
//!
//! # Where to put the filter
//!
//! [`verified`] comes **last in its route, after the path and then the method**. Before them it takes the body of
//! requests that are meant for other routes. (Path before method, because the other way round warp answers 405 to a GET
//! of a path that nobody serves.)
//!
//! [`recover`] comes **at the end of that same route**, before any `or`. It answers what [`verified`] refused, and
//! leaves 404, 405 and every other rejection to the routes that follow, or to warp. A route without it fails closed,
//! but badly: warp's own answer is a 500.
//!
//! At the end of several routes, `a.or(b).recover(recover)` answers a refused request with 403 as well, but only after
//! warp has tried the other routes: a rejection asks it to. Another route that matches the request answers it, signed
//! or not. By then the body is consumed, so a second `verified`, or `warp::body` of any kind, rejects. For two secrets
//! on one path use a set, `Secrets::new(a).and(b)`, not two routes.
//!
//! # With the layer
//!
//! ```
//! use tower::Layer;
//! use tower_webhook::{SigningSecret, VerifiedBody, Verifier, VerifyLayer};
//! use warp::Filter;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use tower::ServiceExt;
//! let filter = warp::ext::get().map(|body: VerifiedBody| body.into_bytes().to_vec());
//! let verifier = Verifier::knowrithm(SigningSecret::new("whk_demo")?);
//! let service = VerifyLayer::new(verifier).layer(warp::service(filter));
//! # let unsigned = warp::http::Request::new(tower_webhook::BufferedBody::new("{}"));
//! # assert_eq!(service.oneshot(unsigned).await?.status(), 403);
//! # Ok(())
//! # }
//! ```
//!
//! Such a service is served by hyper-util, through its `TowerToHyperService`. It answers 403 to what is unsigned on
//! every path, where the filter leaves 404 and 405 to warp.

mod filter;
mod reject;

pub use filter::verified;
pub use reject::{Unverified, recover};
