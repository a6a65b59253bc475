//! Receivers that do not expect duplicates.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use tokio::time::sleep;
use tower_webhook_server::Body;

use super::Flaw;
use crate::receiver::{Answer, Receiver, collect, is_object, status};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        name: "acts-twice-on-duplicates",
        about: "does not remember what it did",
        answer: |receiver, request| {
            Box::pin(async move {
                match genuine(&receiver, request).await {
                    Ok(_) => {
                        receiver.count();
                        status(StatusCode::OK)
                    }
                    Err(answer) => answer,
                }
            })
        },
    },
    Flaw {
        name: "acts-twice-in-a-race",
        about: "looks a delivery up, waits, and then remembers it",
        answer: |receiver, request| {
            Box::pin(async move {
                let body = match genuine(&receiver, request).await {
                    Ok(body) => body,
                    Err(answer) => return answer,
                };
                if !receiver.has_seen(&body) {
                    // As long as a transaction takes.
                    sleep(Duration::from_millis(100)).await;
                    receiver.is_new(&body);
                    receiver.count();
                }
                status(StatusCode::OK)
            })
        },
    },
    Flaw {
        name: "refuses-duplicates",
        about: "answers 409 to what it has done already",
        answer: |receiver, request| {
            Box::pin(async move {
                match genuine(&receiver, request).await {
                    Ok(body) if receiver.has_seen(&body) => status(StatusCode::CONFLICT),
                    Ok(body) => receiver.act(&body),
                    Err(answer) => answer,
                }
            })
        },
    },
];

/// The body of a genuine event.
async fn genuine(receiver: &Arc<Receiver>, request: Request<Body>) -> Result<Bytes, Answer> {
    let (head, body) = request.into_parts();
    let body = collect(body).await?;
    match receiver.is_genuine(&head.headers, &body) {
        true if is_object(&body) => Ok(body),
        true => Err(status(StatusCode::BAD_REQUEST)),
        false => Err(status(StatusCode::FORBIDDEN)),
    }
}
