//! One receiver for the webhooks of every provider: `GITHUB_WEBHOOK_SECRET=.. cargo run -p providers`.
//!
//! It serves `POST /knowrithm`, `/github`, `/stripe`, `/slack`, `/shopify` and `/standard_webhooks`, each if it has a
//! secret: in `GITHUB_WEBHOOK_SECRET`, or in the file that `GITHUB_WEBHOOK_SECRET_FILE` names. The answer to a verified
//! webhook tells which secret signed it:
//!
//! ```json
//! {"status":"success","key":"current"}
//! ```
//!
//! **To rotate** a secret, give the new one and keep the one before in `GITHUB_WEBHOOK_SECRET_OLD`, or in the file that
//! `GITHUB_WEBHOOK_SECRET_OLD_FILE` names, until nothing is signed with `old` any more.
//!
//! **Without a restart**, change the files and send SIGHUP: requests under way end with the secrets that they began with.
//! A file that cannot be used leaves the secrets as they were. An old one that is not there is no error: put it there when
//! you rotate, and remove it afterwards.
//!
//! `axum::serve` waits for the head of a request for ever: see `axum-receiver`.

mod provider;

use axum::routing::post;
use axum::{Json, Router};
use receiver_support::{Hangups, address, complain, say, shutdown};
use serde::Serialize;
use tokio::net::TcpListener;
use tower_webhook::VerifyLayer;
use tower_webhook_axum::Verified;

use crate::provider::Provider;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut app = Router::new();
    let (mut served, mut greeting) = (Vec::new(), Vec::new());
    for name in provider::NAMES {
        if let Some((provider, verifier)) = Provider::from_env(name)? {
            let verify = VerifyLayer::new(verifier);
            app = app.route(&format!("/{name}"), post(receive).route_layer(verify));
            greeting.push(format!("POST /{name}"));
            served.push(provider);
        } else {
            let variable = provider::variable(name);
            greeting.push(format!(
                "POST /{name} is not served: neither {variable} nor {variable}_FILE is set"
            ));
        }
    }

    let listener = TcpListener::bind(address()?).await?;
    let (stopped, grace_over) = shutdown()?;
    let hangups = Hangups::new()?;
    say(format_args!("Listening on http://{}", listener.local_addr()?));
    greeting.iter().for_each(say);
    tokio::select! {
        result = axum::serve(listener, app).with_graceful_shutdown(stopped) => result?,
        () = read_anew(&served, hangups) => {}
        () = grace_over => {}
    }
    Ok(())
}

/// Gets here only with a body that the provider signed.
async fn receive(Verified(body): Verified) -> Json<Answer> {
    Json(Answer {
        status: "success",
        key: body.key().map(str::to_owned),
    })
}

#[derive(Serialize)]
struct Answer {
    status: &'static str,
    /// The label of the secret that signed.
    key: Option<String>,
}

/// Reads the secrets that are in files once more, at each SIGHUP.
async fn read_anew(providers: &[Provider], mut hangups: Hangups) {
    loop {
        hangups.next().await;
        for provider in providers {
            match provider.read_anew() {
                Ok(true) => say(format_args!("{}: took the secrets from its files", provider.name)),
                Ok(false) => {}
                Err(error) => complain(format_args!("{}: kept the secrets it has: {error:#}", provider.name)),
            }
        }
    }
}
