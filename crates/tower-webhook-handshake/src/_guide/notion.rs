//! Notion: the secret comes in the first request, in clear.
//!
//! Notion signs its webhooks with the verification token of the subscription. It sends that token once, when the
//! subscription is made: a POST whose body is `{"verification_token":"secret_…"}`, without a signature. You answer with
//! 2xx, and paste the token into Notion's form. From then on `X-Notion-Signature` is `sha256=` and the HMAC-SHA256 of
//! the body in hex. (<https://developers.notion.com/reference/webhooks>)
//!
//! So the endpoint has to believe one unsigned request, and a stranger can send it too. Three rules keep that harmless:
//!
//! - Take a token only while you have none and are setting the subscription up. Here that is until the file is there.
//! - Take one of the right form, from a short body.
//! - Look at what you paste: a token of a stranger is not the one that Notion waits for, and its form says so. Then
//!   remove the file, start again, and ask Notion to send the token again.
//!
//! A middleware in front of the verifier takes the token, and writes it to a file that only its owner can read: there
//! you find it to paste it, and there it survives a restart. [`SecretSource`](tower_webhook::SecretSource) gives it to
//! the verifier as soon as it is there. Until then every webhook is refused.
//!
//! ```
//! # #[cfg(unix)]
//! # mod unix {
//! use std::convert::Infallible;
//! use std::fs::OpenOptions;
//! use std::io::{self, Write};
//! use std::os::unix::fs::OpenOptionsExt;
//! use std::path::PathBuf;
//! use std::sync::{Arc, OnceLock};
//!
//! use axum::Router;
//! use axum::body::{Body, to_bytes};
//! use axum::extract::{Request, State};
//! use axum::http::StatusCode;
//! use axum::http::request::Parts;
//! use axum::middleware::{Next, from_fn_with_state};
//! use axum::response::{IntoResponse, Response};
//! use axum::routing::post;
//! use tower_webhook::scheme::Notion;
//! use tower_webhook::{SecretSource, Secrets, SigningSecret, Verifier, VerifyLayer};
//!
//! /// The secret of the subscription, once there is one, and the file that has it.
//! #[derive(Clone)]
//! struct Subscription {
//!     secret: Arc<OnceLock<SigningSecret>>,
//!     file: PathBuf,
//! }
//!
//! impl Subscription {
//!     /// Reads the file, if an earlier run has written it.
//!     fn new(file: PathBuf) -> Self {
//!         let secret = SigningSecret::from_file(&file).map_or_else(|_| OnceLock::new(), OnceLock::from);
//!         Self { secret: Arc::new(secret), file }
//!     }
//!
//!     /// Keeps a token, unless there is one already. The file is made once, whoever comes first.
//!     fn keep(&self, token: &str) -> io::Result<()> {
//!         let secret = SigningSecret::from_peer(token).map_err(io::Error::other)?;
//!         let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.file)?;
//!         file.write_all(token.as_bytes())?;
//!         self.secret.set(secret).map_err(|_| io::ErrorKind::AlreadyExists.into())
//!     }
//! }
//!
//! impl SecretSource for Subscription {
//!     type Error = Infallible;
//!
//!     async fn secrets(&self, _: &Parts) -> Result<Option<Secrets>, Infallible> {
//!         Ok(self.secret.get().cloned().map(Secrets::new))
//!     }
//! }
//!
//! /// Takes the first token that is offered, and passes on everything else.
//! async fn take_once(State(subscription): State<Subscription>, request: Request, next: Next) -> Response {
//!     if subscription.secret.get().is_some() || request.headers().contains_key("x-notion-signature") {
//!         return next.run(request).await;
//!     }
//!     let Ok(body) = to_bytes(request.into_body(), 1024).await else {
//!         return StatusCode::FORBIDDEN.into_response();
//!     };
//!     let taken = offered(&body).is_some_and(|token| subscription.keep(&token).is_ok());
//!     let status = if taken { StatusCode::OK } else { StatusCode::FORBIDDEN };
//!     status.into_response()
//! }
//!
//! fn offered(body: &[u8]) -> Option<String> {
//!     let body: serde_json::Value = serde_json::from_slice(body).ok()?;
//!     let token = body.get("verification_token")?.as_str()?;
//!     let is_token = token.starts_with("secret_") && token.bytes().all(|byte| byte.is_ascii_graphic());
//!     is_token.then(|| token.to_owned())
//! }
//!
//! async fn receive() {}
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # pub async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let file = folder.path().join("notion");
//! let subscription = Subscription::new(file.clone());
//! let verify = VerifyLayer::new(Verifier::per_request(Notion, subscription.clone()));
//! let route = post(receive).route_layer(verify).route_layer(from_fn_with_state(subscription, take_once));
//! let app: Router = Router::new().route("/webhooks/notion", route);
//!
//! # use tower::ServiceExt;
//! # let send = async |signature: Option<&str>, body: &str| {
//! #     let mut request = Request::post("/webhooks/notion");
//! #     if let Some(signature) = signature {
//! #         request = request.header("x-notion-signature", signature);
//! #     }
//! #     let request = request.body(Body::from(body.to_owned())).unwrap();
//! #     app.clone().oneshot(request).await.unwrap().status()
//! # };
//! // The token and the signature are those of Notion's page.
//! let first = r#"{"verification_token":"secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"}"#;
//! let signature = "sha256=461e8cbcba8a75c3edd866f0e71280f5a85cbf21eff040ebd10fe266df38a735";
//! # assert_eq!(send(Some(signature), first).await, 403);
//! # assert_eq!(send(None, "{}").await, 403);
//! assert_eq!(send(None, first).await, 200);
//! assert_eq!(send(None, first).await, 403);
//! assert_eq!(send(None, r#"{"verification_token":"secret_of_a_stranger"}"#).await, 403);
//! assert_eq!(send(Some(signature), first).await, 200);
//! # assert_eq!(std::fs::read_to_string(&file)?, "secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl");
//! # assert!(Subscription::new(file).secret.get().is_some());
//! # Ok(())
//! # }
//! # }
//! # #[cfg(unix)]
//! # unix::main().unwrap();
//! ```
