//! What the operator sees: the reason of a refusal, and one event at debug level.

use futures_util::FutureExt;
use http::{Request, Response};
use tower::{Layer, ServiceExt, service_fn};
use tower_webhook::BufferedBody;
use tower_webhook_handshake::{HandshakeLayer, HandshakeRejection};
use tracing::Level;

use super::askers::{Asker, SECRET, VERIFY_TOKEN, secret};
use crate::trace::collector::{Recorded, recorded};

fn send(layer: &HandshakeLayer, request: Request<()>) -> (Response<BufferedBody>, Vec<Recorded>) {
    let inner = service_fn(async |_: Request<()>| Ok::<_, ()>(Response::new(BufferedBody::default())));
    let mut answer = None;
    let events = recorded(|| answer = layer.layer(inner).oneshot(request).now_or_never());
    (answer.expect("it is ready").unwrap(), events)
}

#[test]
fn each_reason_of_a_refusal_is_in_the_response_and_in_one_event() {
    let right = "hub.mode=subscribe&hub.verify_token=tk_of_meta";
    for (query, refusal, code) in [
        (
            "hub.mode=subscribe&hub.verify_token=guess",
            HandshakeRejection::WrongToken,
            "wrong_token",
        ),
        (right, HandshakeRejection::Missing("hub.challenge"), "missing"),
        ("hub.challenge=1", HandshakeRejection::Missing("hub.mode"), "missing"),
        (
            "hub.mode=subscribe&hub.challenge=1",
            HandshakeRejection::Missing("hub.verify_token"),
            "missing",
        ),
        (
            &format!("{right}&hub.challenge=1&hub.challenge=2"),
            HandshakeRejection::Duplicate("hub.challenge"),
            "duplicate",
        ),
        (
            &format!("{right}&hub.challenge=%3Chush%3E"),
            HandshakeRejection::Malformed("hub.challenge"),
            "malformed",
        ),
        ("hub.mode=hush", HandshakeRejection::Malformed("hub.mode"), "malformed"),
    ] {
        let request = Request::get(format!("/hook?{query}")).body(()).unwrap();
        let (answer, events) = send(&Asker::Meta.handshake(), request);
        assert_eq!(answer.status(), 403, "{query}");
        assert!(answer.body().bytes().is_empty(), "{query}");
        assert_eq!(answer.extensions().get(), Some(&refusal), "{query}");
        assert_eq!(refusal.code(), code);
        let [event] = events.as_slice() else {
            panic!("{query}: {events:?}");
        };
        check(event, "meta", code);
    }
}

#[test]
fn an_answer_is_one_event_and_a_request_that_passes_on_is_none() {
    let request = |uri: &str| Request::get(uri).body(()).unwrap();
    let (answer, events) = send(&HandshakeLayer::x_com(secret()), request("/hook?crc_token=hush"));
    assert_eq!(answer.status(), 200);
    let [event] = events.as_slice() else {
        panic!("{events:?}")
    };
    check(event, "x_com", "answered");

    let (_, events) = send(&HandshakeLayer::x_com(secret()), request("/hook"));
    assert!(events.is_empty(), "{events:?}");
}

#[test]
fn what_the_callback_declines_is_one_event() {
    let decline = HandshakeLayer::asana(async |_, _| false);
    let request = Request::post("/hook").header("x-hook-secret", "hush").body(()).unwrap();
    let (answer, events) = send(&decline, request);
    assert_eq!(
        (answer.status().as_u16(), answer.extensions().get()),
        (403, Some(&HandshakeRejection::Declined))
    );
    let [event] = events.as_slice() else {
        panic!("{events:?}")
    };
    check(event, "asana", "declined");
}

/// At debug level, and with nothing that the peer sent.
fn check(event: &Recorded, provider: &str, code: &str) {
    assert_eq!(event.level, Some(Level::DEBUG), "{event:?}");
    assert_eq!(event.field("provider"), Some(provider), "{event:?}");
    assert_eq!(event.field("code"), Some(code), "{event:?}");
    let text = format!("{event:?}");
    for secret in [SECRET, VERIFY_TOKEN, "hush", "guess"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn layers_and_services_print_their_provider_and_no_secret() {
    assert_eq!(format!("{:?}", Asker::Meta.handshake()), "HandshakeLayer(meta)");
    let service = HandshakeLayer::x_com(secret()).into_service();
    assert_eq!(
        format!("{service:?}"),
        r#"Handshake { inner: Forbidden, provider: "x_com" }"#
    );
    let future = service.oneshot(Request::new(()));
    assert!(!format!("{future:?}").contains("whk_"));
}
