//! The tower middleware: a service behind it sees verified webhooks alone.
//!
//! # Use
//!
//! Put [`VerifyLayer`] in front of any service that takes a `Request<`[`BufferedBody`](crate::BufferedBody)`>`, or a
//! request with any body. A verified request carries the verified bytes twice, without a copy: as
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
//! use tower_webhook::scheme::Knowrithm;
//! use tower_webhook::sign::Signer;
//! use tower_webhook::{BufferedBody, Rejection, SigningSecret, Verifier, VerifyLayer};
//!
//! let secret = SigningSecret::new("whk_demo")?;
//! let signer = Signer::new(Knowrithm, &secret);
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
//! let rejection: &Rejection = response.extensions().get().expect("every refusal has one");
//! assert_eq!(rejection.code(), "missing_signature");
//! # Ok(())
//! # }
//! ```
//!
//! # Another answer
//!
//! A refusal is a response, never an error: the service's error is that of the inner service. By default the response
//! has an empty body; [`VerifyLayer::on_reject`] makes another one. Either way the [`Rejection`](crate::Rejection) is
//! in its extensions.
//!
//! # Order
//!
//! The signature covers the raw body. Put the layer outside of everything that changes or parses the body:
//! decompression, body parsers, middleware that collects it. Put it inside of everything that should see refusals:
//! tracing, metrics, request ids. [The guide](crate::_guide::order) has more.

mod future;
mod on_reject;
pub(crate) mod verify;
pub(crate) mod verify_layer;

pub use self::future::ResponseFuture;
pub use self::on_reject::{EmptyResponse, OnReject};
use self::verify::Verify;
#[cfg(doc)]
use self::verify_layer::VerifyLayer;
