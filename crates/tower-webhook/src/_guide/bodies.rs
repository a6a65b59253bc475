//! Bodies that are not the JSON that arrived: forms, base64, gzip, and what a relay rewrote.
//!
//! The signature covers bytes. Each case below asks which bytes the provider signed, and verifies those.
//!
//! # Forms
//!
//! Slack's commands are forms, and so are GitHub's webhooks of the content type `application/x-www-form-urlencoded`.
//! Both sign the form as it was sent. Behind the layer, the body of the request is the verified bytes, and every
//! extractor of a framework reads it: `Form`, `String`, `Bytes`.
//!
//! ```
//! use axum::body::{Body, to_bytes};
//! use axum::http::Request;
//! use axum::{Router, routing::post};
//! use tower::ServiceExt;
//! use tower_webhook::scheme::GitHub;
//! use tower_webhook::sign::Signer;
//! use tower_webhook::{SigningSecret, Verifier, VerifyLayer};
//!
//! // `Form<Payload>` reads the same bytes, with axum's feature `form`.
//! async fn receive(form: String) -> String {
//!     form
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = SigningSecret::new("gh_demo")?;
//! let signer = Signer::new(GitHub, &secret);
//! let verify = VerifyLayer::new(Verifier::new(GitHub, secret));
//! let app: Router = Router::new().route("/github", post(receive).route_layer(verify));
//!
//! let form = "payload=%7B%22action%22%3A%22opened%22%7D";
//! let request = signer.sign(Request::post("/github").body(form)?).map(Body::from);
//! let response = app.oneshot(request).await?;
//! assert_eq!(response.status(), 200);
//! assert_eq!(to_bytes(response.into_body(), 1000).await?, form);
//! # Ok(())
//! # }
//! ```
//!
//! A form is no JSON, so a [JSON pointer](crate::DeliveryIdentity::json_pointer) finds nothing in it, and its bytes
//! identify the delivery.
//!
//! # Base64, as in Lambda
//!
//! AWS Lambda hands a function the body as text, in base64 where `isBase64Encoded` is true. The provider signed the
//! bytes: decode them first, and verify what that gives. In the payload format 2.0, API Gateway [joins headers of one
//! name](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html) by
//! commas. Two signatures are then refused as malformed, unless the scheme has a list. Without the default features
//! this crate needs no server:
//!
//! ```
//! use base64::Engine as _;
//! use base64::prelude::BASE64_STANDARD;
//! use http::{HeaderMap, HeaderName};
//! use serde_json::{Value, json};
//! use tower_webhook::{SigningSecret, VerifiedBody, Verifier};
//!
//! fn verify(verifier: &Verifier, event: &Value) -> Result<VerifiedBody, Box<dyn std::error::Error>> {
//!     let mut headers = HeaderMap::new();
//!     for (name, value) in event["headers"].as_object().into_iter().flatten() {
//!         headers.append(name.parse::<HeaderName>()?, value.as_str().unwrap_or_default().parse()?);
//!     }
//!     let text = event["body"].as_str().unwrap_or_default();
//!     let body = match event["isBase64Encoded"] {
//!         Value::Bool(true) => BASE64_STANDARD.decode(text).map_err(|_| "the body is no base64")?,
//!         _ => text.as_bytes().to_vec(),
//!     };
//!     Ok(verifier.verify(&headers, body)?)
//! }
//!
//! let verifier = Verifier::knowrithm(SigningSecret::new("whk_demo")?);
//! let signature = "sha256=61d5dd2ee53e48999c812fa34687780c240cd9f7c183ab778c801adc91ba8e5d";
//! let mut event = json!({
//!     "headers": { "x-knowrithm-signature": signature },
//!     "body": "e30=",
//!     "isBase64Encoded": true,
//! });
//! assert_eq!(verify(&verifier, &event)?.bytes(), "{}");
//!
//! event["isBase64Encoded"] = Value::Bool(false);
//! assert!(verify(&verifier, &event).is_err(), "the text is not what was signed");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Signed before it was compressed
//!
//! Most senders that compress sign what they send: the layer is outside of decompression, as [the order](super::order)
//! says. One that signs the text and compresses it afterwards needs the opposite order: decompress first, then verify.
//! Try it with one real delivery; only one of the two orders accepts it.
//!
//! ```
//! use http::{Request, StatusCode};
//! use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};
//! use tower_webhook::scheme::Knowrithm;
//! use tower_webhook::sign::Signer;
//! use tower_webhook::{BufferedBody, SigningSecret, Verifier, VerifyLayer};
//! # use std::convert::Infallible;
//!
//! # // In place of a layer such as tower-http's `RequestDecompressionLayer`.
//! # fn decompressed(request: Request<BufferedBody>) -> Request<BufferedBody> {
//! #     request.map(|body| BufferedBody::new(body.bytes().to_ascii_lowercase()))
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (text, compressed) = ("{\"a\":1}", "{\"A\":1}");
//! let secret = SigningSecret::new("whk_demo")?;
//! let signer = Signer::new(Knowrithm, &secret);
//! let verify = VerifyLayer::new(Verifier::knowrithm(secret));
//! # let handler = service_fn(async |_: Request<BufferedBody>| {
//! #     Ok::<_, Infallible>(http::Response::new(BufferedBody::default()))
//! # });
//! let request = || {
//!     let signed = signer.sign(Request::post("/").body(text).unwrap());
//!     signed.map(|_| BufferedBody::new(compressed))
//! };
//!
//! // The first layer is the outermost.
//! let app = ServiceBuilder::new().map_request(decompressed).layer(&verify).service(handler);
//! assert_eq!(app.oneshot(request()).await?.status(), StatusCode::OK);
//!
//! let app = ServiceBuilder::new().layer(&verify).map_request(decompressed).service(handler);
//! assert_eq!(app.oneshot(request()).await?.status(), StatusCode::FORBIDDEN);
//! # Ok(())
//! # }
//! ```
//!
//! Whatever is outside of the verifier works for strangers too. Use a layer that decompresses as the body is read, such
//! as tower-http's `RequestDecompressionLayer`: the verifier counts what comes out of it, and stops reading at
//! [`max_body`](crate::Verifier::max_body), so that a small body cannot become a large one. It refuses by the head
//! before anything is decompressed.
//!
//! # Relays that rewrite JSON
//!
//! smee.io and its client [parse the JSON and write it again](https://github.com/probot/smee.io/issues/78) on the way.
//! The result means the same and often has other bytes: blanks, the form of numbers, escapes. Then the signature is
//! right for bytes that never arrive, and nothing can be done behind the relay:
//!
//! ```
//! use tower_webhook::scheme::GitHub;
//! use tower_webhook::sign::Signer;
//! use tower_webhook::{RejectionKind, SigningSecret, Verifier};
//!
//! let secret = SigningSecret::new("gh_demo")?;
//! let sent = r#"{ "total": 10.00, "name": "Zo\u00eb" }"#;
//! let headers = Signer::new(GitHub, &secret).headers(sent);
//! let verifier = Verifier::new(GitHub, secret);
//! assert!(verifier.verify(&headers, sent).is_ok());
//!
//! let rewritten = serde_json::from_str::<serde_json::Value>(sent)?.to_string();
//! let rejection = verifier.verify(&headers, rewritten).unwrap_err();
//! assert_eq!(rejection.kind(), RejectionKind::SignatureMismatch);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Use a tunnel that passes the bytes on, as ngrok, cloudflared and `gh webhook forward` do. `tower-webhook explain`
//! recognises JSON that was rewritten in a saved request. The same goes for API gateways that map a body to another
//! template, and for frameworks that hand on a parsed body: take the raw one.
