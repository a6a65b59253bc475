//! A receiver of Knowrithm webhooks on axum: `cargo run -p axum-receiver`.
//!
//! `axum::serve` waits for the head of a request for ever, lets an HTTP/2 connection have 200 bodies under way, each of
//! which may be as large as the limit, and hangs up on a sender that closes its side of the connection before it is answered.
//! On the open internet, put a proxy in front that does none of it, or serve the router with hyper-util, as `hyper-receiver` does
//! its service.

use axum::routing::post;
use axum::{Json, Router};
use knowrithm_events::Event;
use receiver_support::{Setup, announce, shutdown};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower_webhook::{Verifier, VerifyLayer};
use tower_webhook_axum::VerifiedJson;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // In a service of your own: `SigningSecret::from_env("KNOWRITHM_WEBHOOK_SECRET")?`.
    let setup = Setup::from_env()?;

    let verify = VerifyLayer::new(Verifier::knowrithm(setup.secret.clone()));
    let app = Router::new().route("/webhooks/knowrithm", post(receive).route_layer(verify));

    let listener = TcpListener::bind(setup.address).await?;
    let (stopped, grace_over) = shutdown()?;
    setup.greet(listener.local_addr()?);
    tokio::select! {
        result = axum::serve(listener, app).with_graceful_shutdown(stopped) => result?,
        () = grace_over => {}
    }
    Ok(())
}

/// Gets here only with a body that Knowrithm signed, and that is a JSON object.
async fn receive(VerifiedJson(event): VerifiedJson<Event>) -> Json<Value> {
    announce(&event);
    Json(json!({ "status": "success" }))
}
