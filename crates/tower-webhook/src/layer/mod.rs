//! The tower middleware: a service behind it sees verified webhooks alone.
//!
//! # Use
//!
//! Put [`VerifyLayer`] in front of any service that takes a `Request<`[`BufferedBody`](crate::BufferedBody)`>`, or a
//! request of any body. What passes on has the verified bytes twice, without a copy: as
//! [`VerifiedBody`](crate::VerifiedBody) in the extensions, which is the proof, and as the body, so that ordinary body
//! extractors go on working.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::convert::Infallible;
//!
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//! use tower_webhook::sign::Signer;
//! use tower_webhook::{BufferedBody, Rejection, SigningSecret, Verifier, VerifyLayer};
//!
//! let secret = SigningSecret::new("whk_demo")?;
//! let signer = Signer::knowrithm(&secret);
//!
//! let service = ServiceBuilder::new()
//!     .layer(VerifyLayer::new(Verifier::knowrithm(secret)))
//!     .service(service_fn(async |request: Request<BufferedBody>| {
//!         Ok::<_, Infallible>(Response::new(Full::new(request.into_body().into_bytes())))
//!     }));
//!
//! let request = signer.sign(Request::new("{}")).map(Full::<bytes::Bytes>::from);
//! let response = service.clone().oneshot(request).await?;
//! assert_eq!(response.status(), 200);
//!
//! let unsigned = Request::new(Full::<bytes::Bytes>::from("{}"));
//! let response = service.oneshot(unsigned).await?;
//! assert_eq!(response.status(), 403);
//! assert_eq!(response.extensions().get(), Some(&Rejection::MissingSignature));
//! # Ok(())
//! # }
//! ```
//!
//! # Another answer
//!
//! A refusal is a response, never an error: the service's error is that of the inner service. By default it has an empty
//! body and the [`Rejection`](crate::Rejection) in its extensions; [`VerifyLayer::on_reject`] makes another.
//!
//! # Order
//!
//! The signature is that of the raw body, so verification comes before whatever changes or parses it: decompression, body
//! parsers, a body that is collected elsewhere. It comes after (inside of) what should see refusals too: tracing, metrics,
//! request ids.
//!
//! A concurrency limit may stand on either side. Outside of this layer, a request takes its place while its body is still
//! on its way. So it does on the inside, because the service that is called is the one that was polled ready. Whoever sends
//! a well-formed signature, right or wrong, and then a body byte by byte, keeps that place until
//! [`read_timeout`](crate::Verifier#method.read_timeout). Where places are few, take one in the handler, from a semaphore:
//! the handler is called when the body is verified. Or shorten the timeout.
//!
//! Limits that live in a framework's extractors, as axum's `DefaultBodyLimit` does, do not reach a layer; the limit here is
//! [`Verifier::max_body`](crate::Verifier::max_body).
#![allow(clippy::module_inception, reason = "the file of the layer is the layer's")]

mod future;
mod layer;
mod on_reject;
mod service;

pub use self::future::ResponseFuture;
pub use self::layer::VerifyLayer;
pub use self::on_reject::{EmptyResponse, OnReject};
pub use self::service::Verify;
