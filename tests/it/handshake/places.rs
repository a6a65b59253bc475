//! Where the layer stands: in axum's routes, in the wrong place, and beside another one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::routing::{MethodRouter, any, any_service, get, get_service, post};
use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use tower::{Layer, ServiceExt};
use tower_webhook::scheme::Zoom;
use tower_webhook::{Secrets, SigningSecret, Verifier, VerifyLayer};
use tower_webhook_handshake::HandshakeLayer;
use tower_webhook_inbox::memory::MemoryStore;
use tower_webhook_inbox::{Inbox, Queue};

use super::askers::{Asker, SECRET, secret};
use super::rows::EVENT;

const ASKS: &str = "/hook?hub.mode=subscribe&hub.verify_token=tk_of_meta&hub.challenge=1158201444";

async fn send(app: &Router, request: Request<impl Into<Body>>) -> (StatusCode, Bytes) {
    let answer = app.clone().oneshot(request.map(Into::into)).await.unwrap();
    let status = answer.status();
    (status, to_bytes(answer.into_body(), 1024).await.unwrap())
}

fn verify(of: Asker) -> VerifyLayer {
    VerifyLayer::new(of.verifier())
}

fn routed(route: MethodRouter) -> Router {
    Router::new().route("/hook", route)
}

fn meta() -> HandshakeLayer {
    Asker::Meta.handshake()
}

/// In each of these, Meta's GET is answered and a POST is verified. They differ in the answer to another GET.
#[tokio::test]
async fn get_is_answered_and_post_is_verified_in_every_place_that_the_page_names() {
    let handler = async || "handled";
    let own = async || "a page";
    let verify = || verify(Asker::Meta);
    for (name, app, other_get) in [
        (
            "around post",
            routed(post(handler).route_layer(verify()).layer(meta())),
            405,
        ),
        (
            "around a verified post",
            routed(post(handler).layer((meta(), verify()))),
            403,
        ),
        (
            "a service beside post",
            routed(post(handler).route_layer(verify()).get_service(meta().into_service())),
            403,
        ),
        (
            "a service before post",
            routed(get_service(meta().into_service()).merge(post(handler).route_layer(verify()))),
            403,
        ),
        (
            "get beside post",
            routed(post(handler).route_layer(verify()).get(own).layer(meta())),
            200,
        ),
        (
            "get before post",
            routed(get(own).post(handler).layer((meta(), verify()))),
            403,
        ),
        (
            "around the router",
            routed(get(own).post(handler)).layer(verify()).layer(meta()),
            403,
        ),
        ("any", routed(any(handler).layer((meta(), verify()))), 403),
    ] {
        let asked = send(&app, Request::get(ASKS).body(Body::empty()).unwrap()).await;
        assert_eq!(asked, (StatusCode::OK, Bytes::from("1158201444")), "{name}");
        let other = send(&app, Request::get("/hook").body(Body::empty()).unwrap()).await;
        assert_eq!(other.0, other_get, "{name}");
        let guess = ASKS.replace("tk_of_meta", "guess");
        assert_eq!(
            send(&app, Request::get(&guess).body(Body::empty()).unwrap()).await.0,
            403,
            "{name}"
        );

        let event = || Request::post(ASKS).body(Bytes::from(EVENT)).unwrap();
        let signed = send(&app, Asker::Meta.sign(event(), SECRET)).await;
        assert_eq!(signed, (StatusCode::OK, Bytes::from("handled")), "{name}");
        assert_eq!(send(&app, event()).await.0, 403, "{name}");
    }
}

/// The order that the page warns of.
#[tokio::test]
async fn a_verifier_around_get_refuses_the_handshake() {
    let app = routed(
        get(async || "a page")
            .post(async || "handled")
            .layer(verify(Asker::Meta)),
    );
    assert_eq!(send(&app, Request::get(ASKS).body(Body::empty()).unwrap()).await.0, 403);
    let app = routed(post(async || "handled").layer((verify(Asker::Meta), meta())));
    assert_eq!(send(&app, Request::get(ASKS).body(Body::empty()).unwrap()).await.0, 403);
}

/// In front of the verifier nothing is verified, whatever its shape.
#[tokio::test]
async fn a_signed_handshake_in_front_of_the_verifier_is_not_answered() {
    let calls = Arc::new(AtomicUsize::new(0));
    let called = Arc::clone(&calls);
    let handler = async move || {
        called.fetch_add(1, Ordering::SeqCst);
    };
    let app = routed(post(handler).layer((HandshakeLayer::slack(), verify(Asker::Slack))));
    let request = || Request::post("/hook").body(Bytes::from(r#"{"type":"url_verification","challenge":"a"}"#));
    assert_eq!(send(&app, request().unwrap()).await.0, 403);
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    let signed = Asker::Slack.sign(request().unwrap(), SECRET);
    assert_eq!(send(&app, signed).await, (StatusCode::OK, Bytes::new()));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn two_providers_share_a_route() {
    let store = MemoryStore::new(8);
    let inbox = HandshakeLayer::zoom(secret()).layer(Inbox::new(store.clone()));
    let inbox = HandshakeLayer::slack().layer(inbox);
    let service = HandshakeLayer::trello().layer(meta().layer(verify(Asker::Zoom).layer(inbox)));
    let app = routed(any_service(service));

    let head = Request::head("/hook").body(Body::empty()).unwrap();
    assert_eq!(send(&app, head).await.0, 200);
    assert_eq!(
        send(&app, Request::get(ASKS).body(Body::empty()).unwrap()).await.1,
        "1158201444"
    );
    for (body, answered) in [
        (r#"{"type":"url_verification","challenge":"a"}"#, true),
        (
            r#"{"event":"endpoint.url_validation","payload":{"plainToken":"a"}}"#,
            true,
        ),
        (EVENT, false),
    ] {
        let request = Request::post("/hook").body(Bytes::from(body)).unwrap();
        let (status, answer) = send(&app, Asker::Zoom.sign(request, SECRET)).await;
        assert_eq!((status.as_u16(), answer.is_empty()), (200, !answered), "{body}");
    }
    assert_eq!(store.stats().await.unwrap().waiting, 1);
}

/// Each tenant has a secret of its own, and Zoom's answer is made with it.
#[tokio::test]
async fn the_secret_of_zooms_answer_is_that_of_the_owner() {
    let secrets = [("acme", "whk_of_acme"), ("umbrella", "whk_of_umbrella")];
    let mut answers = Vec::new();
    for (owner, secret) in secrets {
        let set = Secrets::new(SigningSecret::new(secret).unwrap()).owner(owner);
        let handshake = HandshakeLayer::zoom_with(move |body| {
            let (_, secret) = secrets.iter().find(|(owner, _)| body.owner() == Some(owner))?;
            SigningSecret::new(secret).ok()
        });
        let verify = VerifyLayer::new(Verifier::new(Zoom, set));
        let app = routed(post(async || "handled").layer((verify, handshake)));
        let body = r#"{"event":"endpoint.url_validation","payload":{"plainToken":"a"}}"#;
        let request = Request::post("/hook").body(Bytes::from(body)).unwrap();
        answers.push(send(&app, Asker::Zoom.sign(request, secret)).await);
    }
    for ((status, answer), mac) in answers.into_iter().zip([
        "ebcef0892a8f647614fbd93777582ece1cd1e7f74931f5817a8c14fdc4684361",
        "670875e6a5684ed80e2f175aec212316a8c3b696fd224564f1121de4bae3af1b",
    ]) {
        assert_eq!(status, 200);
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!(answer, json!({ "plainToken": "a", "encryptedToken": mac }));
    }
}
