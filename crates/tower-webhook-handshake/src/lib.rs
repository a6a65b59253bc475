//! Answers the challenges that webhook providers send before they deliver.
//!
//! Many providers ask whether a URL belongs to you before they send webhooks to it. [`HandshakeLayer`] answers, and
//! passes on everything else:
//!
//! ```
//! use axum::Router;
//! use axum::routing::post;
//! use tower::ServiceBuilder;
//! use tower_webhook::scheme::Slack;
//! use tower_webhook::{SigningSecret, Verifier, VerifyLayer};
//! use tower_webhook_handshake::HandshakeLayer;
//!
//! async fn receive() {}
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use axum::body::Body;
//! # use axum::http::Request;
//! # use tower::ServiceExt;
//! let secret = SigningSecret::new("8f742231b10e8888abcd99yyyzzz85a5")?;
//! # let signer = tower_webhook::sign::Signer::new(Slack, &secret);
//! let layers = ServiceBuilder::new()
//!     .layer(VerifyLayer::new(Verifier::new(Slack, secret)))
//!     .layer(HandshakeLayer::slack());
//! let app: Router = Router::new().route("/webhooks/slack", post(receive).route_layer(layers));
//! # let request = Request::post("/webhooks/slack").body(r#"{"type":"url_verification","challenge":"abc"}"#)?;
//! # let response = app.oneshot(signer.sign(request).map(Body::from)).await?;
//! # assert_eq!(axum::body::to_bytes(response.into_body(), 64).await?, "abc");
//! # Ok(())
//! # }
//! ```
//!
//! # Which provider needs what
//!
//! | provider | before it sends | constructor | place |
//! |---|---|---|---|
//! | Asana | a secret to be echoed | [`asana`](HandshakeLayer::asana) | in front |
//! | Discord, interactions | a signed PING; wrong signatures, for a 401 | [`discord_interactions`](HandshakeLayer::discord_interactions) | behind |
//! | Discord, webhook events | the same, answered with 204 | [`discord_events`](HandshakeLayer::discord_events) | behind |
//! | Dropbox | a GET with a challenge | [`dropbox`](HandshakeLayer::dropbox) | in front |
//! | Meta: Facebook, WhatsApp, Instagram | a GET with a token and a challenge | [`meta`](HandshakeLayer::meta) | in front |
//! | Microsoft Graph | a POST with a token to be echoed | [`microsoft_graph`](HandshakeLayer::microsoft_graph) | in front |
//! | Notion | its secret, in an unsigned POST | none: [a page shows how to take it once](_guide::notion) | |
//! | Okta | a GET with a challenge | [`okta`](HandshakeLayer::okta) | in front |
//! | Slack | a signed challenge | [`slack`](HandshakeLayer::slack) | behind |
//! | Trello | a HEAD | [`trello`](HandshakeLayer::trello) | in front |
//! | Twitch | a signed challenge | [`twitch`](HandshakeLayer::twitch) | behind |
//! | WooCommerce | an unsigned ping | [`woocommerce`](HandshakeLayer::woocommerce) | in front |
//! | X | a GET with a token to be signed, every hour | [`x_com`](HandshakeLayer::x_com) | in front |
//! | Xero | webhooks without events; wrong signatures, for a 401 | [`xero`](HandshakeLayer::xero) | behind |
//! | Zoom | a signed token to be signed, every 72 hours | [`zoom`](HandshakeLayer::zoom) | behind |
//!
//! Providers such as GitHub send a signed event first, which any 2xx answers: nothing is needed for them. AWS SNS wants
//! the receiver to call a URL, which no layer should do. Each page names its source.
//!
//! # The two places
//!
//! A handshake that is not signed is answered **in front** of the verifier, which would refuse it. One that is signed
//! is answered **behind** the verifier, and before the handler or the inbox:
//!
//! ```
//! # use std::convert::Infallible;
//! # use http::{Request, Response};
//! # use tower::{Layer, ServiceExt, service_fn};
//! # use tower_webhook::scheme::{Dropbox, Slack};
//! # use tower_webhook::sign::Signer;
//! # use tower_webhook::{BufferedBody, SigningSecret, Verifier, VerifyLayer};
//! # use tower_webhook_handshake::HandshakeLayer;
//! # type Body = http_body_util::Full<bytes::Bytes>;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = SigningSecret::new("whk_demo")?;
//! # let signer = Signer::new(Slack, &secret);
//! # let inbox = || service_fn(async |_: Request<BufferedBody>| {
//! #     Ok::<_, Infallible>(Response::new(BufferedBody::default()))
//! # });
//! let verify = VerifyLayer::new(Verifier::new(Slack, secret.clone()));
//! let slack = verify.layer(HandshakeLayer::slack().layer(inbox()));
//!
//! let verify = VerifyLayer::new(Verifier::new(Dropbox, secret));
//! let dropbox = HandshakeLayer::dropbox().layer(verify.layer(inbox()));
//! # let asks = signer.sign(Request::post("/").body(r#"{"type":"url_verification","challenge":"abc"}"#)?);
//! # let answer = slack.oneshot(asks.map(Body::from)).await?;
//! # assert_eq!(answer.into_body().bytes(), "abc");
//! # let answer = dropbox.oneshot(Request::get("/?challenge=abc").body(Body::default())?).await?;
//! # assert_eq!(answer.into_body().bytes(), "abc");
//! # Ok(())
//! # }
//! ```
//!
//! In the wrong place a layer is safe and useless. In front, a signed handshake is not answered, because nothing has
//! verified it: it reaches the handler, and the provider sees the handler's answer. Behind, an unsigned one is refused
//! by the verifier before it gets there.
//!
//! # Routes in axum
//!
//! The layer sees the requests of every method, so a route needs no handler for GET:
//!
//! ```
//! # use axum::body::Body;
//! # use axum::http::Request;
//! # use axum::routing::post;
//! # use axum::{Router, routing::MethodRouter};
//! # use tower::ServiceExt;
//! # use tower_webhook::{SigningSecret, Token, Verifier, VerifyLayer};
//! # use tower_webhook_handshake::HandshakeLayer;
//! # async fn receive() {}
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let verify = VerifyLayer::new(Verifier::knowrithm(SigningSecret::new("whk_demo")?));
//! let handshake = HandshakeLayer::meta(Token::new("tk_4f1d")?);
//! let route: MethodRouter = post(receive).route_layer(verify).layer(handshake);
//! # let app: Router = Router::new().route("/webhooks/meta", route);
//! # let get = |query: &str| Request::get(format!("/webhooks/meta?{query}")).body(Body::empty());
//! # let asks = get("hub.mode=subscribe&hub.verify_token=tk_4f1d&hub.challenge=1158201444")?;
//! # assert_eq!(app.clone().oneshot(asks).await?.status(), 200);
//! # assert_eq!(app.clone().oneshot(get("")?).await?.status(), 405);
//! # let unsigned = Request::post("/webhooks/meta").body(Body::from("{}"))?;
//! # assert_eq!(app.oneshot(unsigned).await?.status(), 403);
//! # Ok(())
//! # }
//! ```
//!
//! A GET that is no handshake is answered with 405 there. Where GET has a handler of its own, the order decides:
//! `get(challenge).post(receive).layer(verify)` verifies both, and so answers the GET with 403. Methods that are added
//! after a layer are outside of it: `post(receive).route_layer(verify).get(challenge)`, or `.get_service(..)` with
//! [`HandshakeLayer::into_service`].
//!
//! Two layers around one route go into one call, as a `ServiceBuilder` or as a tuple with the outer one first:
//! `post(receive).layer((handshake, verify))`. Between two calls of `MethodRouter::layer`, axum cannot infer the type
//! of the error.
//!
//! # A provider that is not listed
//!
//! What a provider asks is a request like any other: answer it in a handler of your own, in front of the verifier when
//! it is not signed. In axum a method that is added after the layer is in front of it. Repeat no more of a stranger's
//! text than the provider can send, and declare its type:
//!
//! ```
//! use axum::Router;
//! use axum::extract::RawQuery;
//! use axum::http::StatusCode;
//! use axum::http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
//! use axum::response::{IntoResponse, Response};
//! use axum::routing::post;
//! # use axum::body::Body;
//! # use axum::http::Request;
//! # use tower::ServiceExt;
//! # use tower_webhook::{SigningSecret, Verifier, VerifyLayer};
//!
//! /// `GET /hook?token=4f1d` asks for the token as a text.
//! async fn answer(RawQuery(query): RawQuery) -> Response {
//!     let query = query.unwrap_or_default();
//!     let token = query.strip_prefix("token=").unwrap_or_default();
//!     if token.is_empty() || token.len() > 64 || !token.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
//!         return StatusCode::FORBIDDEN.into_response();
//!     }
//!     let headers = [(CONTENT_TYPE, "text/plain"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
//!     (headers, token.to_owned()).into_response()
//! }
//!
//! async fn receive() {}
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let verify = VerifyLayer::new(Verifier::knowrithm(SigningSecret::new("whk_demo")?));
//! let route = post(receive).route_layer(verify).get(answer);
//! let app: Router = Router::new().route("/hook", route);
//! # let get = |uri: &str| Request::get(uri).body(Body::empty());
//! # let answer = app.clone().oneshot(get("/hook?token=4f1d")?).await?;
//! # assert_eq!(axum::body::to_bytes(answer.into_body(), 64).await?, "4f1d");
//! # assert_eq!(app.clone().oneshot(get("/hook?token=%3Cscript%3E")?).await?.status(), 403);
//! # assert_eq!(app.oneshot(Request::post("/hook").body(Body::empty())?).await?.status(), 403);
//! # Ok(())
//! # }
//! ```
//!
//! # What a stranger can do
//!
//! Nothing is answered unless its layer was added. Of an unsigned challenge only a bounded text is repeated: 512 bytes
//! at most, visible ASCII and blanks, without the characters that markup and scripts need. Each answer forbids browsers
//! to guess its type (`nosniff`) and caches to keep it (`no-store`); a text is `text/plain`. Tokens are compared in
//! constant time. A request that asks for a handshake in another form is answered with an empty 403, and the
//! [`HandshakeRejection`] in the extensions of the response names the reason. No body is read here.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `tracing` | | one debug event for each handshake that is answered or refused |
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(doc, doctest))]
pub mod _guide;
mod answer;
mod challenge;
mod forbidden;
mod future;
mod layer;
mod provider;
mod query;
mod rejection;
mod responder;
mod service;
mod token_mac;
mod trace;

pub use forbidden::Forbidden;
pub use future::ResponseFuture;
pub use layer::HandshakeLayer;
pub use rejection::HandshakeRejection;
pub use service::Handshake;
