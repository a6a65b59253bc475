//! The flaws, each with its name.

mod accepting;
mod crashing;
mod delivering;
mod reading;

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use tower_webhook_server::Body;

use crate::receiver::{Answer, Receiver, collect, status};

pub(crate) struct Flaw {
    pub(crate) name: &'static str,
    /// What it does, and should not.
    pub(crate) about: &'static str,
    pub(crate) answer: fn(Arc<Receiver>, Request<Body>) -> Answering,
}

type Answering = Pin<Box<dyn Future<Output = Answer> + Send>>;

pub(crate) fn all() -> impl Iterator<Item = &'static Flaw> {
    static SOUND: &[Flaw] = &[Flaw {
        name: "sound",
        about: "has no flaw",
        answer: |receiver, request| Box::pin(checked(receiver, request, Receiver::is_genuine)),
    }];
    [
        SOUND,
        accepting::FLAWS,
        crashing::FLAWS,
        delivering::FLAWS,
        reading::FLAWS,
    ]
    .into_iter()
    .flatten()
}

/// Acts on the events that a check finds genuine, and answers 403 to others.
async fn checked(
    receiver: Arc<Receiver>,
    request: Request<Body>,
    is_genuine: fn(&Receiver, &HeaderMap, &Bytes) -> bool,
) -> Answer {
    let (head, body) = request.into_parts();
    match collect(body).await {
        Ok(body) if is_genuine(&receiver, &head.headers, &body) => receiver.act(&body),
        Ok(_) => status(StatusCode::FORBIDDEN),
        Err(answer) => answer,
    }
}
