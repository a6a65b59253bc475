//! Receivers that read bodies in a wrong way.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use http::header::CONTENT_LENGTH;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use tokio::time::timeout;
use tower_webhook_server::Body;

use super::{Flaw, checked};
use crate::receiver::{Answer, Receiver, collect_within, status};

const NEVER: Duration = Duration::from_hours(1);
const SOON: Duration = Duration::from_secs(10);

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        name: "buffers-without-end",
        about: "has no limit for bodies",
        answer: |receiver, request| Box::pin(reading(receiver, request, usize::MAX, SOON)),
    },
    Flaw {
        name: "waits-without-end",
        about: "has no deadline for bodies",
        answer: |receiver, request| Box::pin(reading(receiver, request, 2 * 1024 * 1024, NEVER)),
    },
    Flaw {
        name: "refuses-large-bodies",
        about: "admits bodies of 64 KiB",
        answer: |receiver, request| Box::pin(reading(receiver, request, 64 * 1024, SOON)),
    },
    Flaw {
        name: "hangs-on-chunked",
        about: "waits for a Content-Length that does not come",
        answer: |receiver, request| {
            Box::pin(async {
                if request.headers().contains_key(CONTENT_LENGTH) {
                    return checked(receiver, request, Receiver::is_genuine).await;
                }
                // The connection ends at last: to hang is its only flaw.
                let hung = timeout(Duration::from_secs(20), pending::<()>()).await;
                status(hung.map_or(StatusCode::REQUEST_TIMEOUT, |()| StatusCode::OK))
            })
        },
    },
    Flaw {
        name: "hashes-the-first-piece",
        about: "takes what arrives first for the body",
        answer: |receiver, request| {
            Box::pin(async move {
                let (head, mut body) = request.into_parts();
                let first = timeout(SOON, body.frame()).await.ok().flatten();
                let first = first.and_then(Result::ok).and_then(|frame| frame.into_data().ok());
                let first = first.unwrap_or_default();
                if !receiver.is_genuine(&head.headers, &first) {
                    return status(StatusCode::FORBIDDEN);
                }
                receiver.act(&first)
            })
        },
    },
    Flaw {
        name: "hashes-decoded-text",
        about: "reads the body as Latin-1 before it hashes it as UTF-8",
        answer: |receiver, request| {
            Box::pin(checked(receiver, request, |receiver, headers, body| {
                let text: String = body.iter().copied().map(char::from).collect();
                receiver.is_genuine(headers, &text.into())
            }))
        },
    },
];

/// Reads a body of this size in this time, and checks it rightly.
async fn reading(receiver: Arc<Receiver>, request: Request<Body>, size: usize, time: Duration) -> Answer {
    let (head, body) = request.into_parts();
    match collect_within(body, size, time).await {
        Ok(body) if receiver.is_genuine(&head.headers, &body) => receiver.act(&body),
        Ok(_) => status(StatusCode::FORBIDDEN),
        Err(answer) => answer,
    }
}
