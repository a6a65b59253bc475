//! Verify HMAC-signed webhooks in any tower service, before a handler sees a byte.
//!
//! ```
//! use axum::routing::post;
//! use axum::{Extension, Router};
//! use tower_webhook::{SigningSecret, VerifiedBody, Verifier, VerifyLayer};
//!
//! async fn receive(Extension(body): Extension<VerifiedBody>) -> String {
//!     format!("{} bytes, every one of them signed", body.bytes().len())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use tower::ServiceExt;
//! let secret = SigningSecret::new("whk_demo")?;
//! # let signer = tower_webhook::sign::Signer::knowrithm(&secret);
//! let verify = VerifyLayer::new(Verifier::knowrithm(secret));
//! let app: Router = Router::new().route("/webhooks/knowrithm", post(receive).route_layer(verify));
//! # let post = || axum::http::Request::post("/webhooks/knowrithm");
//! # let response = app.clone().oneshot(signer.sign(post().body("{}")?).map(axum::body::Body::from)).await?;
//! # assert_eq!(axum::body::to_bytes(response.into_body(), 64).await?, "2 bytes, every one of them signed");
//! # assert_eq!(app.oneshot(post().body(axum::body::Body::empty())?).await?.status(), 403);
//! # Ok(())
//! # }
//! ```
//!
//! A provider signs the raw body of each webhook with a secret that it shares with you, and sends the signature in a
//! header. This crate checks it at the edge of a service. What passes is genuine; everything else is refused without
//! telling the peer why.
//!
//! # The way of a request
//!
//! A request's *scheme* reads the signature header. [`VerifyRequest`] collects and hashes the body. The *MAC* is compared,
//! in constant time. A [`VerifiedBody`] goes into the extensions, and the [`layer`] calls the inner service.
//!
//! Nothing of a body is read before its signature header was judged well formed. The body is bounded in size and in time
//! (2 MiB and 30 s unless [told otherwise](Verifier::max_body)), hashed as it comes, and not copied when it comes in one
//! frame.
//!
//! # Answers
//!
//! | request | answer | [`code`](Rejection::code) |
//! |---|---|---|
//! | verified | the inner service's | |
//! | signature header missing | 403, empty | `missing_signature` |
//! | more than one signature header | 403, empty | `duplicate_signature` |
//! | signature header of another form | 403, empty | `malformed_signature` |
//! | another body, secret or signature | 403, empty | `signature_mismatch` |
//! | a signed time that is missing, malformed, too old, ahead | 403, empty | `missing_timestamp`, `malformed_timestamp`, `timestamp_too_old`, `timestamp_in_future` |
//! | no secret is known, or they cannot be looked up | 403, 503, empty | `unknown_key`, `secret_source` |
//! | body larger than the limit | 413, empty | `body_too_large` |
//! | body ends in an error | 400, empty | `body_read` |
//! | body not complete in time | 408, empty | `body_timeout` |
//!
//! The reason is in the response's extensions, as a [`Rejection`], and with the `tracing` feature in one event at debug
//! level.
//!
//! # Providers and secrets
//!
//! [`Verifier`] has a constructor for each provider; the module [`scheme`] is for those that it does not know. Each takes
//! whatever becomes [`Keys`]: one [`SigningSecret`], a set of [`Secrets`] while they rotate, a [`SecretsHandle`] whose set is
//! replaced without a restart, or a [`SecretSource`] that looks them up for each request.
//!
//! # Without a server
//!
//! With `default-features = false` this is a verifier and nothing else: no body type, no tower, no runtime. A body in hand
//! goes to [`Verifier::verify`]; one that arrives in pieces to [`Verifier::begin`].
//!
//! # Other crates of the family
//!
//! The layer needs no adapter in axum, around `warp::service`, or behind hyper-util's `TowerToHyperService`.
//! `tower-webhook-axum` adds extractors, `tower-webhook-warp` a filter, `tower-webhook-hyper` a service for servers that
//! use no tower.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `layer` | yes | [`VerifyLayer`] and [`Verifier::verify_request`]; without `timeout` they wait for a body for ever |
//! | `timeout` | yes | the deadline of a body, [`Verifier::read_timeout`], on tokio's timer; brings `layer` |
//! | `sign` | | [`sign::Signer`], the sender's side, for tests, demonstrations and senders |
//! | `test-util` | | [`mod@test`]: signed requests, forgeries, bodies and a clock, for tests of what stands behind the layer |
//! | `tracing` | | one event per verdict |
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(all(feature = "layer", feature = "timeout", feature = "sign")),
    allow(
        rustdoc::broken_intra_doc_links,
        reason = "what a feature brings is named by what does not need it; with all of them each link leads somewhere"
    )
)]

#[cfg(feature = "layer")]
mod body;
mod clock;
#[cfg(feature = "layer")]
mod collect;
#[cfg(feature = "layer")]
mod deadline;
mod error;
mod handle;
mod keys;
#[cfg(feature = "layer")]
pub mod layer;
mod mac;
mod origin;
mod providers;
mod rejection;
pub mod scheme;
mod secret;
mod secrets;
#[cfg(feature = "sign")]
pub mod sign;
mod signing_key;
#[cfg(feature = "layer")]
mod source;
#[cfg(feature = "test-util")]
pub mod test;
mod trace;
mod verification;
mod verified;
mod verifier;
#[cfg(feature = "layer")]
mod verify_request;

#[cfg(feature = "layer")]
pub use body::BufferedBody;
pub use clock::Clock;
pub use error::ConfigError;
pub use handle::SecretsHandle;
pub use keys::Keys;
#[cfg(feature = "layer")]
pub use layer::{Verify, VerifyLayer};
pub use rejection::Rejection;
pub use scheme::{HmacSha256Scheme, Scheme, SignatureHeader};
pub use secret::SigningSecret;
pub use secrets::Secrets;
#[cfg(feature = "layer")]
pub use source::{PerRequest, SecretSource};
pub use verification::Verification;
pub use verified::VerifiedBody;
pub use verifier::Verifier;
#[cfg(feature = "layer")]
pub use verify_request::VerifyRequest;
