//! Verify the signatures of webhooks in any tower service, before a handler sees a byte.
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
//! # let signer = tower_webhook::sign::Signer::new(tower_webhook::scheme::Knowrithm, &secret);
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
//! Most providers sign the raw body of each webhook with a secret that they share with you, and send the signature in a
//! header; others have a private key, sign other parts of the request, or show a token. This crate checks the signature
//! at the edge of a service. Genuine requests pass on; all others are refused, and the peer does not learn why.
//!
//! # How a request is verified
//!
//! The [`scheme`] reads the signature header. [`VerifyRequest`] collects and hashes the body. The MAC is compared in
//! constant time. A [`VerifiedBody`] goes into the extensions of the request, and the [`layer`] calls the inner
//! service.
//!
//! The head is judged before a byte of the body is read. The body is limited in size and in time (2 MiB and 30 s unless
//! the scheme or the receiver [sets another limit](Verifier::max_body)), hashed as it arrives, and not copied when it
//! arrives in one frame. The bodies of all requests of a verifier are limited together too, by a [`Budget`] of 64 MiB.
//!
//! # Answers
//!
//! | request | answer | [`code`](Rejection::code) |
//! |---|---|---|
//! | verified | that of the inner service | |
//! | signature header missing | 403 | `missing_signature` |
//! | more than one signature header | 403 | `duplicate_signature` |
//! | signature header in another form | 403 | `malformed_signature` |
//! | another body, secret or signature | 403 | `signature_mismatch` |
//! | signed timestamp missing, malformed, too old, in the future | 403 | `missing_timestamp`, `malformed_timestamp`, `timestamp_too_old`, `timestamp_in_future` |
//! | no secret is known | 403 | `unknown_secret` |
//! | the lookup of secrets failed | 503, `Retry-After: 10` | `secret_source` |
//! | the memory budget for bodies is exhausted | 503, `Retry-After: 10` | `over_budget` |
//! | body larger than the limit | 413 | `body_too_large` |
//! | body ends in an error | 400 | `body_read` |
//! | body not complete in time | 408 | `body_timeout` |
//!
//! The body of every refusal is empty. A provider that demands 401 in place of 403 has it by its scheme, and
//! [`Verifier::refuse_with`] sets another one. The [`Rejection`] is in the extensions of the response and, with the
//! feature `tracing`, in one event at debug level. A request that is refused by its head is not read: a sender that
//! goes on sending its body may see a closed connection instead of the 403 or 413.
//!
//! # Schemes and secrets
//!
//! [`Verifier::new`] takes a [`scheme`] and its secrets: one [`SigningSecret`], a set of [`Secrets`] while they rotate,
//! or a [`SecretsHandle`] whose set is replaced without a restart. [`Verifier::per_request`] looks them up for each
//! request.
//!
//! # Guide
//!
//! - [Troubleshooting](_guide::troubleshooting): a list to go through when webhooks are answered with 403.
//! - [Order](_guide::order): where the layer belongs among others.
//! - [All providers](_guide::providers): what each signs, and what it expects of a receiver.
//! - [Bodies](_guide::bodies): forms, base64, gzip, and what a relay rewrote.
//! - [Doctor](_guide::doctor): how to fix what `tower-webhook doctor` finds in a receiver.
//! - [Receiving](_guide::receiving): what a provider expects of its receivers, from quick answers to retries.
//!
//! # Without a server
//!
//! With `default-features = false` this is a verifier and nothing else: no body type, no tower, no runtime. Give a
//! whole body to [`Verifier::verify`], and a body in pieces to [`Verifier::begin`].
//!
//! # Other crates of the family
//!
//! The layer needs no adapter in axum, around `warp::service`, or behind hyper-util's `TowerToHyperService`.
//! `tower-webhook-axum` adds extractors, `tower-webhook-warp` a filter, `tower-webhook-hyper` a service for servers
//! without tower. `tower-webhook-handshake` answers what providers ask before they send. `tower-webhook-inbox` stores
//! deliveries before they are answered, and works on them later.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `custom-key` | | [`CustomPublicKey`], for algorithms that the crate does not have, such as RSA |
//! | `ed25519` | | [`Ed25519PublicKey`], for Discord and the asymmetric Standard Webhooks |
//! | `layer` | yes | [`VerifyLayer`] and [`Verifier::verify_request`]; its deadline needs a tokio runtime |
//! | `p256` | | [`P256PublicKey`], for SendGrid and Circle |
//! | `serde` | | [`DeliveryKey`] as text in serialised data |
//! | `sha1` | | HMAC-SHA1, for providers that chose it |
//! | `sha512` | | HMAC-SHA384 and HMAC-SHA512 |
//! | `sign` | | [`sign::Signer`], the sender's side |
//! | `test-util` | | [`mod@test`]: signed requests, forgeries, scripted bodies and a clock, for tests of handlers |
//! | `tracing` | | one debug event per verdict, and a warning when a secret is made that is probably a placeholder |
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(all(
        feature = "custom-key",
        feature = "ed25519",
        feature = "layer",
        feature = "p256",
        feature = "sign",
        feature = "test-util"
    )),
    allow(
        rustdoc::broken_intra_doc_links,
        reason = "pages link to items of features; with all features every link resolves"
    )
)]

#[cfg(any(doc, doctest))]
pub mod _guide;
#[cfg(feature = "layer")]
mod body;
#[cfg(feature = "layer")]
mod budget;
mod check;
mod clock;
#[cfg(feature = "layer")]
mod collect;
#[cfg(feature = "layer")]
mod deadline;
mod delivery_key;
mod error;
mod head;
mod identity;
mod keyed_secret;
#[cfg(feature = "layer")]
pub mod layer;
mod mac;
mod origin;
mod policy;
mod provenance;
mod rejection;
pub mod scheme;
mod secret;
mod secrets;
mod secrets_handle;
mod set;
#[cfg(feature = "sign")]
pub mod sign;
#[cfg(feature = "layer")]
mod source;
mod supply;
#[cfg(feature = "test-util")]
pub mod test;
mod trace;
mod verification;
mod verified;
mod verifier;
#[cfg(feature = "layer")]
mod verify_request;
mod window;

#[cfg(feature = "layer")]
pub use body::BufferedBody;
#[cfg(feature = "layer")]
pub use budget::Budget;
pub use clock::Clock;
pub use delivery_key::{DeliveryKey, ParseDeliveryKeyError};
#[cfg(any(feature = "ed25519", feature = "p256"))]
pub use error::KeyError;
pub use error::{Base64Error, ConfigError, SecretFault, WhsecError};
pub use identity::DeliveryIdentity;
#[cfg(feature = "layer")]
pub use layer::verify::Verify;
#[cfg(feature = "layer")]
pub use layer::verify_layer::VerifyLayer;
#[cfg(feature = "custom-key")]
pub use mac::CustomKey;
pub use provenance::Provenance;
pub use rejection::{Rejection, RejectionKind};
#[cfg(all(feature = "custom-key", feature = "sign"))]
pub use secret::CustomPrivateKey;
#[cfg(feature = "custom-key")]
pub use secret::CustomPublicKey;
#[cfg(all(feature = "ed25519", feature = "sign"))]
pub use secret::Ed25519PrivateKey;
#[cfg(feature = "ed25519")]
pub use secret::Ed25519PublicKey;
#[cfg(all(feature = "p256", feature = "sign"))]
pub use secret::P256PrivateKey;
#[cfg(feature = "p256")]
pub use secret::P256PublicKey;
#[cfg(feature = "sign")]
pub use secret::SigningKey;
pub use secret::{DecodedSecret, Secret, SigningSecret, Token};
pub use secrets::Secrets;
pub use secrets_handle::SecretsHandle;
#[cfg(feature = "layer")]
pub use source::SecretSource;
pub use supply::{IntoSecrets, KnownSecrets};
#[cfg(feature = "layer")]
pub use supply::{PerRequest, SecretSupply};
pub use verification::Verification;
pub use verified::VerifiedBody;
pub use verifier::Verifier;
#[cfg(feature = "layer")]
pub use verify_request::VerifyRequest;
