//! The extractors behind the layer, behind none, and behind that of another provider.

use axum::body::{Body, to_bytes};
use axum::routing::post;
use axum::{Extension, Router};
use http::{Request, StatusCode};
use serde::Deserialize;
use tower::ServiceExt;
use tower_webhook::scheme::{GitHub, Knowrithm};
use tower_webhook::sign::Signer;
use tower_webhook::{SigningSecret, Verifier, VerifyLayer};

use super::*;

#[derive(Deserialize)]
struct Event {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    rating: u8,
}

async fn post_to(app: Router, body: &'static str) -> (StatusCode, String) {
    let signer = Signer::new(Knowrithm, &SigningSecret::new("whk_test").unwrap());
    let request = Request::post("/")
        .header("content-type", "text/plain")
        .body(body)
        .unwrap();
    let response = app.oneshot(signer.sign(request).map(Body::from)).await.unwrap();
    let status = response.status();
    let text = to_bytes(response.into_body(), 4096).await.unwrap();
    (status, String::from_utf8(text.into()).unwrap())
}

fn verified(app: Router) -> Router {
    app.layer(VerifyLayer::new(Verifier::knowrithm(
        SigningSecret::new("whk_test").unwrap(),
    )))
}

fn rating() -> Router {
    let handler = |event: VerifiedJson<Event>| async move { event.data.rating.to_string() };
    Router::new().route("/", post(handler))
}

#[tokio::test]
async fn json_is_parsed_whatever_the_content_type() {
    let answer = post_to(verified(rating()), r#" {"data": {"rating": 2}, "more": []} "#).await;
    assert_eq!(answer, (StatusCode::OK, "2".to_owned()));
}

#[tokio::test]
async fn invalid_json_is_answered_with_the_place_and_the_reason() {
    for (body, reason) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("[", "EOF while parsing a list at line 1 column 1"),
        (
            r#"{"data": {"rating": 2}} {}"#,
            "trailing characters at line 1 column 25",
        ),
        (
            r#"{"data": {"rating": "2"}}"#,
            r#"data.rating: invalid type: string "2", expected u8 at line 1 column 23"#,
        ),
        (r#"{"data": {}}"#, "data: missing field `rating` at line 1 column 11"),
    ] {
        let (status, text) = post_to(verified(rating()), body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(
            text,
            format!("the verified body is not the JSON expected: {reason}"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn without_the_layer_the_answer_names_the_layer() {
    let bytes = |body: Verified| async move { body.into_inner().into_bytes() };
    for app in [rating(), Router::new().route("/", post(bytes))] {
        let (status, text) = post_to(app, "{}").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(text.contains("VerifyLayer::new"), "{text}");
    }
}

#[tokio::test]
async fn other_methods_and_paths_are_answered_as_the_table_of_the_crate_page_says() {
    async fn unsigned(app: &Router, method: &str, path: &str) -> u16 {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        app.clone().oneshot(request).await.unwrap().status().as_u16()
    }
    let layer = || VerifyLayer::new(Verifier::knowrithm(SigningSecret::new("whk_test").unwrap()));
    let method = || post(async |_: Verified| ());
    let route = |method| Router::new().route("/w", method);
    for (place, app, other_method, other_path) in [
        (
            "MethodRouter::route_layer",
            route(method().route_layer(layer())),
            405,
            404,
        ),
        ("MethodRouter::layer", route(method().layer(layer())), 403, 404),
        ("Router::route_layer", route(method()).route_layer(layer()), 403, 404),
        ("Router::layer", route(method()).layer(layer()), 403, 403),
    ] {
        assert_eq!(unsigned(&app, "POST", "/w").await, 403, "{place}");
        assert_eq!(unsigned(&app, "GET", "/w").await, other_method, "{place}");
        assert_eq!(unsigned(&app, "POST", "/no").await, other_path, "{place}");
    }
}

#[tokio::test]
async fn both_extractors_work_beside_a_body_extractor() {
    let handler = |bytes: Verified, text: VerifiedJson<String>, body: String| async move {
        format!("{} {} {body}", bytes.bytes().len(), *text)
    };
    let answer = post_to(verified(Router::new().route("/", post(handler))), r#""hello""#).await;
    assert_eq!(answer, (StatusCode::OK, r#"7 hello "hello""#.to_owned()));
}

#[tokio::test]
async fn webhooks_of_another_provider_do_not_reach_a_handler_whose_layer_was_forgotten() {
    let secret = SigningSecret::new("gh_test").unwrap();
    let app = rating()
        .route("/github", post(async |_: VerifiedJson<Event, GitHub>| "github"))
        .route("/any", post(async |_: Extension<VerifiedBody>| "any"))
        .layer(VerifyLayer::new(Verifier::new(GitHub, secret.clone())));
    for (path, status, said) in [
        ("/", 500, "the `VerifyLayer` in front of it verified `github`"),
        ("/github", 200, "github"),
        ("/any", 200, "any"),
    ] {
        let request = Request::post(path).body(r#"{"data": {"rating": 2}}"#).unwrap();
        let request = Signer::new(GitHub, &secret).sign(request).map(Body::from);
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        let text = to_bytes(response.into_body(), 4096).await.unwrap();
        assert!(std::str::from_utf8(&text).unwrap().contains(said), "{path}: {text:?}");
    }
}
