//! The same axum application twice: behind the layer, and behind a check written by hand.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use sha2::Sha256;
use tower_webhook::VerifyLayer;

use crate::request::{SECRET, verifier};

const MAX_BODY: usize = 2 * 1024 * 1024;

pub(crate) fn with_layer() -> Router {
    application().layer(VerifyLayer::new(verifier()))
}

pub(crate) fn with_check_by_hand() -> Router {
    application().layer(from_fn_with_state(SECRET, check))
}

fn application() -> Router {
    Router::new().route("/webhooks/knowrithm", post(receive))
}

async fn receive(body: Bytes) -> StatusCode {
    drop(body);
    StatusCode::NO_CONTENT
}

/// The check as a user of axum would write it.
async fn check(State(secret): State<&'static str>, request: Request, next: Next) -> Result<Response, StatusCode> {
    let (parts, body) = request.into_parts();
    let tag = parts
        .headers
        .get("x-knowrithm-signature")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("sha256="))
        .and_then(|digits| hex::decode(digits).ok())
        .ok_or(StatusCode::FORBIDDEN)?;
    let bytes = to_bytes(body, MAX_BODY)
        .await
        .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;

    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(&bytes);
    mac.verify_slice(&tag).map_err(|_| StatusCode::FORBIDDEN)?;

    Ok(next.run(Request::from_parts(parts, Body::from(bytes))).await)
}
