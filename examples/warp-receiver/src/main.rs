//! A receiver of Knowrithm webhooks on warp: `cargo run -p warp-receiver`.
//!
//! warp's server waits for the head of a request for ever, lets an HTTP/2 connection have 200 bodies under way, each of
//! which may be as large as the limit, and hangs up on a sender that closes its side of the connection before it is answered.
//! On the open internet, put a proxy in front that does none of it, or serve the filter with hyper-util, as `hyper-receiver` does
//! its service.

use knowrithm_events::Event;
use receiver_support::{Setup, announce, shutdown};
use serde_json::json;
use tokio::net::TcpListener;
use tower_webhook::{VerifiedBody, Verifier};
use tower_webhook_warp::{recover, verified};
use warp::http::StatusCode;
use warp::reply::{self, Reply, Response};
use warp::{Filter, serve};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // In a service of your own: `SigningSecret::from_env("KNOWRITHM_WEBHOOK_SECRET")?`.
    let setup = Setup::from_env()?;

    let verifier = Verifier::knowrithm(setup.secret.clone());
    let app = warp::path!("webhooks" / "knowrithm")
        .and(warp::post())
        .and(verified(verifier))
        .map(|body: VerifiedBody| receive(&body))
        .recover(recover);

    let listener = TcpListener::bind(setup.address).await?;
    let (stopped, grace_over) = shutdown()?;
    setup.greet(listener.local_addr()?);
    tokio::select! {
        () = serve(app).incoming(listener).graceful(stopped).run() => {}
        () = grace_over => {}
    }
    Ok(())
}

/// Gets here only with a body that Knowrithm signed.
fn receive(body: &VerifiedBody) -> Response {
    match Event::from_slice(body.bytes()) {
        Ok(event) => {
            announce(&event);
            reply::json(&json!({ "status": "success" })).into_response()
        }
        Err(error) => {
            let text = format!("the verified body is no event: {error}");
            reply::with_status(text, StatusCode::BAD_REQUEST).into_response()
        }
    }
}
