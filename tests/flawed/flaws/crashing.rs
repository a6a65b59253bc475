//! Receivers that refuse in a wrong way: they crash, fail, or tell too much.

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::Full;

use super::{Flaw, checked};
use crate::receiver::{Receiver, collect, is_object, status};

pub(super) const FLAWS: &[Flaw] = &[
    Flaw {
        name: "crashes-on-a-non-ascii-header",
        about: "panics when the signature is not ASCII",
        answer: |receiver, request| {
            Box::pin(checked(receiver, request, |receiver, headers, body| {
                if let Some(value) = headers.get("x-knowrithm-signature") {
                    value.to_str().expect("a signature is ASCII");
                }
                receiver.is_genuine(headers, body)
            }))
        },
    },
    Flaw {
        name: "ends-on-a-non-ascii-header",
        about: "its process ends when the signature is not ASCII",
        answer: |receiver, request| {
            Box::pin(checked(receiver, request, |receiver, headers, body| {
                if headers
                    .get("x-knowrithm-signature")
                    .is_some_and(|value| value.to_str().is_err())
                {
                    std::process::exit(1);
                }
                receiver.is_genuine(headers, body)
            }))
        },
    },
    Flaw {
        name: "crashes-on-a-malformed-header",
        about: "panics when the signature does not begin with its prefix",
        answer: |receiver, request| {
            Box::pin(checked(receiver, request, |receiver, headers, body| {
                if let Some(value) = headers.get("x-knowrithm-signature") {
                    assert!(value.as_bytes().starts_with(b"sha256="), "another prefix");
                }
                receiver.is_genuine(headers, body)
            }))
        },
    },
    Flaw {
        name: "answers-500-to-a-forgery",
        about: "lets the error of its check become an error of its own",
        answer: |receiver, request| {
            Box::pin(async {
                let mut answer = checked(receiver, request, Receiver::is_genuine).await;
                if answer.status() == StatusCode::FORBIDDEN {
                    *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                }
                answer
            })
        },
    },
    Flaw {
        name: "fails-on-other-json",
        about: "answers 500 when the JSON is not an object",
        answer: |receiver, request| {
            Box::pin(async move {
                let (head, body) = request.into_parts();
                let body = match collect(body).await {
                    Ok(body) => body,
                    Err(answer) => return answer,
                };
                let is_json = serde_json::from_slice::<serde_json::Value>(&body).is_ok();
                match receiver.is_genuine(&head.headers, &body) {
                    true if is_json && !is_object(&body) => status(StatusCode::INTERNAL_SERVER_ERROR),
                    true => receiver.act(&body),
                    false => status(StatusCode::FORBIDDEN),
                }
            })
        },
    },
    Flaw {
        name: "fails-on-unknown-events",
        about: "answers 500 to an event that it does not know",
        answer: |receiver, request| {
            Box::pin(async move {
                let (head, body) = request.into_parts();
                let body = match collect(body).await {
                    Ok(body) => body,
                    Err(answer) => return answer,
                };
                let event: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
                match receiver.is_genuine(&head.headers, &body) {
                    true if event.is_object() && event["event"] != "agent.created" => {
                        status(StatusCode::INTERNAL_SERVER_ERROR)
                    }
                    true => receiver.act(&body),
                    false => status(StatusCode::FORBIDDEN),
                }
            })
        },
    },
    Flaw {
        name: "names-the-expected-mac",
        about: "helps the sender of a forgery",
        answer: |receiver, request| {
            Box::pin(async move {
                let (head, body) = request.into_parts();
                match collect(body).await {
                    Ok(body) if receiver.is_genuine(&head.headers, &body) => receiver.act(&body),
                    Ok(body) => {
                        let message = format!("the signature should be {}", receiver.expected(&body));
                        let mut answer = Response::new(Full::from(Bytes::from(message)));
                        *answer.status_mut() = StatusCode::FORBIDDEN;
                        answer
                    }
                    Err(answer) => answer,
                }
            })
        },
    },
];
