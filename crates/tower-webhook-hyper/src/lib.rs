//! A native hyper service for verified webhooks.
//!
//! **You can leave this crate out** when your handler is a tower service: hyper-util's `TowerToHyperService` around a
//! [`Verify`](tower_webhook::Verify) is a hyper service, as [shown below](#with-tower). What this crate adds is
//! [`VerifyService`], for a server that uses no tower: a hyper service around a hyper service.
//!
//! ```
//! use std::convert::Infallible;
//!
//! use bytes::Bytes;
//! use http_body_util::Full;
//! use hyper::service::{Service, service_fn};
//! use hyper::{Request, Response};
//! use tower_webhook::{BufferedBody, SigningSecret, VerifiedBody, Verifier};
//! use tower_webhook_hyper::VerifyService;
//!
//! async fn receive(request: Request<BufferedBody>) -> Result<Response<Full<Bytes>>, Infallible> {
//!     let verified: &VerifiedBody = request.extensions().get().expect("`VerifyService` puts it there");
//!     Ok(Response::new(Full::new(verified.bytes().clone())))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = SigningSecret::new("whk_demo")?;
//! let service = VerifyService::new(service_fn(receive), Verifier::knowrithm(secret));
//!
//! // A server does this: `http1::Builder::new().serve_connection(io, service)`.
//! let signed = Request::post("/webhooks/knowrithm")
//!     .header(
//!         "x-knowrithm-signature",
//!         "sha256=61d5dd2ee53e48999c812fa34687780c240cd9f7c183ab778c801adc91ba8e5d",
//!     )
//!     .body(Full::<Bytes>::from("{}"))?;
//! assert_eq!(service.call(signed).await?.status(), 200);
//!
//! let unsigned = Request::post("/webhooks/knowrithm").body(Full::<Bytes>::from("{}"))?;
//! assert_eq!(service.call(unsigned).await?.status(), 403);
//! # Ok(())
//! # }
//! ```
//!
//! The service verifies every request that reaches it. Decide on path and method first, in a service in front, and what
//! is no webhook costs nothing.
//!
//! # With tower
//!
//! ```
//! # use std::convert::Infallible;
//! # use bytes::Bytes;
//! # use http_body_util::Full;
//! # use hyper::service::Service;
//! # use hyper::{Request, Response};
//! # use tower_webhook::{BufferedBody, SigningSecret, Verifier, Verify};
//! use hyper_util::service::TowerToHyperService;
//! use tower::service_fn;
//!
//! # async fn receive(_: Request<BufferedBody>) -> Result<Response<Full<Bytes>>, Infallible> {
//! #     Ok(Response::default())
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let verifier = Verifier::knowrithm(SigningSecret::new("whk_demo")?);
//! let service = TowerToHyperService::new(Verify::new(service_fn(receive), verifier));
//! # let unsigned = Request::new(Full::<Bytes>::from("{}"));
//! # assert_eq!(service.call(unsigned).await?.status(), 403);
//! # Ok(())
//! # }
//! ```

mod always_ready;
mod future;
mod service;

pub use future::ResponseFuture;
pub use service::VerifyService;
