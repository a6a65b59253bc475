//! Where the layer belongs among other layers, and on which routes.
//!
//! # Among other layers
//!
//! - **Outside of** decompression, body parsers, and every other layer that reads or changes the body: the signature
//!   covers the raw bytes. A provider that signs before it compresses [is the exception](super::bodies).
//! - **Inside of** tracing, metrics and request ids, which should see refusals too. They find the
//!   [`Rejection`](crate::Rejection) in the extensions of the response.
//! - **On either side of** `ConcurrencyLimit`, `Buffer` and `LoadShed`.
//!
//! tower's `ServiceBuilder` applies layers from the outside in, axum's `layer` methods from the inside out.
//!
//! # Concurrency limits
//!
//! On either side of the layer, a request holds its permit while its body is on the way. A stranger who sends a
//! well-formed signature and then a body byte by byte keeps that permit for the [read
//! timeout](crate::Verifier#method.read_timeout). Where permits are few, acquire one from a semaphore in the handler,
//! which is called with a verified body; or shorten the timeout.
//!
//! # Body limits of frameworks
//!
//! axum's `DefaultBodyLimit` lives in its extractors and does not reach a layer. The limit of a webhook is
//! [`Verifier::max_body`](crate::Verifier::max_body).
//!
//! # Routes in axum
//!
//! `post(receive).route_layer(verify)` leaves 405 and 404 to the router. Every other place verifies webhooks as well,
//! but answers more of the remaining requests with 403: the page of `tower-webhook-axum` has the table. In warp, the
//! path and the method come before the filter `verified`; the page of `tower-webhook-warp` says why.
